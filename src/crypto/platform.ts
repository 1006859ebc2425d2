import { createDecipheriv, createHash, createHmac, createPublicKey, hkdfSync, verify } from 'node:crypto'

/**
 * What a verifier needs of its runtime, and nothing else: this file is the only one below `verify-*` that imports Node. The
 * page that verifies in a browser puts `src/bin/verifier/platform-browser.js` in its place, with the same names.
 */

/** SHA-256 over the parts, one after the other. @returns 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(bytes).digest()
}

/** HKDF-SHA-256 (RFC 5869) without salt. @returns 32 bytes. */
export function hkdfSha256(key: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, 32))
}

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Ed25519 (RFC 8032). @returns false for a signature or a key of a wrong length too. */
export function isEd25519Signature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.byteLength !== 32 || signature.byteLength !== 64) return false
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
  return verify(null, bytes, key, signature)
}

/** AES-256-GCM. @returns undefined when the tag does not fit. */
export function openAesGcm(
  key: Uint8Array,
  { iv, sealed, aad }: { readonly iv: Uint8Array; readonly sealed: Uint8Array; readonly aad: Uint8Array },
): Uint8Array | undefined {
  const end = sealed.byteLength - 16
  if (end < 0) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    return undefined
  }
}
