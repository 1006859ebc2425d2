import type { LegId, RequestId } from '../domain/ids.ts'
import type { RedactionKind, RedactionReason } from '../domain/redaction.ts'
import type { Actor } from './rows.ts'

/** Something that a reviewer took out of a copy before it goes to the person. */
export interface RedactionRow {
  readonly id: string
  readonly requestId: RequestId
  readonly legId: LegId
  /** The parcel whose positions are meant: an export that is made anew is reviewed anew. */
  readonly parcelId: string
  readonly part: string
  readonly kind: RedactionKind
  /** Which record or attachment of the part, from 0. */
  readonly position: number
  /** HMAC of the path under the request's key; empty for a whole record or attachment. */
  readonly pathDigest: string
  /** Names of fields may be personal data: some vendors key a list by address. */
  readonly sealedPath: Uint8Array | null
  readonly reason: RedactionReason
  readonly by: Actor
  readonly atMs: number
}
