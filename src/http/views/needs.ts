import type { RequestState } from '../../domain/request.ts'
import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { RequestSummary } from '../wire/answers.ts'

export type Need = RequestSummary['needs'][number]

/** What a person must do before the request goes on; empty when it goes on by itself. */
export function needsOf(request: RequestRow, legs: readonly Pick<LegRow, 'state' | 'parkedReason'>[]): Need[] {
  const needs: Need[] = []
  const stateNeed = needOfState(request)
  if (stateNeed) needs.push(stateNeed)
  const waitsFor = (reason: LegRow['parkedReason']) => legs.some((leg) => leg.parkedReason === reason)
  if (waitsFor('undecided')) needs.push('decision')
  if (waitsFor('plan_drift') && isNewerPlanOpen(request)) needs.push('approval')
  if (legs.some((leg) => leg.state === 'parked')) needs.push('system')
  return needs
}

const WORKING: ReadonlySet<RequestState> = new Set(['received', 'discovering', 'acting', 'sealing'])

/** Whether it goes on by itself now, so that looking again soon is worth it. */
export function isUnderWay(request: RequestRow, legs: readonly Pick<LegRow, 'state' | 'parkedReason'>[]): boolean {
  return WORKING.has(request.state) && needsOf(request, legs).length === 0
}

/** A plan that was made while acting, or for a later look, that nobody (or only the first of two) approved yet. */
function isNewerPlanOpen({ planHash, approval, nextApproval }: RequestRow): boolean {
  const isGranted = nextApproval?.planHash === planHash && nextApproval.granted !== null
  return planHash !== null && approval !== null && approval.planHash !== planHash && !isGranted
}

function needOfState(request: RequestRow): Need | undefined {
  switch (request.state) {
    case 'awaiting_identity':
      return 'identity'
    case 'awaiting_decision':
      return 'decision'
    case 'awaiting_approval':
      return request.approval === null ? 'approval' : undefined
    case 'awaiting_review':
      return 'review'
    case 'plan_expired':
      return 'new_plan'
    case 'sealing':
      return request.delivery?.result === 'failed' ? 'delivery' : undefined
    case 'acting':
    case 'received':
    case 'discovering':
    case 'answered':
    case 'closed':
    case 'refused':
    case 'withdrawn':
      return undefined
  }
}
