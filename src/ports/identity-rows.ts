import type { RequestId } from '../domain/ids.ts'
import type { Actor } from './rows.ts'

/** A link that was sent to the person's address on file. It is evidence, and goes when the check is over. */
export interface IdentityLinkRow {
  readonly id: string
  readonly requestId: RequestId
  /** SHA-256 of the token in the link's address. */
  readonly tokenDigest: string
  /** HMAC of the second channel's code under the token; null when the link alone is asked for. */
  readonly codeDigest: string | null
  readonly createdBy: Actor
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** Wrong codes so far. */
  readonly failures: number
  /** Set once it was used, refused or replaced. */
  readonly closedAtMs: number | null
}
