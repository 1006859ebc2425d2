import type { JsonObject } from '../../domain/json.ts'
import { isWritingRight } from '../../domain/right.ts'
import type { Actor, Approval, NextApproval, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from './journal.ts'
import { logEvent } from './leaf.ts'
import { resumeLeg } from './moves.ts'
import { issueLeg, issueRequest } from './outbox.ts'
import type { SignedBy } from './signed-by.ts'

/** How long an approval, or a plan that waits for one, stays good (design §3). */
export const APPROVAL_VALID_MS = 72 * 3600_000

export interface ApprovalOrder {
  readonly request: RequestRow
  readonly planHash: string
  readonly by: SignedBy
  /** Who approved before, where the policy wants four eyes. */
  readonly first?: Actor
  /** Whether the plan changes anything at a live vendor; only then the cooling-off period runs. */
  readonly isEffective: boolean
}

/**
 * Records the approval of a plan by its hash. The first plan's request is asked to act when the cooling-off period is over; a plan
 * that was made while acting, or for a recheck, has a cooling-off period of its own, after which the systems that waited for it go on.
 */
export async function grantApproval(ports: Ports, tx: Tx, order: ApprovalOrder): Promise<RequestRow> {
  const { request, by, first } = order
  const now = ports.clock.nowMs()
  const policy = ports.policies.of(request.controllerId).byRight[request.right]
  const coolingMs = isWritingRight(request.right) && order.isEffective ? policy.coolingOffMs : 0
  await writeApproval(ports, tx, { ...order, coolingMs })
  const given: NextApproval = {
    by: first ? [first, by.actor] : [by.actor],
    planHash: order.planHash,
    planVersion: request.planVersion,
    atMs: now,
    granted: { actNotBeforeMs: now + coolingMs, expiresAtMs: now + coolingMs + APPROVAL_VALID_MS },
  }
  if (request.state !== 'awaiting_approval') {
    await tx.request.update(request.id, { nextApproval: given })
    await releaseDrifted(ports, tx, { request, by, notBeforeMs: now + coolingMs })
    return { ...request, nextApproval: given }
  }
  const patch = { approval: approvalOf(given), nextApproval: null, nextActionAtMs: now + coolingMs }
  await tx.request.update(request.id, patch)
  const approved = { ...request, ...patch }
  if (coolingMs > 0) return approved
  await issueRequest(ports, tx, { request: approved, stage: 'act' })
  return { ...approved, issue: approved.issue + 1 }
}

async function writeApproval(
  ports: Ports,
  tx: Tx,
  { request, by, planHash, coolingMs }: ApprovalOrder & { readonly coolingMs: number },
): Promise<void> {
  const detail: JsonObject = {
    plan_hash: planHash,
    version: request.planVersion,
    cooling_off_hours: Math.round(coolingMs / 3600_000),
  }
  await writeJournal(ports, tx, { requestId: request.id, ...by, kind: 'plan.approved', detail })
  await logEvent(ports, tx, {
    request,
    kind: 'plan_approved',
    facts: { plan_hash: planHash, role: by.actor.role, by: by.actor.id },
  })
}

/** @throws TypeError for one that is not granted: a mistake of the caller. */
function approvalOf({ by, granted, planHash, planVersion, atMs }: NextApproval): Approval {
  const [first, second] = by
  if (!first || !granted) throw new TypeError('an approval that was not granted')
  return { by: first, ...(second && { second }), planHash, planVersion, atMs, ...granted }
}

/** Systems that waited for the new plan go on when its cooling-off period is over; until then a person may still end them as they are. */
async function releaseDrifted(
  ports: Ports,
  tx: Tx,
  { request, by, notBeforeMs }: { request: RequestRow; by: SignedBy; notBeforeMs: number },
): Promise<void> {
  const legs = await tx.leg.find({ requestId: request.id, state: 'parked', parkedReason: 'plan_drift' })
  for (const leg of legs) {
    const patch = { stage: 'act', nextActionAtMs: notBeforeMs, looks: 0, absences: 0 } as const
    const back = await resumeLeg(ports, tx, { leg, by, patch })
    if (notBeforeMs <= ports.clock.nowMs()) await issueLeg(ports, tx, { leg: back, stage: 'act' })
  }
}

/**
 * The approval of a newer plan replaces the one in force once its cooling-off period is over; one that was not used in time is void,
 * and the systems find again what nobody approved.
 */
export async function bringIntoForce(ports: Ports, tx: Tx, id: RequestRow['id']): Promise<void> {
  const request = await tx.request.lock(id)
  const next = request?.nextApproval
  const now = ports.clock.nowMs()
  if (!next?.granted || next.granted.actNotBeforeMs > now) return
  if (next.granted.expiresAtMs > now) {
    await tx.request.update(id, { approval: approvalOf(next), nextApproval: null })
    return
  }
  await tx.request.update(id, { nextApproval: null })
  await writeJournal(ports, tx, { requestId: id, kind: 'plan.expired', detail: { version: next.planVersion } })
}

/** Whether everybody who must has approved the request's present plan, also when its cooling-off period still runs. */
export function isPlanApproved({ planHash, approval, nextApproval }: RequestRow): boolean {
  if (planHash === null) return false
  return approval?.planHash === planHash || (nextApproval?.planHash === planHash && nextApproval.granted !== null)
}
