import { DsrError } from '../domain/errors.ts'
import type { AccountId, ControllerId, LegId } from '../domain/ids.ts'
import { stopUnsent } from '../effects/stopping.ts'
import { findAll } from '../ports/find-all.ts'
import type { StopOrder, Stopping, StopReport } from '../ports/stopping.ts'
import { isStopped, openStops } from '../ports/stops.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { afterEffects } from '../stages/act-leg.ts'
import { writeJournal } from '../stages/common/journal.ts'

type Scope = Pick<StopOrder, 'controllerId' | 'accountId'>

const MOST_LISTED = 1000
const ON_THEIR_WAY = { in: ['sent', 'accepted', 'unknown'] as const }

/** The orders of the brakes on a runtime's ports. */
export function createStopping(ports: Ports): Stopping {
  return {
    stop: async (order) =>
      ports.store.transact(async (tx) => {
        requireAccount(ports, order)
        if ((await stopsOfScope(tx, order)).length === 0) await insertStop(ports, tx, order)
        return reportOf(ports, tx, order)
      }),
    lift: async (order) => ports.store.transact(async (tx) => lift(ports, tx, order)),
    giveUp: async (order) => giveUp(ports, order),
    report: async (scope) => ports.store.transact(async (tx) => reportOf(ports, tx, scope)),
  }
}

/** A misspelt account would be halted nowhere while everybody believes it is. */
function requireAccount(ports: Ports, { controllerId, accountId }: Scope): void {
  // Throws for a controller that there is not.
  if (controllerId !== null) ports.policies.of(controllerId)
  if (accountId === null) return
  const account = ports.accounts.get(accountId)
  if (!account || (controllerId !== null && account.controllerId !== controllerId))
    throw new DsrError('NOT_FOUND', 'no such account', { field: 'account_id' })
}

async function stopsOfScope(tx: Tx, { controllerId, accountId }: Scope) {
  return tx.stop.find({ liftedAtMs: null, controllerId, accountId })
}

async function insertStop(ports: Ports, tx: Tx, { controllerId, accountId, actor, reason }: StopOrder): Promise<void> {
  await tx.stop.insert({
    id: ports.random.uuid(),
    controllerId,
    accountId,
    by: actor,
    reason,
    stoppedAtMs: ports.clock.nowMs(),
    liftedBy: null,
    liftReason: null,
    liftedAtMs: null,
  })
}

async function lift(ports: Ports, tx: Tx, order: StopOrder): Promise<StopReport> {
  const stops = await stopsOfScope(tx, order)
  if (stops.length === 0) throw new DsrError('NOT_FOUND', 'no stop of this scope is in force')
  const now = ports.clock.nowMs()
  for (const { id } of stops)
    await tx.stop.update(id, { liftedAtMs: now, liftedBy: order.actor, liftReason: order.reason })
  const held = await findAll(tx.request, { state: 'awaiting_approval', heldBy: 'stop' })
  for (const request of held) await tx.request.update(request.id, { nextActionAtMs: now })
  return reportOf(ports, tx, order)
}

/** Leg by leg, each in a transaction of its own: a sender that takes effects meanwhile finds the stop. */
async function giveUp(ports: Ports, order: StopOrder): Promise<StopReport> {
  const legIds = await ports.store.transact(async (tx) => {
    const accountIds = await haltedAccounts(ports, tx, order)
    if (accountIds.length === 0) throw new DsrError('NOT_FOUND', 'nothing of this scope is halted')
    const ready = await tx.effect.countBy('legId', { state: 'ready', accountId: { in: accountIds } })
    return ready.map(({ value }) => value)
  })
  for (const legId of legIds) await ports.store.transact(async (tx) => giveUpLeg(ports, tx, { legId, order }))
  return ports.store.transact(async (tx) => reportOf(ports, tx, order))
}

async function giveUpLeg(
  ports: Ports,
  tx: Tx,
  { legId, order }: { readonly legId: LegId; readonly order: Pick<StopOrder, 'actor'> },
): Promise<void> {
  const leg = await tx.leg.lock(legId)
  const ended = leg ? await stopUnsent(tx, legId, ports.clock.nowMs()) : 0
  if (!leg || ended === 0) return
  await writeJournal(ports, tx, {
    requestId: leg.requestId,
    legId,
    actor: order.actor,
    kind: 'leg.effects_stopped',
    detail: { account: leg.accountId, effects: ended },
  })
  await afterEffects(ports, tx, [legId])
}

async function haltedAccounts(ports: Ports, tx: Tx, scope: Scope): Promise<readonly AccountId[]> {
  const stops = await openStops(tx)
  const controllers: readonly ControllerId[] =
    scope.controllerId === null ? ports.policies.controllers() : [scope.controllerId]
  return controllers
    .flatMap((id) => ports.accounts.of(id))
    .filter(({ id }) => scope.accountId === null || id === scope.accountId)
    .filter(({ id, controllerId }) => isStopped(stops, { controllerId, accountId: id }))
    .map(({ id }) => id)
}

async function reportOf(ports: Ports, tx: Tx, scope: Scope): Promise<StopReport> {
  const accountIds = [...new Set(await haltedAccounts(ports, tx, scope))]
  const here = { accountId: { in: accountIds } }
  const waiting = await tx.effect.countBy('accountId', { ...here, state: 'ready' })
  const onTheirWay = await tx.effect.countBy('accountId', { ...here, state: ON_THEIR_WAY })
  const byRequest = await tx.effect.countBy('requestId', { ...here, state: 'ready' })
  const countIn = (counts: typeof waiting, id: AccountId) => counts.find((one) => one.value === id)?.count ?? 0
  const controllerId = scope.controllerId === null ? {} : { controllerId: scope.controllerId }
  const held = await tx.request.find(
    { state: 'awaiting_approval', heldBy: 'stop', ...controllerId },
    { limit: MOST_LISTED },
  )
  return {
    stops: (await openStops(tx)).filter((stop) => isVisible(stop, scope)),
    accounts: accountIds.map((accountId) => ({
      accountId,
      waiting: countIn(waiting, accountId),
      onTheirWay: countIn(onTheirWay, accountId),
    })),
    requests: byRequest.slice(0, MOST_LISTED).map(({ value, count }) => ({ requestId: value, waiting: count })),
    held: held.map(({ id }) => id),
  }
}

/** A controller sees its own stops and those of the whole installation. */
function isVisible(stop: StopReport['stops'][number], { controllerId }: Scope): boolean {
  return controllerId === null || stop.controllerId === null || stop.controllerId === controllerId
}
