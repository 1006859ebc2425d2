import { nextState, type StateTable } from './state-table.ts'

/** Where a leg stands: that request at one connector account (design §3). */
export type LegState = 'open' | 'discovering' | 'found' | 'nothing' | 'acting' | 'settling' | 'settled' | 'parked'

export type LegEvent =
  'search' | 'found_some' | 'found_none' | 'search_again' | 'act' | 'acted' | 'act_again' | 'look' | 'settle' | 'park'

/** Resuming a parked leg leads back to its `returnTo`, by `resumeLeg`; giving up settles it. */
export const LEG_TABLE: StateTable<LegState, LegEvent> = {
  open: { search: 'discovering', settle: 'settled', park: 'parked' },
  discovering: { found_some: 'found', found_none: 'nothing', settle: 'settled', park: 'parked' },
  found: { search_again: 'discovering', act: 'acting', settle: 'settled', park: 'parked' },
  // A recheck that found nothing looks once more by id before it says so.
  nothing: { search_again: 'discovering', look: 'settling', settle: 'settled', park: 'parked' },
  acting: { acted: 'settling', settle: 'settled', park: 'parked' },
  settling: { act_again: 'acting', settle: 'settled', park: 'parked' },
  settled: {},
  parked: { settle: 'settled' },
}

export type ReturnState = Exclude<LegState, 'settled' | 'parked'>

/** Where a parked leg may go back to; the trigger knows these edges too. */
export const RETURN_STATES: readonly ReturnState[] = ['open', 'discovering', 'found', 'nothing', 'acting', 'settling']

/** Why a leg waits for a person. Pages speak users' words for each. */
export type ParkReason =
  | 'credentials_rejected'
  | 'scope_missing'
  | 'retries_exhausted'
  | 'vendor_refused'
  | 'answer_unreadable'
  | 'effect_unknown'
  | 'effect_rejected'
  | 'still_present'
  | 'plan_drift'
  | 'reappeared'
  | 'undecided'
  | 'account_missing'
  | 'limit_reached'
  | 'crashing'

/** @throws DsrError `ILLEGAL_TRANSITION`. */
export function nextLegState(state: LegState, event: LegEvent): LegState {
  return nextState(LEG_TABLE, state, event)
}
