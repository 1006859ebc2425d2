import type { JsonObject } from '../../domain/json.ts'
import { isWritingRight } from '../../domain/right.ts'
import type { Approval, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { writeJournal } from './journal.ts'
import { writeLeaf } from './leaf.ts'
import { issueRequest } from './outbox.ts'
import type { SignedBy } from './signed-by.ts'

/** How long an approval, or a plan that waits for one, stays good (design §3). */
export const APPROVAL_VALID_MS = 72 * 3600_000

export interface ApprovalOrder {
  readonly request: RequestRow
  readonly planHash: string
  readonly by: SignedBy
  /** Whether the plan changes anything at a live vendor; only then the cooling-off period runs. */
  readonly isEffective: boolean
}

/** Records the approval of a plan by its hash and asks the coordinator to act when the cooling-off period is over. */
export async function grantApproval(ports: Ports, tx: Tx, order: ApprovalOrder): Promise<RequestRow> {
  const { request, by, planHash } = order
  const now = ports.clock.nowMs()
  const policy = ports.policies.of(request.controllerId).byRight[request.right]
  const coolingMs = isWritingRight(request.right) && order.isEffective ? policy.coolingOffMs : 0
  const approval: Approval = {
    by: by.actor,
    planHash,
    planVersion: request.planVersion,
    atMs: now,
    actNotBeforeMs: now + coolingMs,
    expiresAtMs: now + coolingMs + APPROVAL_VALID_MS,
  }
  const patch = { approval, nextActionAtMs: approval.actNotBeforeMs }
  await tx.request.update(request.id, patch)
  const detail: JsonObject = {
    plan_hash: planHash,
    version: request.planVersion,
    cooling_off_hours: Math.round(coolingMs / 3600_000),
  }
  await writeJournal(ports, tx, {
    requestId: request.id,
    ...by,
    kind: 'plan.approved',
    detail,
  })
  await writeLeaf(ports, tx, {
    request,
    kind: 'plan_approved',
    facts: { plan_hash: planHash, role: by.actor.role, by: by.actor.id },
  })
  const approved = { ...request, ...patch }
  if (coolingMs === 0) {
    await issueRequest(ports, tx, { request: approved, stage: 'act' })
    return { ...approved, issue: approved.issue + 1 }
  }
  return approved
}
