import type { AccountId, ControllerId, RequestId } from '../domain/ids.ts'
import type { Actor } from './rows.ts'

/** An order that halts all changes at vendors, of an account, a controller or the whole installation, until it is lifted. */
export interface StopRow {
  readonly id: string
  /** Null: all controllers. */
  readonly controllerId: ControllerId | null
  /** Null: all accounts. */
  readonly accountId: AccountId | null
  readonly by: Actor
  /** For colleagues to read; names nobody. */
  readonly reason: string
  readonly stoppedAtMs: number
  readonly liftedBy: Actor | null
  readonly liftReason: string | null
  readonly liftedAtMs: number | null
}

/** The instant at which a request may begin to change things, given out under the hourly cap. */
export interface StartRow {
  readonly id: string
  /** Whose cap counts it: controller and right. */
  readonly cap: string
  readonly requestId: RequestId
  readonly generation: number
  readonly atMs: number
}

/** Stands for one cap, to be locked by whoever gives out a start. */
export interface CapRow {
  readonly id: string
}
