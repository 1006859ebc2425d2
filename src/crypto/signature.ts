import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { base64Of } from './bytes.ts'
import { type Envelope, preAuthEncoding } from './dsse.ts'
import { notEd25519, type TrustedKey, trustedKeyFromRaw } from './public-key.ts'

export { strictBase64 } from './bytes.ts'
export { type Envelope, envelopeBytes, openEnvelope, preAuthEncoding } from './dsse.ts'
export {
  isSignatureOf,
  publicKeyPem,
  publicKeyRaw,
  type TrustedKey,
  trustedKeyFromPem,
  trustedKeyFromRaw,
} from './public-key.ts'

/** What signs. The key id is the SHA-256 of the raw public key, so it cannot name another key. */
export interface SigningKey {
  readonly keyId: string
  readonly privateKey: KeyObject
}

const RAW_KEY_BYTES = 32

export function newSigningKey(): SigningKey {
  return signingKeyOf(generateKeyPairSync('ed25519').privateKey)
}

/** PKCS #8 PEM of the private key. Secret. */
export function privateKeyPem(key: SigningKey): string {
  return key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** @throws DsrError `FIELD_INVALID` unless the PEM holds an Ed25519 private key. */
export function signingKeyFromPem(pem: string): SigningKey {
  return signingKeyOf(importKey(() => createPrivateKey(pem)))
}

/** The public half of a signing key. */
export function trustedKeyOf(key: SigningKey): TrustedKey {
  return trustedKeyFromRaw(rawOf(createPublicKey(key.privateKey)))
}

/** Ed25519 (RFC 8032) over the bytes. @returns 64 bytes. */
export function signBytes(key: SigningKey, bytes: Uint8Array): Buffer {
  return sign(null, bytes, key.privateKey)
}

/** Signs bytes as a DSSE envelope. */
export function signEnvelope(key: SigningKey, payloadType: string, payload: Uint8Array): Envelope {
  const sig = base64Of(signBytes(key, preAuthEncoding(payloadType, payload)))
  return { payload: base64Of(payload), payloadType, signatures: [{ keyid: key.keyId, sig }] }
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw notEd25519()
  return { keyId: trustedKeyFromRaw(rawOf(createPublicKey(privateKey))).keyId, privateKey }
}

function rawOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES)
}

function importKey(read: () => KeyObject): KeyObject {
  try {
    return read()
  } catch {
    // The reader's message may quote the key text: it is not kept.
    throw notEd25519()
  }
}
