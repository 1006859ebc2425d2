import { isException, isPromise, type Outcome } from '../../domain/outcome.ts'
import type { PartResult } from '../../domain/part.ts'
import type { LegRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from './journal.ts'
import { RELEASED } from './lease.ts'
import { moveLeg } from './moves.ts'
import { issueRequest } from './outbox.ts'
import type { SignedBy } from './signed-by.ts'
import { promiseRecheck } from './rechecks.ts'

export interface Settlement {
  readonly leg: LegRow
  readonly parts: readonly PartResult[]
  readonly patch?: Partial<Omit<LegRow, 'id' | 'state'>>
  /** Who takes the exceptions on themselves; the policy, when no person did. */
  readonly by?: SignedBy
}

/**
 * Ends a leg with what became of its parts: explains each exception in the journal, schedules the recheck of each promise, and
 * wakes the coordinator when it was the last leg of its generation.
 */
export async function settleLeg(ports: Ports, tx: Tx, { leg, parts, patch, by }: Settlement): Promise<LegRow> {
  const settled = await moveLeg(ports, tx, {
    leg,
    event: 'settle',
    patch: { ...RELEASED, ...patch, parts, lastAtMs: ports.clock.nowMs() },
    detail: { outcomes: countKinds(parts) },
    ...by,
  })
  for (const part of parts.filter((one) => isException(one.outcome))) {
    await writeJournal(ports, tx, {
      requestId: leg.requestId,
      legId: leg.id,
      ...(by ?? { actor: { role: 'policy', id: ports.policies.of(leg.controllerId).hash.slice(0, 16) } }),
      kind: 'exception.explained',
      detail: { account: leg.accountId, part: part.part, outcome: part.outcome.kind, why: whyOf(part.outcome) },
    })
  }
  await scheduleRecheck(ports, tx, settled)
  // Legs that end at the same moment would each count the other as open, and the last generation would never be sealed.
  const { requestId, generation } = leg
  const [request, open, waiting] = await Promise.all([
    tx.request.lock(requestId),
    tx.leg.count({ requestId, generation, state: { not: 'settled' } }),
    // Legs of a later wave go when those before them are settled.
    tx.leg.count({ requestId, generation: 0, state: 'found', stage: null }),
  ])
  if (!request) return settled
  if (leg.generation > 0) {
    if (open === 0) await issueRequest(ports, tx, { request, stage: 'recheck' })
  } else if (open === 0 || waiting > 0) await issueRequest(ports, tx, { request, stage: 'act' })
  return settled
}

function countKinds(parts: readonly PartResult[]): Record<string, number> {
  const kinds: Record<string, number> = {}
  for (const { outcome } of parts) kinds[outcome.kind] = (kinds[outcome.kind] ?? 0) + 1
  return kinds
}

function whyOf(outcome: Outcome): string | null {
  if ('why' in outcome) return outcome.why
  return 'code' in outcome ? outcome.code : null
}

async function scheduleRecheck(ports: Ports, tx: Tx, leg: LegRow): Promise<void> {
  const promises = leg.parts.map((one) => one.outcome).filter(isPromise)
  const dates = promises.map((one) =>
    one.kind === 'accepted' ? one.finishesByMs : one.kind === 'retained' ? one.untilMs : 0,
  )
  if (dates.length === 0) return
  await promiseRecheck(ports, tx, {
    requestId: leg.requestId,
    accountId: leg.accountId,
    why: promises.some((one) => one.kind === 'accepted') ? 'accepted' : 'retained',
    dueAtMs: Math.min(...dates),
  })
}
