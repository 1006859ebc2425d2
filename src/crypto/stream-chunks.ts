import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { DsrError } from '../domain/errors.ts'
import { KEY_BYTES, requireKey } from './commitment.ts'

/**
 * The layout of a sealed stream, after age's STREAM (C2SP age.md, "Payload") with AES-256-GCM in the place of ChaCha20-Poly1305:
 *
 *   header = "HABEAS" | version(1) | 0 | salt(32)
 *   chunk i = AES-256-GCM(HKDF-SHA-256(file key, salt, "habeas/stream/v1"), nonce = i (11 bytes, big endian) | final(1),
 *             aad = header | aad of the object) of 64 KiB plaintext, the final one of 0 to 64 KiB
 *
 * The final flag stands on exactly the last chunk; an empty final chunk is allowed only in an empty stream.
 */
export const CHUNK_BYTES = 64 * 1024
export const TAG_BYTES = 16
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
export const HEADER_BYTES = 40

const MAGIC = Buffer.from('HABEAS\x01\x00', 'latin1')

/** The size of the sealed stream of a plaintext; known beforehand, so that a Content-Length can be. */
export function sealedSize(plaintextBytes: number): number {
  return HEADER_BYTES + plaintextBytes + chunkCount(plaintextBytes) * TAG_BYTES
}

/** The size of the plaintext in a sealed stream. @throws DsrError `CORRUPT_CIPHERTEXT` when no stream has that size. */
export function plaintextSize(sealedBytes: number): number {
  const body = sealedBytes - HEADER_BYTES
  const chunks = Math.ceil(body / SEALED_CHUNK_BYTES)
  const plaintextBytes = body - chunks * TAG_BYTES
  if (plaintextBytes < 0 || chunks !== chunkCount(plaintextBytes)) throw corruptStream()
  return plaintextBytes
}

/** Seals and opens the single chunks of one object. */
export interface ChunkCipher {
  seal(chunk: { index: number; isFinal: boolean }, plaintext: Uint8Array): Buffer
  /** @throws DsrError `CORRUPT_CIPHERTEXT`; then nothing of the chunk was given out. */
  open(chunk: { index: number; isFinal: boolean }, sealed: Uint8Array): Buffer
}

export function newHeader(): Buffer {
  return Buffer.concat([MAGIC, randomBytes(HEADER_BYTES - MAGIC.byteLength)])
}

/** @throws DsrError `CORRUPT_CIPHERTEXT` when the header is none of ours; `INTERNAL` when the key is not 32 bytes. */
export function chunkCipher(fileKey: Uint8Array, header: Uint8Array, aad: Uint8Array | string): ChunkCipher {
  requireKey(fileKey)
  if (header.byteLength !== HEADER_BYTES || !MAGIC.equals(header.subarray(0, MAGIC.byteLength))) throw corruptStream()
  const salt = header.subarray(MAGIC.byteLength)
  const key = Buffer.from(hkdfSync('sha256', fileKey, salt, 'habeas/stream/v1', KEY_BYTES))
  const chunkAad = Buffer.concat([header, Buffer.from(aad)])
  return {
    seal(chunk, plaintext) {
      const cipher = createCipheriv('aes-256-gcm', key, chunkNonce(chunk), { authTagLength: TAG_BYTES })
      cipher.setAAD(chunkAad)
      return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },
    open(chunk, sealed) {
      const end = sealed.byteLength - TAG_BYTES
      if (end < 0 || (end === 0 && chunk.index > 0)) throw corruptStream()
      const decipher = createDecipheriv('aes-256-gcm', key, chunkNonce(chunk), { authTagLength: TAG_BYTES })
      decipher.setAAD(chunkAad)
      decipher.setAuthTag(sealed.subarray(end))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
      } catch (cause) {
        throw corruptStream(cause)
      }
    },
  }
}

export function corruptStream(cause?: unknown): DsrError {
  return new DsrError('CORRUPT_CIPHERTEXT', 'the sealed stream was changed, cut, or belongs to another key or place', {
    cause,
  })
}

function chunkCount(plaintextBytes: number): number {
  return Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES))
}

function chunkNonce(chunk: { index: number; isFinal: boolean }): Buffer {
  const nonce = Buffer.alloc(12)
  // Six bytes count to 2^48 chunks of 64 KiB; the upper five of the eleven stay zero.
  nonce.writeUIntBE(chunk.index, 5, 6)
  nonce[11] = chunk.isFinal ? 1 : 0
  return nonce
}
