import { nextEffectState } from '../domain/effect.ts'
import { DsrError } from '../domain/errors.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { PartResult } from '../domain/part.ts'
import { stopUnsent } from '../effects/stopping.ts'
import { isStopped, openStops } from '../ports/stops.ts'
import type { ResumeOrder } from '../ports/commands.ts'
import type { EffectRow, LegRow, RecordRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { afterEffects, startSettling } from '../stages/act-leg.ts'
import { findAll } from '../ports/find-all.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { moveLeg, moveRequest, resumeLeg } from '../stages/common/moves.ts'
import { issueLeg, issueRequest } from '../stages/common/outbox.ts'
import { resultsFor } from '../stages/common/parts.ts'
import { undecidedRows } from '../stages/common/planned.ts'
import { settleLeg } from '../stages/common/settle-leg.ts'
import { signedBy } from '../stages/common/signed-by.ts'
import { replanDrift } from './approve.ts'
import { announceOpenEffects, retryLeg, type LegOrder } from './retry-leg.ts'

interface Resuming {
  readonly request: RequestRow
  readonly order: ResumeOrder
}

/**
 * Lets go on what waited for a person: one parked leg, or the request itself (an expired plan is made anew, an answer that was not
 * delivered is sent again).
 */
export async function resume(ports: Ports, tx: Tx, { request, order }: Resuming): Promise<void> {
  if (order.legId === null) return resumeRequest(ports, tx, { request, order })
  const leg = await tx.leg.lock(order.legId)
  if (leg?.requestId !== request.id) throw new DsrError('NOT_FOUND', 'no such leg')
  const by = signedBy(ports, request, order)
  if (leg.state !== 'parked') return endWaiting(ports, tx, { request, leg, by, action: order.action })
  switch (order.action) {
    case 'retry':
      return leg.parkedReason === 'plan_drift'
        ? replanDrift(ports, tx, { request, order })
        : retryLeg(ports, tx, { leg, by })
    case 'act_again':
      return actAgain(ports, tx, { leg, by })
    case 'accept':
      return acceptAsIs(ports, tx, { request, leg, by })
  }
}

/**
 * A person may also end what waits by itself: changes that a stop holds, and a system whose newer plan cools off. What is on its way
 * is left to its end.
 */
async function endWaiting(
  ports: Ports,
  tx: Tx,
  { request, leg, by, action }: LegOrder & { request: RequestRow; action: ResumeOrder['action'] },
): Promise<void> {
  const isCooling =
    leg.state === 'found' && request.nextApproval !== null && (leg.nextActionAtMs ?? 0) > ports.clock.nowMs()
  const isHalted = leg.state === 'acting' && isStopped(await openStops(tx), leg)
  if (action !== 'accept' || !(isCooling || isHalted))
    throw new DsrError('ILLEGAL_TRANSITION', 'the leg does not wait for a person')
  if (isCooling) {
    const patch = { parkedReason: 'plan_drift', returnTo: 'found', leaseUntilDbMs: null } as const
    const parked = await moveLeg(ports, tx, { leg, event: 'park', patch, ...by })
    return acceptAsIs(ports, tx, { request, leg: parked, by })
  }
  await stopUnsent(tx, leg.id, ports.clock.nowMs())
  const detail = { account: leg.accountId }
  await writeJournal(ports, tx, { requestId: request.id, legId: leg.id, ...by, kind: 'leg.effects_stopped', detail })
  await afterEffects(ports, tx, [leg.id])
}

async function resumeRequest(ports: Ports, tx: Tx, { request, order }: Resuming): Promise<void> {
  if (request.state === 'plan_expired') {
    const again = await moveRequest(ports, tx, {
      request,
      event: 'replan',
      ...signedBy(ports, request, order),
      patch: { approval: null, nextApproval: null },
    })
    await issueRequest(ports, tx, { request: again, stage: 'plan' })
    return
  }
  if (request.state === 'sealing' && request.delivery?.result === 'failed') {
    await tx.request.update(request.id, { delivery: null })
    await issueRequest(ports, tx, { request, stage: 'answer' })
    return
  }
  throw new DsrError('ILLEGAL_TRANSITION', 'nothing of this request waits for a person')
}

/**
 * Sends the effects of what is still there once more, on a person's order: the vendor said yes and kept it, refused it, or nobody
 * could tell and the step is not one to repeat unasked.
 */
async function actAgain(ports: Ports, tx: Tx, { leg, by }: LegOrder): Promise<void> {
  const left = new Set(leg.parts.filter((part) => part.counts.remaining > 0).map((part) => part.part))
  const effects = await findAll(tx.effect, { legId: leg.id, state: { in: ['done', 'rejected', 'unknown'] } })
  const again = effects.filter((effect) => isToRepeat(effect, left))
  if (again.length === 0) throw new DsrError('ILLEGAL_TRANSITION', 'no effect of this leg can be sent again')
  const back = await resumeLeg(ports, tx, { leg, by, patch: { looks: 0, absences: 0 } })
  if (back.state === 'settling') await moveLeg(ports, tx, { leg: back, event: 'act_again', ...by })
  for (const effect of again) {
    await tx.effect.update(effect.id, {
      state: nextEffectState(effect.state, 'order_repeat'),
      readyAtMs: ports.clock.nowMs(),
      nextActionAtMs: null,
      settledAtMs: null,
      errorCode: null,
      tries: 0,
    })
  }
  await issueLeg(ports, tx, { leg: back, stage: 'act' })
  await announceOpenEffects(ports, tx, back)
}

/** An unknown effect that has a next look is still being asked after. */
function isToRepeat(effect: EffectRow, left: ReadonlySet<string>): boolean {
  if (effect.state === 'unknown') return effect.nextActionAtMs === null && effect.callId === null
  return effect.state === 'rejected' || left.has(effect.part)
}

/** Ends a leg as it is: an unsent effect stays unsent, and what the last look showed is what the record says. */
async function acceptAsIs(
  ports: Ports,
  tx: Tx,
  { request, leg, by }: LegOrder & { request: RequestRow },
): Promise<void> {
  if (leg.returnTo === 'acting') {
    await stopUnsent(tx, leg.id, ports.clock.nowMs())
    const back = await resumeLeg(ports, tx, { leg, by })
    await startSettling(ports, tx, { leg: back, right: request.right })
    return
  }
  const parts = withUndecided(await acceptedParts(ports, tx, leg), await undecidedRows(tx, leg.id))
  await settleLeg(ports, tx, { leg, parts, by })
  if (request.state === 'discovering') await issueRequest(ports, tx, { request, stage: 'discover' })
}

/** A leg that never came to a look says why of every part in which something was found, or of all when it was never searched. */
async function acceptedParts(ports: Ports, tx: Tx, leg: LegRow): Promise<readonly PartResult[]> {
  if (leg.looks > 0) return leg.parts
  const manifest = ports.accounts.get(leg.accountId)?.connector.manifest
  if (!manifest) return [ACCOUNT_GONE]
  const outcome = untouchedOutcome(leg)
  const rows = await findAll(tx.record, { legId: leg.id })
  const subjects = rows.filter((row) => row.decision !== 'not_subject' && (row.isCertain || row.decision !== null))
  const parts = resultsFor({ manifest, unavailable: leg.unavailable }, subjects, () => outcome)
  return leg.searchedAtMs === null ? parts.map((part) => ({ ...part, outcome })) : parts
}

/** What a person left undecided reads neither as done nor as somebody else's. */
function withUndecided(parts: readonly PartResult[], undecided: readonly RecordRow[]): readonly PartResult[] {
  const why = 'a match that is not certain was left undecided'
  return parts.map((part) => {
    const left = undecided.filter((row) => row.part === part.part).length
    if (left === 0 || part.outcome.kind === 'failed') return part
    const { found, remaining } = part.counts
    const counts = { ...part.counts, found: found + left, remaining: remaining + left }
    return { ...part, outcome: { kind: 'not_done', why }, counts }
  })
}

const ACCOUNT_GONE: PartResult = {
  part: 'account',
  outcome: { kind: 'not_done', why: 'the account is no longer set up' },
  counts: { found: 0, done: 0, kept: 0, remaining: 0 },
}

function untouchedOutcome(leg: LegRow): Outcome {
  switch (leg.parkedReason) {
    case 'reappeared':
      return { kind: 'not_done', why: 'what appeared since is a new relation' }
    case 'plan_drift':
      return { kind: 'not_done', why: 'what appeared since the approval was not approved' }
    default:
      return { kind: 'failed', code: leg.errorCode ?? 'INTERNAL' }
  }
}
