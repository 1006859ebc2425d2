import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { DsrError } from '../domain/errors.ts'
import { hexOf } from './bytes.ts'
import { deriveKey, KEY_BYTES, requestKeyId, requireKey } from './commitment.ts'
import { recordPartAad, type RecordPlace, type SealedPart } from './sealed-part.ts'

export { openRecordPart, type RecordPlace, type SealedPart } from './sealed-part.ts'

const VERSION = 1
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MASTER_ID_BYTES = 8

/** A new random 256-bit key. */
export function newKey(): Buffer {
  return randomBytes(KEY_BYTES)
}

/**
 * Encrypts a small value: AES-256-GCM, random 96-bit nonce, key derived from `key` for this use alone.
 *
 * @param aad - where the value belongs (table, row, column); the same words are needed to open it.
 * @returns version(1) | nonce(12) | ciphertext | tag(16).
 */
export function sealBytes(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array | string): Buffer {
  return envelopeUnder(key).seal(plaintext, aad)
}

/** Opens what `sealBytes` made. @throws DsrError `CORRUPT_CIPHERTEXT` for a wrong key, place, version, or any changed bit. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array | string): Buffer {
  return envelopeUnder(key).open(sealed, aad)
}

/** `sealBytes` and `openBytes` for one key, from which the key of this use is derived once. */
export interface Envelope {
  readonly seal: (plaintext: Uint8Array, aad: Uint8Array | string) => Buffer
  readonly open: (sealed: Uint8Array, aad: Uint8Array | string) => Buffer
}

export function envelopeUnder(key: Uint8Array): Envelope {
  const derived = deriveKey(key, 'envelope')
  return {
    seal: (plaintext, aad) => Buffer.concat([Buffer.of(VERSION), encrypt(derived, plaintext, aad)]),
    open: (sealed, aad) => {
      if (sealed[0] !== VERSION) throw corrupt()
      return decrypt(derived, sealed.subarray(1), aad)
    },
  }
}

/**
 * Wraps a key under the master key, bound to its own id so that two rows cannot be swapped.
 *
 * @returns version(1) | id of the master key(8) | nonce(12) | ciphertext(32) | tag(16).
 */
export function wrapKey(masterKey: Uint8Array, keyId: string, key: Uint8Array): Buffer {
  requireKey(key)
  const head = Buffer.concat([Buffer.of(VERSION), masterId(masterKey)])
  return Buffer.concat([head, encrypt(deriveKey(masterKey, 'wrap'), key, wrapAad(head, keyId))])
}

/**
 * Opens what `wrapKey` made.
 *
 * @throws DsrError `MASTER_KEY_WRONG` when another master key wrapped it, `CORRUPT_CIPHERTEXT` for any other fault.
 */
export function unwrapKey(masterKey: Uint8Array, keyId: string, wrapped: Uint8Array): Buffer {
  const head = wrappedHead(wrapped)
  if (!timingSafeEqual(head.subarray(1), masterId(masterKey))) {
    throw new DsrError('MASTER_KEY_WRONG', 'this key was wrapped by another master key')
  }
  const key = decrypt(deriveKey(masterKey, 'wrap'), wrapped.subarray(head.byteLength), wrapAad(head, keyId))
  if (key.byteLength !== KEY_BYTES) throw corrupt()
  return key
}

/** The id of the master key that wrapped this key, as 16 hexadecimal digits: tells a rotation which rows are left. */
export function wrappingKeyId(wrapped: Uint8Array): string {
  return wrappedHead(wrapped).subarray(1).toString('hex')
}

/** The id by which wrapped keys name this master key, as 16 hexadecimal digits. */
export function masterKeyId(masterKey: Uint8Array): string {
  return hexOf(masterId(masterKey))
}

/** Stored beside the data and compared at start: tells a wrong master key before anything is written. Reveals nothing of it. */
export function masterKeyCheckValue(masterKey: Uint8Array): string {
  return hexOf(deriveKey(masterKey, 'check'))
}

/** Seals the personal part of a record under HKDF(request key, "seal"); `openRecordPart` opens it. */
export function sealRecordPart(requestKey: Uint8Array, place: RecordPlace, plaintext: Uint8Array): SealedPart {
  const sealed = encrypt(deriveKey(requestKey, 'seal'), plaintext, recordPartAad(place))
  return {
    kid: requestKeyId(requestKey),
    iv: sealed.subarray(0, NONCE_BYTES).toString('base64'),
    ct: sealed.subarray(NONCE_BYTES).toString('base64'),
  }
}

function encrypt(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array | string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(aad))
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array | string): Buffer {
  const end = sealed.byteLength - TAG_BYTES
  if (end < NONCE_BYTES) throw corrupt()
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(aad))
  decipher.setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()])
  } catch (cause) {
    throw corrupt(cause)
  }
}

function wrappedHead(wrapped: Uint8Array): Buffer {
  if (wrapped[0] !== VERSION || wrapped.byteLength <= 1 + MASTER_ID_BYTES) throw corrupt()
  return Buffer.from(wrapped.subarray(0, 1 + MASTER_ID_BYTES))
}

function masterId(masterKey: Uint8Array): Uint8Array {
  return deriveKey(masterKey, 'check').subarray(0, MASTER_ID_BYTES)
}

function wrapAad(head: Uint8Array, keyId: string): Buffer {
  return Buffer.concat([head, Buffer.from(`key\0${keyId}`)])
}

function corrupt(cause?: unknown): DsrError {
  return new DsrError('CORRUPT_CIPHERTEXT', 'the ciphertext does not belong to this key and place, or was changed', {
    cause,
  })
}
