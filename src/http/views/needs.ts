import type { RequestState } from '../../domain/request.ts'
import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { RequestSummary } from '../wire/answers.ts'

export type Need = RequestSummary['needs'][number]

/** What a person must do before the request goes on; empty when it goes on by itself. */
export function needsOf(request: RequestRow, legs: readonly Pick<LegRow, 'state'>[]): Need[] {
  const needs: Need[] = []
  const stateNeed = needOfState(request)
  if (stateNeed) needs.push(stateNeed)
  if (legs.some((leg) => leg.state === 'parked')) needs.push('system')
  return needs
}

const WORKING: ReadonlySet<RequestState> = new Set(['received', 'discovering', 'acting', 'sealing'])

/** Whether it goes on by itself now, so that looking again soon is worth it. */
export function isUnderWay(request: RequestRow, legs: readonly Pick<LegRow, 'state'>[]): boolean {
  return WORKING.has(request.state) && needsOf(request, legs).length === 0
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
      return request.approval !== null && request.approval.planHash !== request.planHash ? 'approval' : undefined
    case 'received':
    case 'discovering':
    case 'answered':
    case 'closed':
    case 'refused':
    case 'withdrawn':
      return undefined
  }
}
