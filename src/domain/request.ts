import { nextState, type StateTable } from './state-table.ts'

/** Where a subject request stands (design §3). On the wire `request_status` is OpenDSR's four; this is `state`. */
export type RequestState =
  | 'received'
  | 'awaiting_identity'
  | 'discovering'
  | 'awaiting_decision'
  | 'awaiting_approval'
  | 'acting'
  | 'awaiting_review'
  | 'sealing'
  | 'answered'
  | 'closed'
  | 'refused'
  | 'withdrawn'
  | 'plan_expired'

export type RequestEvent =
  | 'identity_needed'
  | 'identity_accepted'
  | 'ambiguous'
  | 'decided'
  | 'planned'
  | 'acting_due'
  | 'expired'
  | 'replan'
  | 'dry_run_done'
  | 'review_needed'
  | 'reviewed'
  | 'acted'
  | 'answer_recorded'
  | 'close'
  | 'refuse'
  | 'withdraw'

const EXITS = { refuse: 'refused', withdraw: 'withdrawn' } as const

export const REQUEST_TABLE: StateTable<RequestState, RequestEvent> = {
  received: { identity_needed: 'awaiting_identity', identity_accepted: 'discovering', ...EXITS },
  awaiting_identity: { identity_accepted: 'discovering', ...EXITS },
  discovering: { ambiguous: 'awaiting_decision', planned: 'awaiting_approval', ...EXITS },
  // A decision may teach a new identifier: then the search goes on before a plan is made.
  awaiting_decision: { decided: 'discovering', ...EXITS },
  awaiting_approval: {
    acting_due: 'acting',
    expired: 'plan_expired',
    replan: 'discovering',
    dry_run_done: 'closed',
    ...EXITS,
  },
  // The clock of the law runs on, so an expired plan is made anew, refused or withdrawn; it is no way to forget a request.
  plan_expired: { replan: 'discovering', ...EXITS },
  acting: { review_needed: 'awaiting_review', acted: 'sealing' },
  awaiting_review: { reviewed: 'sealing' },
  sealing: { answer_recorded: 'answered' },
  answered: { close: 'closed' },
  closed: {},
  refused: {},
  withdrawn: {},
}

/** @throws DsrError `ILLEGAL_TRANSITION`. */
export function nextRequestState(state: RequestState, event: RequestEvent): RequestState {
  return nextState(REQUEST_TABLE, state, event)
}

/** OpenDSR's four words for a state (standards.md §1.3). */
export function requestStatus(state: RequestState): 'pending' | 'in_progress' | 'completed' | 'cancelled' {
  switch (state) {
    case 'received':
    case 'awaiting_identity':
      return 'pending'
    case 'answered':
    case 'closed':
    case 'refused':
      return 'completed'
    case 'withdrawn':
      return 'cancelled'
    case 'discovering':
    case 'awaiting_decision':
    case 'awaiting_approval':
    case 'plan_expired':
    case 'acting':
    case 'awaiting_review':
    case 'sealing':
      return 'in_progress'
  }
}

/** Whether nothing more will happen to the request itself (rechecks of an answered one still may). */
export function isFinal(state: RequestState): boolean {
  return state === 'closed' || state === 'refused' || state === 'withdrawn'
}

/** States from which a person or the portal may still withdraw: nothing was changed at a vendor yet. */
export function isWithdrawable(state: RequestState): boolean {
  return REQUEST_TABLE[state].withdraw !== undefined
}
