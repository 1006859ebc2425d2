import { DsrError } from '../domain/errors.ts'
import type { ApproveOrder, Order } from '../ports/commands.ts'
import type { Actor, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { APPROVAL_VALID_MS, grantApproval, isPlanApproved } from '../stages/common/approval.ts'
import { writeJournal } from '../stages/common/journal.ts'
import { announceNotice } from '../stages/common/outbox.ts'
import { signedBy } from '../stages/common/signed-by.ts'
import { makePlan } from '../stages/plan.ts'

interface Approving {
  readonly request: RequestRow
  readonly order: ApproveOrder
}

/**
 * A person approves the present plan by its hash: the first one, or a later one that systems wait for. Where the policy wants four
 * eyes, it counts once a second person approved, who is neither the first nor the one who entered the request.
 *
 * @throws DsrError `ILLEGAL_TRANSITION`, `PLAN_NOT_READY`, `PLAN_HASH_MISMATCH`, `APPROVAL_EXPIRED`, `SECOND_PERSON_NEEDED`.
 */
export async function approve(ports: Ports, tx: Tx, { request, order }: Approving): Promise<void> {
  if (!(await isApprovalAsked(tx, request))) throw new DsrError('ILLEGAL_TRANSITION', 'no approval is asked')
  if (request.planHash === null) throw new DsrError('PLAN_NOT_READY', 'there is no plan yet')
  if (request.planHash !== order.planHash)
    throw new DsrError('PLAN_HASH_MISMATCH', 'this is not the hash of the present plan', { field: 'plan_hash' })
  if (isPlanApproved(request)) return
  const [plan] = await tx.plan.find({ requestId: request.id, version: request.planVersion })
  const now = ports.clock.nowMs()
  if (plan && plan.createdAtMs + APPROVAL_VALID_MS <= now)
    throw new DsrError('APPROVAL_EXPIRED', 'nobody approved this plan in time: order a new one')
  const first = firstOf(request)
  if (isFourEyes(ports, request)) {
    if (first === undefined) return noteFirst(ports, tx, { request, order })
    if (order.actor.id === first.id || order.actor.id === request.createdBy.id)
      throw new DsrError('SECOND_PERSON_NEEDED', 'another person must approve this plan')
  }
  await grantApproval(ports, tx, {
    request,
    planHash: order.planHash,
    by: signedBy(ports, request, order),
    ...(first && { first }),
    isEffective: true,
  })
}

/** Before acting, and whenever systems wait for a newer plan: also those of a recheck, whose request was answered long ago. */
async function isApprovalAsked(tx: Tx, request: RequestRow): Promise<boolean> {
  if (request.state === 'awaiting_approval') return true
  const isNewer = request.state === 'acting' || request.state === 'answered' || request.state === 'closed'
  if (!isNewer) return false
  if (isPlanApproved(request)) return true
  return (await tx.leg.count({ requestId: request.id, state: 'parked', parkedReason: 'plan_drift' })) > 0
}

function isFourEyes(ports: Ports, request: RequestRow): boolean {
  return ports.policies.of(request.controllerId).byRight[request.right].fourEyes
}

/** Who approved the present plan first, while the second is awaited. */
function firstOf({ planHash, nextApproval }: RequestRow): Actor | undefined {
  const isOfPlan = nextApproval?.planHash === planHash
  return isOfPlan && nextApproval.granted === null ? nextApproval.by[0] : undefined
}

async function noteFirst(ports: Ports, tx: Tx, { request, order }: Approving): Promise<void> {
  const { planHash, planVersion } = request
  if (planHash === null) return
  const nextApproval = { by: [order.actor], planHash, planVersion, atMs: ports.clock.nowMs(), granted: null }
  await tx.request.update(request.id, { nextApproval })
  const detail = { plan_hash: planHash, version: planVersion }
  await writeJournal(ports, tx, {
    requestId: request.id,
    ...signedBy(ports, request, order),
    kind: 'plan.approved_once',
    detail,
  })
  await announceNotice(ports, tx, { request, about: 'needs_approval', detail: { version: planVersion, second: true } })
}

/** What the accounts show now makes plan n+1 under the same policy; what waits goes on once that plan is approved and has cooled off. */
export async function replanDrift(
  ports: Ports,
  tx: Tx,
  { request, order }: { readonly request: RequestRow; readonly order: Order },
): Promise<void> {
  await writeJournal(ports, tx, { requestId: request.id, ...signedBy(ports, request, order), kind: 'plan.ordered' })
  const { hash, effective } = await makePlan(ports, tx, request)
  const planned = { ...request, planVersion: request.planVersion + 1, planHash: hash }
  await tx.request.update(request.id, { planVersion: planned.planVersion, planHash: hash })
  const policy = ports.policies.of(request.controllerId)
  // As with the first plan, one that changes nothing asks nobody.
  if (policy.byRight[request.right].approval === 'person' && effective > 0) {
    await announceNotice(ports, tx, { request, about: 'needs_approval', detail: { version: planned.planVersion } })
    return
  }
  await grantApproval(ports, tx, {
    request: planned,
    planHash: hash,
    by: { actor: { role: 'policy', id: policy.hash.slice(0, 16) } },
    isEffective: effective > 0,
  })
}
