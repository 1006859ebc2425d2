import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { openRange, openStream } from '../../crypto/stream.ts'
import { DsrError } from '../../domain/errors.ts'
import type { ObjectStore } from '../../ports/objects.ts'

export interface SealedPlace {
  readonly objects: ObjectStore
  readonly key: string
  readonly fileKey: Uint8Array
}

/** Both ends inclusive, as in HTTP. */
export interface PlainRange {
  readonly start: number
  readonly end: number
}

/**
 * The plain bytes of a sealed object, all or a range of them; nothing is written to disk, memory stays at about 1 MiB.
 *
 * @throws DsrError `NOT_FOUND` when the object is gone; the stream may end in `CORRUPT_CIPHERTEXT` or `ARCHIVE_CORRUPT`.
 */
export async function openSealedObject(place: SealedPlace, range?: PlainRange): Promise<Readable> {
  return range === undefined ? whole(place) : part(place, range)
}

async function whole({ objects, key, fileKey }: SealedPlace): Promise<Readable> {
  const { body } = await objects.get(key)
  const opening = openStream(fileKey, key)
  const source = Readable.from(body)
  source.on('error', (error) => opening.destroy(error))
  return source.pipe(opening)
}

async function part({ objects, key, fileKey }: SealedPlace, { start, end }: PlainRange): Promise<Readable> {
  const head = await objects.head(key)
  if (head === undefined) throw new DsrError('NOT_FOUND', 'the archive is gone')
  const readAt = async (offset: number, byteCount: number): Promise<Uint8Array> => {
    const { body } = await objects.get(key, { range: { start: offset, end: offset + byteCount - 1 } })
    return buffer(body)
  }
  const sealed = { fileKey, aad: key, readAt, sealedBytes: head.bytes }
  return Readable.from(openRange(sealed, { offset: start, byteCount: end - start + 1 }))
}
