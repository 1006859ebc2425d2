import type { AccountId, ControllerId, RequestId } from '../domain/ids.ts'
import type { Purpose } from '../domain/wish.ts'

/**
 * An identifier that is not to be used for a purpose any more. It outlives the request and the request's key, or an import would bring the
 * person back; so it holds a keyed digest and nothing else of them, a ground and a date on which somebody looks whether it is still needed.
 */
export interface SuppressionRow {
  readonly id: string
  readonly controllerId: ControllerId
  /** HMAC under the controller's look-up key. */
  readonly digest: string
  readonly purpose: Purpose
  /** The right that was exercised: an objection (Art. 21 GDPR), or what must be kept so that an erasure or a restriction stays one. */
  readonly ground: 'objection' | 'erasure' | 'restriction'
  readonly requestId: RequestId
  /** Accounts that were made to hold it too. */
  readonly accounts: readonly AccountId[]
  readonly createdAtMs: number
  readonly reviewAtMs: number
  readonly isReviewAnnounced: boolean
  /** When the person opted in again. */
  readonly liftedAtMs: number | null
}
