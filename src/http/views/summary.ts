import { requestStatus } from '../../domain/request.ts'
import { isWritingRight } from '../../domain/right.ts'
import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { RequestSummary } from '../wire/answers.ts'
import { isoOf } from '../wire/common.ts'
import { clockOf } from './clock.ts'
import { needsOf } from './needs.ts'

export function linksOf(request: Pick<RequestRow, 'id' | 'right'>): RequestSummary['links'] {
  const self = `/v1/requests/${request.id}`
  return {
    self,
    plan: `${self}/plan`,
    record: `${self}/record`,
    ...(!isWritingRight(request.right) && { archive: `${self}/archive` }),
  }
}

export function summaryOf(
  request: RequestRow,
  { legs, nowMs }: { readonly legs: readonly Pick<LegRow, 'state' | 'parkedReason'>[]; readonly nowMs: number },
): RequestSummary {
  const { daysLeft, isLate } = clockOf(request, nowMs)
  return {
    subject_request_id: request.id,
    controller_id: request.controllerId,
    right: request.right,
    mode: request.mode,
    request_status: requestStatus(request.state),
    state: request.state,
    result: request.result,
    received_time: isoOf(request.receivedAtMs),
    due_date: request.dueDate,
    days_left: daysLeft,
    is_late: isLate,
    needs: needsOf(request, legs),
    external_reference: request.externalReference,
    links: linksOf(request),
  }
}
