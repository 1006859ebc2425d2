import { DsrError } from '../domain/errors.ts'
import { base64Of, concatBytes, equalBytes, hexOf, strictBase64 } from './bytes.ts'
import { isEd25519Signature, sha256 } from './platform.ts'

/** What a verifier trusts: an Ed25519 key. The key id is the SHA-256 of the raw public key, so it cannot name another key. */
export interface TrustedKey {
  readonly keyId: string
  /** 32 bytes (RFC 8032). */
  readonly raw: Uint8Array
}

const RAW_KEY_BYTES = 32

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410 §4). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00)
const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END PUBLIC KEY-----\s*$/

/** @throws DsrError `FIELD_INVALID` unless these are the 32 bytes of an Ed25519 public key. */
export function trustedKeyFromRaw(raw: Uint8Array): TrustedKey {
  if (raw.byteLength !== RAW_KEY_BYTES) throw notEd25519()
  return { keyId: hexOf(sha256(raw)), raw: Uint8Array.from(raw) }
}

/** @throws DsrError `FIELD_INVALID` unless the PEM holds an Ed25519 public key and nothing else. */
export function trustedKeyFromPem(pem: string): TrustedKey {
  const der = strictBase64(PEM.exec(pem)?.[1]?.replaceAll(/\s/g, '') ?? '')
  const head = der?.subarray(0, SPKI_PREFIX.byteLength)
  if (der === undefined || head === undefined || !equalBytes(head, SPKI_PREFIX)) throw notEd25519()
  return trustedKeyFromRaw(der.subarray(SPKI_PREFIX.byteLength))
}

/** SubjectPublicKeyInfo PEM, as `openssl pkeyutl -verify -pubin` reads it. */
export function publicKeyPem(key: TrustedKey): string {
  return `-----BEGIN PUBLIC KEY-----\n${base64Of(concatBytes(SPKI_PREFIX, key.raw))}\n-----END PUBLIC KEY-----\n`
}

/** The 32 raw bytes of the public key. */
export function publicKeyRaw(key: TrustedKey): Uint8Array {
  return key.raw
}

export function isSignatureOf(key: TrustedKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return isEd25519Signature(key.raw, bytes, signature)
}

/** What is thrown for a key of any other kind; the key's text is not in it. */
export function notEd25519(): DsrError {
  return new DsrError('FIELD_INVALID', 'not an Ed25519 key', { field: 'key' })
}
