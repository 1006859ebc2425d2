import { findAll } from '../ports/find-all.ts'
import type { LegStage } from '../ports/queue.ts'
import type { LegRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { resumeLeg } from '../stages/common/moves.ts'
import { issueEffects, issueLeg } from '../stages/common/outbox.ts'
import type { SignedBy } from '../stages/common/signed-by.ts'

/** A parked leg, and who orders something about it. */
export interface LegOrder {
  readonly leg: LegRow
  readonly by: SignedBy
}

/** Lets a parked leg go on where it stood. */
export async function retryLeg(ports: Ports, tx: Tx, { leg, by }: LegOrder): Promise<void> {
  const back = await resumeLeg(ports, tx, { leg, by, patch: { absences: 0 } })
  const stage = stageOf(back)
  await issueLeg(ports, tx, { leg: back, stage })
  if (stage === 'act') await announceOpenEffects(ports, tx, back)
}

/** A leg that stood before acting searches again: what it knew may be old. */
function stageOf(leg: LegRow): LegStage {
  switch (leg.state) {
    case 'acting':
      return 'act'
    case 'settling':
      return 'verify'
    case 'found':
      return leg.stage ?? 'discover'
    case 'open':
    case 'discovering':
    case 'nothing':
    case 'settled':
    case 'parked':
      return 'discover'
  }
}

/** Tells the senders of what a leg has open, with its tries counted anew. */
export async function announceOpenEffects(ports: Ports, tx: Tx, leg: LegRow): Promise<void> {
  const now = ports.clock.nowMs()
  for (const effect of await findAll(tx.effect, { legId: leg.id, state: { in: ['ready', 'unknown'] } })) {
    await tx.effect.update(effect.id, {
      tries: 0,
      ...(effect.state === 'ready' ? { readyAtMs: now, nextActionAtMs: null } : { nextActionAtMs: now }),
    })
  }
  const steps = await tx.effect.countBy('step', { legId: leg.id, state: { in: ['ready', 'unknown'] } })
  for (const { value } of steps)
    await issueEffects(ports, tx, { leg, accountId: leg.accountId, connectorId: leg.connectorId, step: value })
}
