import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { DsrError } from '../domain/errors.ts'
import { canonicalBytes } from './canonical.ts'
import { sha256Hex } from './digest.ts'

/** What signs. The key id is the SHA-256 of the raw public key, so it cannot name another key. */
export interface SigningKey {
  readonly keyId: string
  readonly privateKey: KeyObject
}

/** What a verifier trusts. */
export interface TrustedKey {
  readonly keyId: string
  readonly publicKey: KeyObject
}

/** A DSSE envelope with one signature (secure-systems-lab/dsse v1). */
export type Envelope = {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

const RAW_KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410 §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

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
  return { keyId: key.keyId, publicKey: createPublicKey(key.privateKey) }
}

/** SubjectPublicKeyInfo PEM, as `openssl pkeyutl -verify -pubin` reads it. */
export function publicKeyPem(key: TrustedKey): string {
  return key.publicKey.export({ format: 'pem', type: 'spki' }).toString()
}

/** The 32 raw bytes of the public key. */
export function publicKeyRaw(key: TrustedKey): Buffer {
  return rawOf(key.publicKey)
}

/** @throws DsrError `FIELD_INVALID` unless the PEM holds an Ed25519 public key. */
export function trustedKeyFromPem(pem: string): TrustedKey {
  return trusted(importKey(() => createPublicKey(pem)))
}

/** @throws DsrError `FIELD_INVALID` unless these are the 32 bytes of an Ed25519 public key. */
export function trustedKeyFromRaw(raw: Uint8Array): TrustedKey {
  if (raw.byteLength !== RAW_KEY_BYTES) throw notEd25519()
  return trusted(
    importKey(() => createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })),
  )
}

/** Ed25519 (RFC 8032) over the bytes. @returns 64 bytes. */
export function signBytes(key: SigningKey, bytes: Uint8Array): Buffer {
  return sign(null, bytes, key.privateKey)
}

export function isSignatureOf(key: TrustedKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.byteLength === SIGNATURE_BYTES && verify(null, bytes, key.publicKey, signature)
}

/** The bytes that a DSSE signature covers: type and body with their lengths, so that neither can run into the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `
  return Buffer.concat([Buffer.from(head), payload])
}

/** Signs bytes as a DSSE envelope. */
export function signEnvelope(key: SigningKey, payloadType: string, payload: Uint8Array): Envelope {
  const sig = signBytes(key, preAuthEncoding(payloadType, payload)).toString('base64')
  return { payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ keyid: key.keyId, sig }] }
}

/** The one file form of an envelope: its JCS bytes. */
export function envelopeBytes(envelope: Envelope): Buffer {
  return canonicalBytes(envelope)
}

/** What a verified envelope holds, and whose signature it bears. */
export interface OpenedEnvelope {
  readonly payload: Buffer
  readonly keyId: string
}

/**
 * Verifies an envelope and gives out exactly the bytes that were signed.
 *
 * @param allowedType - the one payload type that the caller can read; any other is refused before anything is decoded.
 * @throws DsrError `SIGNATURE_INVALID`, with `field` = `payloadType`, `payload`, `signatures`, `keyid` (not a trusted key) or `sig`.
 */
export function openEnvelope(
  envelope: Envelope,
  allowedType: string,
  trustedKeys: readonly TrustedKey[],
): OpenedEnvelope {
  if (envelope.payloadType !== allowedType) throw refused('payloadType', 'the envelope holds another type of document')
  const [signature, ...others] = envelope.signatures
  if (signature === undefined || others.length > 0) throw refused('signatures', 'the envelope must have one signature')
  const payload = strictBase64(envelope.payload)
  if (payload === undefined) throw refused('payload', 'the payload is not strict base64')
  const sig = strictBase64(signature.sig)
  if (sig === undefined) throw refused('sig', 'the signature is not strict base64')
  const key = trustedKeys.find((trustedKey) => trustedKey.keyId === signature.keyid)
  if (key === undefined) throw refused('keyid', 'the envelope was signed by a key that is not trusted here')
  if (!isSignatureOf(key, preAuthEncoding(envelope.payloadType, payload), sig)) {
    throw refused('sig', 'the signature does not fit the payload')
  }
  return { payload, keyId: key.keyId }
}

/**
 * Decodes base64 (RFC 4648 §4) only in the one form that encoding gives back: padded, no other characters, no stray bits.
 *
 * @returns undefined for any other text.
 */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function signingKeyOf(privateKey: KeyObject): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw notEd25519()
  return { keyId: sha256Hex(rawOf(createPublicKey(privateKey))), privateKey }
}

function trusted(publicKey: KeyObject): TrustedKey {
  if (publicKey.asymmetricKeyType !== 'ed25519') throw notEd25519()
  return { keyId: sha256Hex(rawOf(publicKey)), publicKey }
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

function notEd25519(): DsrError {
  return new DsrError('FIELD_INVALID', 'not an Ed25519 key', { field: 'key' })
}

function refused(field: string, text: string): DsrError {
  return new DsrError('SIGNATURE_INVALID', text, { field })
}
