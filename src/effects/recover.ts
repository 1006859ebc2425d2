import { nextEffectState } from '../domain/effect.ts'
import type { StopRow } from '../ports/brake-rows.ts'
import type { CallRow, EffectRow } from '../ports/rows.ts'
import { isStopped, openStops } from '../ports/stops.ts'
import type { Tx, Where } from '../ports/store.ts'
import type { Engine, Lane } from './engine.ts'

const CALLS_A_TURN = 50

/**
 * Finds calls whose sender died: their lease ran out without an answer on disk. Effects of a changing call become unknown, so that
 * the next sender reads them back; questions are simply asked again.
 *
 * @returns the lanes that have something to do now.
 */
export async function recoverLostCalls(engine: Engine): Promise<readonly Lane[]> {
  return engine.ports.store.transact(async (tx) => {
    const lost = await tx.call.claim(
      { state: 'sent', leaseUntilDbMs: { atMost: await tx.dbNowMs() } },
      { limit: CALLS_A_TURN },
    )
    for (const call of lost) await recover(engine, tx, call)
    return lost.map(({ accountId, connectorId, step }) => ({ accountId, connectorId, step }))
  })
}

async function recover(engine: Engine, tx: Tx, call: CallRow): Promise<void> {
  const now = engine.ports.clock.nowMs()
  await tx.call.update(call.id, { state: 'lost', settledAtMs: now })
  for (const effect of await tx.effect.find({ callId: call.id }, { limit: 10_000 })) {
    await tx.effect.update(effect.id, { ...lostPatch(effect), callId: null, nextActionAtMs: now })
  }
  engine.ports.events.emit('call.lost', { accountId: call.accountId, step: call.step, members: call.members })
}

function lostPatch(effect: EffectRow): Partial<Pick<EffectRow, 'state'>> {
  return effect.state === 'sent' ? { state: nextEffectState('sent', 'lose') } : {}
}

/** Lanes with effects that are due although nobody announced them (a lost queue, a crashed sender). */
export async function dueLanes(engine: Engine): Promise<readonly Lane[]> {
  const now = engine.ports.clock.nowMs()
  return engine.ports.store.transact(async (tx) => {
    const stops = await openStops(tx)
    const ready = await tx.effect.find(
      { state: 'ready', isReleased: true, readyAtMs: { atMost: now }, ...notHalted(engine, stops) },
      { orderBy: ['readyAtMs'], limit: 500 },
    )
    const asking = await tx.effect.find(
      { state: { in: ['unknown', 'accepted'] }, callId: null, nextActionAtMs: { atMost: now } },
      { orderBy: ['nextActionAtMs'], limit: 500 },
    )
    const lanes = new Map([...ready, ...asking].map((row) => [`${row.accountId}/${row.step}`, laneOf(row)]))
    return [...lanes.values()]
  })
}

/** What a stop holds would fill the page, and what may go would never be seen. */
function notHalted({ ports }: Engine, stops: readonly StopRow[]): Where<EffectRow> {
  if (stops.length === 0) return {}
  const accounts = ports.policies.controllers().flatMap((id) => ports.accounts.of(id))
  const free = accounts.filter(({ id: accountId, controllerId }) => !isStopped(stops, { controllerId, accountId }))
  return { accountId: { in: free.map(({ id }) => id) } }
}

function laneOf({ accountId, connectorId, step }: EffectRow): Lane {
  return { accountId, connectorId, step }
}
