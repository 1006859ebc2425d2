import type { Identifier } from '../domain/identifier.ts'
import type { ControllerId, RequestId } from '../domain/ids.ts'
import type { Purpose } from '../domain/wish.ts'
import type { Actor } from './rows.ts'
import type { SuppressionRow } from './suppression-row.ts'

export interface SuppressionAnswer {
  /** `all` when the person objected to everything. */
  readonly purpose: Purpose
  readonly ground: SuppressionRow['ground']
  readonly requestId: RequestId
  readonly sinceMs: number
  readonly reviewAtMs: number
}

export interface LiftOrder {
  readonly controllerId: ControllerId
  readonly identifier: Identifier
  readonly purpose: Purpose
  readonly optedInAtMs: number
  /** Where the opt-in is kept, in a few open words: no address. */
  readonly evidence: string
  readonly actor: Actor
}

/** Who must not be written to any more. Nothing can be listed: only who knows an address can ask for it. */
export interface Suppressions {
  /** One answer for each identifier, in their order; undefined where nothing stands against the purpose. */
  check(
    controllerId: ControllerId,
    identifiers: readonly Identifier[],
    purpose: Purpose,
  ): Promise<readonly (SuppressionAnswer | undefined)[]>
  /**
   * A fresh opt-in lifts a suppression.
   *
   * @returns the accounts that hold it too, where it is to be lifted by hand.
   * @throws DsrError `NOT_FOUND` when there is none, `FIELD_INVALID` for an opt-in of before, `SUBMITTED_IN_FUTURE`.
   */
  lift(order: LiftOrder): Promise<{ readonly accounts: readonly string[] }>
}
