import type { PlannedEffect } from '../connector/contract.ts'
import { encodeTarget } from '../domain/effect.ts'
import { effectId } from '../domain/ids.ts'
import type { WritingRight } from '../domain/right.ts'
import type { EffectRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import type { Lease } from './common/lease.ts'

interface Inserting {
  readonly lease: Lease
  readonly right: WritingRight
  readonly effects: readonly PlannedEffect[]
}

/**
 * Stores planned effects; those that are there from an earlier plan stay as they are.
 *
 * @returns the steps of which something may be sent now.
 */
export async function insertEffects(ports: Ports, tx: Tx, of: Inserting): Promise<ReadonlySet<string>> {
  const steps = new Set<string>()
  const waiting: EffectRow[] = []
  const rows = of.effects.map((effect) => effectRow(ports, of, effect))
  const areNew = await Promise.all(rows.map((row) => tx.effect.insertNew(row)))
  for (const [at, row] of rows.entries()) {
    if (row.isReleased) steps.add(row.step)
    else if (areNew[at]) waiting.push(row)
  }
  const isRepeated = areNew.includes(false)
  if (!isRepeated || waiting.length === 0) return steps
  // What they wait for may have ended under an earlier plan: then nothing will ever release them.
  const unfinished = await tx.effect.countBy('step', { legId: of.lease.leg.id, state: { not: 'done' } })
  const open = new Set(unfinished.map((one) => one.value))
  for (const row of waiting.filter((one) => !one.after.some((step) => open.has(step)))) {
    await tx.effect.update(row.id, { isReleased: true })
    steps.add(row.step)
  }
  return steps
}

function effectRow(ports: Ports, { lease, right }: Inserting, effect: PlannedEffect): EffectRow {
  const now = ports.clock.nowMs()
  const step = lease.account.connector.manifest.steps[effect.step]
  return {
    id: effectId(ports.random.uuid()),
    requestId: lease.request.id,
    legId: lease.leg.id,
    accountId: lease.account.id,
    connectorId: lease.leg.connectorId,
    right,
    generation: lease.leg.generation,
    step: effect.step,
    part: effect.part,
    targetDigest: lease.vault.digest('target', effect.target),
    sealedTarget: lease.vault.seal(encodeTarget(effect), 'target'),
    after: effect.after,
    isReleased: effect.after.length === 0,
    state: 'ready',
    wasAlready: false,
    batchCap: null,
    callId: null,
    sealedJobRef: null,
    finishesByMs: null,
    tries: 0,
    errorCode: null,
    readyAtMs: now + (step?.lingerMs ?? 0),
    nextActionAtMs: null,
    settledAtMs: null,
  }
}
