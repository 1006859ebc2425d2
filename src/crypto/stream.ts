import { Transform, type TransformCallback } from 'node:stream'
import { DsrError } from '../domain/errors.ts'
import {
  CHUNK_BYTES,
  HEADER_BYTES,
  SEALED_CHUNK_BYTES,
  type ChunkCipher,
  chunkCipher,
  corruptStream,
  newHeader,
  plaintextSize,
} from './stream-chunks.ts'

export { plaintextSize, sealedSize } from './stream-chunks.ts'

/** How many chunks a range read asks for at once: 1 MiB. */
const WINDOW_CHUNKS = 16

/**
 * Encrypts what flows through it, in chunks of 64 KiB; memory stays at a chunk and the piece in hand.
 *
 * @param fileKey - 32 bytes, new for every object.
 * @param aad - where the object belongs (its key in the store); the same words are needed to open it.
 */
export function sealStream(fileKey: Uint8Array, aad: Uint8Array | string): Transform {
  const header = newHeader()
  const cipher = chunkCipher(fileKey, header, aad)
  const slices = slicer(CHUNK_BYTES, CHUNK_BYTES)
  let index = 0
  const stream = sliceTransform(
    (piece) => slices.take(piece).map((slice) => cipher.seal({ index: index++, isFinal: false }, slice)),
    () => [cipher.seal({ index, isFinal: true }, slices.rest())],
  )
  stream.push(header)
  return stream
}

/**
 * Decrypts what `sealStream` made. Only plaintext of verified chunks comes out, and the end comes only after the final chunk.
 * Whoever acts on what came before the end must be able to take it back.
 *
 * @throws DsrError `CORRUPT_CIPHERTEXT`, as the stream's error, for any changed, moved, missing or added byte.
 */
export function openStream(fileKey: Uint8Array, aad: Uint8Array | string): Transform {
  const slices = slicer(HEADER_BYTES, SEALED_CHUNK_BYTES)
  let cipher: ChunkCipher | undefined
  let index = 0
  const openSlice = (slice: Buffer, isFinal: boolean): Buffer => {
    if (cipher !== undefined) return cipher.open({ index: index++, isFinal }, slice)
    if (isFinal) throw corruptStream()
    cipher = chunkCipher(fileKey, slice, aad)
    return Buffer.alloc(0)
  }
  return sliceTransform(
    (piece) => slices.take(piece).map((slice) => openSlice(slice, false)),
    () => [openSlice(slices.rest(), true)],
  )
}

/** Reads ciphertext: exactly `byteCount` bytes from `offset`. A short answer fails the chunk's tag, so it counts as corruption. */
export type ReadAt = (offset: number, byteCount: number) => Promise<Uint8Array>

export interface SealedObject {
  readonly fileKey: Uint8Array
  readonly aad: Uint8Array | string
  readonly readAt: ReadAt
  /** The size of the sealed object, as the store tells it. A lie is found out before any plaintext comes. */
  readonly sealedBytes: number
}

export interface PlaintextRange {
  readonly offset: number
  readonly byteCount: number
}

/**
 * Decrypts a range of a sealed object without reading the rest, for HTTP Range. The final chunk is verified first, because it
 * alone proves the object's size; then at most 1 MiB is held at a time.
 *
 * @throws DsrError `FIELD_INVALID` for a range outside the plaintext (see `plaintextSize`), `CORRUPT_CIPHERTEXT`.
 */
export async function* openRange(object: SealedObject, range: PlaintextRange): AsyncGenerator<Buffer> {
  const size = plaintextSize(object.sealedBytes)
  requireRange(range, size)
  const cipher = chunkCipher(object.fileKey, await object.readAt(0, HEADER_BYTES), object.aad)
  const last = Math.max(0, Math.ceil(size / CHUNK_BYTES) - 1)
  const chunks: ChunkReader = { object, cipher, last }
  await openWindow(chunks, { from: last, to: last })

  const end = range.offset + range.byteCount
  for (let at = range.offset; at < end;) {
    const from = Math.floor(at / CHUNK_BYTES)
    const to = Math.min(from + WINDOW_CHUNKS - 1, Math.floor((end - 1) / CHUNK_BYTES))
    const plaintext = await openWindow(chunks, { from, to })
    const start = from * CHUNK_BYTES
    yield plaintext.subarray(at - start, end - start)
    at = start + plaintext.byteLength
  }
}

interface ChunkReader {
  readonly object: SealedObject
  readonly cipher: ChunkCipher
  readonly last: number
}

async function openWindow(chunks: ChunkReader, window: { from: number; to: number }): Promise<Buffer> {
  const start = HEADER_BYTES + window.from * SEALED_CHUNK_BYTES
  const end = Math.min(HEADER_BYTES + (window.to + 1) * SEALED_CHUNK_BYTES, chunks.object.sealedBytes)
  const sealed = await chunks.object.readAt(start, end - start)
  const opened: Buffer[] = []
  for (let index = window.from; index <= window.to; index++) {
    const at = (index - window.from) * SEALED_CHUNK_BYTES
    const slice = sealed.subarray(at, at + SEALED_CHUNK_BYTES)
    opened.push(chunks.cipher.open({ index, isFinal: index === chunks.last }, slice))
  }
  return Buffer.concat(opened)
}

function requireRange(range: PlaintextRange, size: number): void {
  const { offset, byteCount } = range
  const isInside = [offset, byteCount].every((n) => Number.isSafeInteger(n) && n >= 0) && offset + byteCount <= size
  if (!isInside) throw new DsrError('FIELD_INVALID', 'the range lies outside the object', { field: 'range' })
}

interface Slicer {
  /** Slices that are complete and certainly not the last. */
  take(piece: Uint8Array): Buffer[]
  /** What is left at the end: the last slice, at most one slice long. */
  rest(): Buffer
}

/** Cuts pieces of any size into slices; holds the last one back until more bytes show that it is not the last. */
function slicer(firstBytes: number, sliceBytes: number): Slicer {
  let pieces: Uint8Array[] = []
  let byteCount = 0
  let wanted = firstBytes
  return {
    take(piece) {
      pieces.push(piece)
      byteCount += piece.byteLength
      if (byteCount <= wanted) return []
      const all = Buffer.concat(pieces)
      const slices: Buffer[] = []
      let at = 0
      while (all.byteLength - at > wanted) {
        slices.push(all.subarray(at, at + wanted))
        at += wanted
        wanted = sliceBytes
      }
      pieces = [all.subarray(at)]
      byteCount = all.byteLength - at
      return slices
    },
    rest: () => Buffer.concat(pieces),
  }
}

function sliceTransform(take: (piece: Buffer) => readonly Buffer[], end: () => readonly Buffer[]): Transform {
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      pushAll(this, done, () => take(piece))
    },
    flush(done) {
      pushAll(this, done, end)
    },
  })
}

function pushAll(stream: Transform, done: TransformCallback, make: () => readonly Buffer[]): void {
  try {
    for (const buffer of make()) if (buffer.byteLength > 0) stream.push(buffer)
    done()
  } catch (cause) {
    done(cause instanceof Error ? cause : corruptStream(cause))
  }
}
