import type { WritingVerb } from '../connector/contract.ts'
import type { AccountId, ConnectorId, ControllerId, LegId, RequestId } from '../domain/ids.ts'
import type { ParkReason } from '../domain/leg.ts'
import type { WritingRight } from '../domain/right.ts'
import type { CallRow, EffectRow, RequestRow } from '../ports/rows.ts'
import type { Account, Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'

/** What the effect engine tells the stages, inside its own transactions. */
export interface EffectHost {
  /** Effects of the legs were settled: they may go on to their first look. */
  afterEffects(tx: Tx, legIds: readonly LegId[]): Promise<void>
  /** Effects of the leg need a person. */
  parkLeg(tx: Tx, legId: LegId, reason: ParkReason): Promise<void>
  /** Effects of an account and step are ready, at the latest at `notBeforeMs`. */
  announceEffects(tx: Tx, of: Announcement): Promise<void>
}

export interface Announcement {
  readonly controllerId: ControllerId
  readonly requestId: RequestId
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly step: string
  readonly notBeforeMs: number
}

export interface Engine {
  readonly ports: Ports
  readonly host: EffectHost
}

/** Effects of one account and call kind: what one sender looks after. */
export interface Lane {
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly step: string
}

/** A call that is on disk and owns its effects; what is left is to make it and to settle it. */
export interface ClaimedCall {
  readonly call: CallRow
  readonly account: Account
  readonly verb: WritingVerb
  readonly right: WritingRight
  readonly effects: readonly EffectRow[]
  /** Those of the effects, by id. */
  readonly requests: ReadonlyMap<RequestId, RequestRow>
  /** Whether the lane had nothing else to do when the call was claimed. */
  readonly isLast: boolean
}

/** Longer than any transport time-out, so that a live call is never taken for a lost one. */
export const CALL_LEASE_MS = 180_000
