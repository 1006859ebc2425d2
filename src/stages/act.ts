import { isWritingRight } from '../domain/right.ts'
import { findAll } from '../ports/find-all.ts'
import type { LegRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { isControllerStopped, openStops } from '../ports/stops.ts'
import { MOST_ROUNDS } from './common/discovery.ts'
import { writeJournal } from './common/journal.ts'
import { moveRequest } from './common/moves.ts'
import { announceNotice, issueFlow } from './common/outbox.ts'
import { giveBackStart, isCapped, startAt } from './common/start.ts'
import { promiseRecheck } from './common/rechecks.ts'
import { settleLeg } from './common/settle-leg.ts'

/** A parked source holds its dependents at most so long (design §3, act). */
const SOURCE_WAIT_MS = 4 * 3600_000

/** So often a request that a stop holds looks whether it was lifted; whoever lifts it wakes the request at once. */
const STOP_LOOK_MS = 5 * 60_000

/**
 * Enters `acting` when the approval allows it, and leads the legs through their waves. Entering and withdrawing take the same
 * row lock, so exactly one of them happens.
 */
export async function advanceActing(ports: Ports, tx: Tx, request: RequestRow): Promise<'waiting' | 'moved'> {
  const late = await searchLate(ports, tx, request)
  if (late === 'moved') return 'moved'
  if (request.state === 'awaiting_approval') return enterActing(ports, tx, request)
  const legs = await tx.leg.find({ requestId: request.id, generation: 0 })
  await settleEmpty(ports, tx, legs)
  const open = legs.filter((leg) => leg.state !== 'settled' && leg.state !== 'nothing')
  if (open.length === 0) return leaveActing(ports, tx, request)
  return nextWave(ports, tx, { request, legs: open })
}

/**
 * An account that a person had to mend may reveal an identifier when the others were searched already. Before acting the search goes
 * on and a new plan is made; afterwards the other accounts get another look once the request is answered.
 */
async function searchLate(ports: Ports, tx: Tx, request: RequestRow): Promise<'moved' | 'none'> {
  if (request.state === 'awaiting_approval' && request.approval === null && (await isOutOfDate(tx, request))) {
    await moveRequest(ports, tx, { request, event: 'replan', patch: { nextApproval: null, nextActionAtMs: null } })
    return 'moved'
  }
  if (request.round === 0 || request.round >= MOST_ROUNDS) return 'none'
  const where = { requestId: request.id, isCertain: true, round: { above: request.round } }
  if ((await tx.identifier.count(where)) === 0) return 'none'
  if (request.state === 'awaiting_approval') {
    await moveRequest(ports, tx, {
      request,
      event: 'replan',
      patch: { approval: null, nextApproval: null, nextActionAtMs: null },
    })
    return 'moved'
  }
  await tx.request.update(request.id, { round: request.round + 1 })
  for (const leg of await tx.leg.find({ requestId: request.id, generation: 0 })) {
    const { accountId } = leg
    const dueAtMs = ports.clock.nowMs()
    await promiseRecheck(ports, tx, { requestId: request.id, accountId, why: 'late_source', dueAtMs })
  }
  return 'none'
}

/** An account that was searched after the plan was made has something that the plan, which nobody approved yet, says nothing of. */
async function isOutOfDate(tx: Tx, request: RequestRow): Promise<boolean> {
  const rows = await findAll(tx.record, { requestId: request.id, planVersion: null })
  const left = rows.filter((row) => row.decision !== 'not_subject')
  if (left.length === 0) return false
  const legs = await tx.leg.find({ requestId: request.id, generation: 0 })
  const rounds = new Map(legs.map((leg) => [leg.id, leg.round]))
  return left.some((row) => rounds.get(row.legId) === row.round)
}

async function enterActing(ports: Ports, tx: Tx, request: RequestRow): Promise<'waiting' | 'moved'> {
  const now = ports.clock.nowMs()
  const { approval } = request
  // A plan that nobody approved in time is as stale as an approval that was not used in time.
  const staleAtMs = approval === null ? request.nextActionAtMs : approval.expiresAtMs
  // Whoever was approved in time and waits for the hourly cap keeps its turn.
  if (staleAtMs !== null && staleAtMs <= now && request.heldBy !== 'hourly_cap') {
    await giveBackStart(tx, request)
    const patch = { approval: null, nextApproval: null, heldBy: null, nextActionAtMs: null }
    await moveRequest(ports, tx, { request, event: 'expired', patch })
    await announceNotice(ports, tx, { request, about: 'plan_expired' })
    return 'waiting'
  }
  const mayAct = approval !== null && approval.planHash === request.planHash && approval.actNotBeforeMs <= now
  if (!mayAct) return 'waiting'
  const legs = await tx.leg.find({ requestId: request.id, generation: 0 })
  const hold = await holdOf(ports, tx, { request, legs })
  if (hold) {
    await holdRequest(ports, tx, { request, hold })
    return 'waiting'
  }
  const acting = await moveRequest(ports, tx, {
    request,
    event: 'acting_due',
    patch: { heldBy: null, nextActionAtMs: now + SOURCE_WAIT_MS },
  })
  await settleEmpty(ports, tx, legs)
  await startLegs(ports, tx, {
    request: acting,
    legs: legs.filter((leg) => leg.state === 'found' && isDue(acting, leg, 0)),
  })
  return 'moved'
}

interface Hold {
  readonly by: NonNullable<RequestRow['heldBy']>
  /** When to look again. */
  readonly untilMs: number
}

/** What keeps an approved request from starting: a stop of the whole controller, or the hourly cap. It can still be withdrawn. */
async function holdOf(
  ports: Ports,
  tx: Tx,
  { request, legs }: { request: RequestRow; legs: readonly LegRow[] },
): Promise<Hold | undefined> {
  if (!isCapped(ports, request, legs)) return undefined
  const now = ports.clock.nowMs()
  if (isControllerStopped(await openStops(tx), request.controllerId)) return { by: 'stop', untilMs: now + STOP_LOOK_MS }
  const untilMs = await startAt(ports, tx, { request, generation: 0 })
  // Against the clock of now: a start that was given out a millisecond after we began is no later one.
  return untilMs > ports.clock.nowMs() ? { by: 'hourly_cap', untilMs } : undefined
}

async function holdRequest(
  ports: Ports,
  tx: Tx,
  { request, hold }: { request: RequestRow; hold: Hold },
): Promise<void> {
  await tx.request.update(request.id, { heldBy: hold.by, nextActionAtMs: hold.untilMs })
  if (request.heldBy === hold.by) return
  await writeJournal(ports, tx, { requestId: request.id, kind: 'request.held', detail: { because: hold.by } })
}

/** An account that holds nothing has nothing to act on, whether its search ended before acting began or later. */
async function settleEmpty(ports: Ports, tx: Tx, legs: readonly LegRow[]): Promise<void> {
  for (const leg of legs.filter((one) => one.state === 'nothing')) await settleLeg(ports, tx, { leg, parts: leg.parts })
}

/** Reading disturbs nobody, so all accounts go at once; changes go wave by wave, sources first. */
function isDue(request: RequestRow, leg: LegRow, wave: number): boolean {
  return !isWritingRight(request.right) || leg.wave <= wave
}

async function startLegs(
  ports: Ports,
  tx: Tx,
  { request, legs }: { request: RequestRow; legs: readonly LegRow[] },
): Promise<void> {
  if (legs.length > 0) await issueFlow(ports, tx, { request, stage: 'act', legs })
}

async function nextWave(
  ports: Ports,
  tx: Tx,
  { request, legs }: { request: RequestRow; legs: readonly LegRow[] },
): Promise<'waiting'> {
  const now = ports.clock.nowMs()
  const isOverdue = (request.nextActionAtMs ?? Infinity) <= now
  const waiting = legs.filter((leg) => leg.state === 'found' && leg.stage === null)
  // A source that waits for a person, or for a newer plan to cool off, holds its dependents no longer than some hours.
  const isWaiting = (leg: LegRow) =>
    leg.state === 'parked' || (leg.state === 'found' && (leg.nextActionAtMs ?? 0) > now)
  const holding = legs.filter((leg) => leg.wave <= request.wave && !(isOverdue && isWaiting(leg)))
  const due = waiting.filter((leg) => isDue(request, leg, request.wave))
  if (due.length > 0) await startLegs(ports, tx, { request, legs: due })
  else if (waiting.length > 0 && holding.length === 0) {
    const wave = Math.min(...waiting.map((leg) => leg.wave))
    const next = { ...request, wave, nextActionAtMs: now + SOURCE_WAIT_MS }
    await tx.request.update(request.id, { wave, nextActionAtMs: next.nextActionAtMs })
    await orderLateRechecks(ports, tx, { request: next, legs })
    await startLegs(ports, tx, { request: next, legs: waiting.filter((leg) => leg.wave <= wave) })
  } else if (isOverdue) await tx.request.update(request.id, { nextActionAtMs: now + SOURCE_WAIT_MS })
  return 'waiting'
}

/** Dependents that run before a parked source is cleared may be fed again by it: they get another look later. */
async function orderLateRechecks(
  ports: Ports,
  tx: Tx,
  { request, legs }: { request: RequestRow; legs: readonly LegRow[] },
): Promise<void> {
  if (!legs.some((leg) => leg.state === 'parked' && leg.wave < request.wave)) return
  for (const leg of legs.filter((one) => one.state === 'found' && one.wave === request.wave)) {
    await promiseRecheck(ports, tx, {
      requestId: request.id,
      accountId: leg.accountId,
      why: 'late_source',
      dueAtMs: ports.clock.nowMs() + 24 * 3600_000,
    })
  }
}

async function leaveActing(ports: Ports, tx: Tx, request: RequestRow): Promise<'moved' | 'waiting'> {
  const policy = ports.policies.of(request.controllerId).byRight[request.right]
  if (!isWritingRight(request.right) && policy.review === 'person') {
    await moveRequest(ports, tx, { request, event: 'review_needed', patch: { nextActionAtMs: null } })
    await announceNotice(ports, tx, { request, about: 'needs_review' })
    return 'waiting'
  }
  // Sealing follows in the same go; a crash before it shows as a job that is out for too long.
  await moveRequest(ports, tx, {
    request,
    event: 'acted',
    patch: { nextActionAtMs: null, issuedAtDbMs: await tx.dbNowMs() },
  })
  return 'moved'
}
