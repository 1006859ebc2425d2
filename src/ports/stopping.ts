import type { AccountId, ControllerId, RequestId } from '../domain/ids.ts'
import type { StopRow } from './brake-rows.ts'
import type { Actor } from './rows.ts'

/** Who halts what. */
export interface StopOrder {
  /** Null: all controllers. */
  readonly controllerId: ControllerId | null
  /** Null: all accounts. */
  readonly accountId: AccountId | null
  readonly actor: Actor
  /** For colleagues; names nobody. */
  readonly reason: string
}

/** What stands in force, and what it holds. */
export interface StopReport {
  readonly stops: readonly StopRow[]
  /** Changes at each halted account: not sent, and on their way when it was halted. */
  readonly accounts: readonly { readonly accountId: AccountId; readonly waiting: number; readonly onTheirWay: number }[]
  /** Requests with changes that were not sent, at most a thousand. */
  readonly requests: readonly { readonly requestId: RequestId; readonly waiting: number }[]
  /** Approved requests that do not begin, at most a thousand. */
  readonly held: readonly RequestId[]
}

/** The brakes: each order takes effect at once, in every process, for every change that is not on its way. */
export interface Stopping {
  /** Halts; halting what is halted changes nothing. @throws DsrError `NOT_FOUND` for an account that there is not. */
  stop(order: StopOrder): Promise<StopReport>
  /** Lets go on what a stop of exactly this scope holds. @throws DsrError `NOT_FOUND` when there is none. */
  lift(order: StopOrder): Promise<StopReport>
  /**
   * Gives up what halted accounts of this scope have not sent: it ends as `not_done`. The stop stays.
   *
   * @throws DsrError `NOT_FOUND` when nothing of this scope is halted.
   */
  giveUp(order: StopOrder): Promise<StopReport>
  report(scope: Pick<StopOrder, 'controllerId' | 'accountId'>): Promise<StopReport>
}
