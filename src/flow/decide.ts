import { DsrError } from '../domain/errors.ts'
import type { LegId } from '../domain/ids.ts'
import type { RequestState } from '../domain/request.ts'
import type { DecideOrder } from '../ports/commands.ts'
import type { LegRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { keepDecision } from '../stages/common/decided.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { moveRequest } from '../stages/common/moves.ts'
import { issueRequest } from '../stages/common/outbox.ts'
import { openQuestion } from '../stages/common/planned.ts'
import { signedBy } from '../stages/common/signed-by.ts'
import { replanDrift } from './approve.ts'
import { retryLeg } from './retry-leg.ts'

interface Deciding {
  readonly request: RequestRow
  readonly order: DecideOrder
}

type Decision = DecideOrder['decisions'][number]

/** Besides the request that waits for it: a system that was searched late, while the others went on, or looked at again later. */
const LATE: readonly RequestState[] = ['awaiting_approval', 'acting', 'answered', 'closed']

/** A person says whose uncertain records are, of a request that waits for it or of systems that do. */
export async function decide(ports: Ports, tx: Tx, { request, order }: Deciding): Promise<void> {
  const isLate = LATE.includes(request.state)
  if (request.state !== 'awaiting_decision' && !isLate) throw new DsrError('ILLEGAL_TRANSITION', 'no decision is asked')
  const legIds = new Set<LegId>()
  for (const decision of order.decisions) legIds.add(await decideOne(ports, tx, { request, order, decision }))
  if (isLate) {
    await resumeDecided(ports, tx, { request, order, legIds })
    return
  }
  const open = await tx.record.count({ requestId: request.id, isCertain: false, decision: null })
  if (open > 0) return
  const decided = await moveRequest(ports, tx, { request, event: 'decided', actor: order.actor })
  await issueRequest(ports, tx, { request: decided, stage: 'plan' })
}

async function decideOne(
  ports: Ports,
  tx: Tx,
  { request, order, decision: one }: Deciding & { readonly decision: Decision },
): Promise<LegId> {
  const row = await tx.record.lock(one.recordId)
  if (row?.requestId !== request.id) throw new DsrError('FIELD_INVALID', 'unknown record', { field: 'record_id' })
  if (row.decision === one.decision) return row.legId
  // What the first answer taught (addresses, children) is not taken back by another one, nor is what was certain when it was planned.
  if (row.decision !== null || (row.isCertain && LATE.includes(request.state)))
    throw new DsrError('ILLEGAL_TRANSITION', 'this record was decided already', { field: 'record_id' })
  if (one.decision === 'retain' && (one.law === null || one.untilMs === null)) {
    throw new DsrError('FIELD_INVALID', 'what is kept needs a law and a date', { field: 'law' })
  }
  await keepDecision(ports, tx, { request, row, decision: one })
  await writeJournal(ports, tx, {
    requestId: request.id,
    legId: row.legId,
    ...signedBy(ports, request, order),
    kind: 'record.decided',
    detail: { record: row.id, part: row.part, decision: one.decision, because: row.reason },
  })
  return row.legId
}

/** Systems that waited for these decisions go on: to their end, or to a plan that lists what is the subject's after all. */
async function resumeDecided(
  ports: Ports,
  tx: Tx,
  { request, order, legIds }: Deciding & { readonly legIds: ReadonlySet<LegId> },
): Promise<void> {
  const by = signedBy(ports, request, order)
  let isPlanNeeded = false
  for (const id of legIds) {
    const leg = await tx.leg.lock(id)
    if (leg?.state !== 'parked' || leg.parkedReason !== 'undecided') continue
    const open = await openQuestion(tx, leg)
    if (open === 'undecided') continue
    if (open === undefined) await retryLeg(ports, tx, { leg, by })
    else {
      await waitForPlan(tx, leg)
      isPlanNeeded = true
    }
  }
  if (isPlanNeeded) await replanDrift(ports, tx, { request, order })
}

async function waitForPlan(tx: Tx, leg: LegRow): Promise<void> {
  await tx.leg.update(leg.id, { parkedReason: 'plan_drift', returnTo: 'found', stage: 'act' })
}
