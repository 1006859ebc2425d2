import { DsrError } from '../domain/errors.ts'
import { hexOf, utf8 } from './bytes.ts'
import { hkdfSha256, hmacSha256 } from './platform.ts'

export const KEY_BYTES = 32

/** What a key may be turned into. Each use has its own label, so no two uses ever share key material. */
export type DerivationLabel = 'commit' | 'seal' | 'kid' | 'envelope' | 'wrap' | 'check' | 'lookup'

/** What a lookup digest is for; the same value gives unrelated digests under different purposes. */
export type LookupPurpose = 'duplicate' | 'suppression' | 'idempotency'

/**
 * HKDF-SHA-256 (RFC 5869) without salt: 32 bytes of key material for one use.
 *
 * @throws DsrError `INTERNAL` when the key is not 32 bytes.
 */
export function deriveKey(key: Uint8Array, label: DerivationLabel): Uint8Array {
  requireKey(key)
  return hkdfSha256(key, utf8(label))
}

/** The public id of a request's key. It commits to the key: no second key can be found that opens the same sealed part. */
export function requestKeyId(requestKey: Uint8Array): string {
  return hexOf(deriveKey(requestKey, 'kid'))
}

/** What is committed to: an identifier of the person, or the SHA-256 of the letter or archive that they got. */
export type CommitmentPurpose = 'subject' | 'letter' | 'archive'

/** What opens the commitments of a request and nothing else of it: 32 bytes, which the person gets with the answer. */
export function commitmentKey(requestKey: Uint8Array): Uint8Array {
  return deriveKey(requestKey, 'commit')
}

/** HMAC-SHA-256(commitment key, purpose, a zero byte, value) as 64 hexadecimal digits. */
export function commitmentUnder(key: Uint8Array, purpose: CommitmentPurpose, value: string): string {
  requireKey(key)
  return hmacHex(key, `${purpose}\0${value}`)
}

/**
 * What a record shows instead of an identifier: HMAC-SHA-256(HKDF(key, "commit"), "subject\0" + identifier).
 * Whoever holds the request's key can confirm a guess; once the key is destroyed, only who was given the commitment key can.
 *
 * @param normalisedIdentifier - in the form of `src/domain/identifier.ts`, so that one person has one commitment.
 * @returns 64 hexadecimal digits.
 */
export function subjectCommitment(requestKey: Uint8Array, normalisedIdentifier: string): string {
  return commitmentUnder(commitmentKey(requestKey), 'subject', normalisedIdentifier)
}

/**
 * The digest by which the operational database finds a value again without storing it. Keyed per controller, so that two
 * tenants cannot compare, and a stolen table cannot be searched with guesses.
 *
 * @returns 64 hexadecimal digits.
 */
export function lookupDigest(controllerKey: Uint8Array, purpose: LookupPurpose, value: string): string {
  return hmacHex(deriveKey(controllerKey, 'lookup'), `${purpose}\0${value}`)
}

/** @throws DsrError `INTERNAL` when the key is not 32 bytes. */
export function requireKey(key: Uint8Array): void {
  if (key.byteLength !== KEY_BYTES) throw new DsrError('INTERNAL', 'a key must have 32 bytes')
}

function hmacHex(key: Uint8Array, text: string): string {
  return hexOf(hmacSha256(key, utf8(text)))
}
