import { Readable } from 'node:stream'
import { openRange, plaintextSize, type SealedObject } from '../../crypto/stream.ts'
import type { JsonValue } from '../../domain/json.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { ParcelAttachment, ParcelReader, RequestVault } from '../../ports/runtime.ts'
import {
  corruptParcel,
  FOOTER_BYTES,
  parseParcelIndex,
  type IndexedAttachment,
  type IndexedPart,
} from './parcel-index.ts'

export type OpenParcel = ParcelReader

/**
 * Opens a parcel for reading part by part, in any order and more than once.
 *
 * @throws DsrError `ARCHIVE_CORRUPT` when the object is not the one whose digest was recorded; `CORRUPT_CIPHERTEXT`; `NOT_FOUND`.
 */
export async function openParcel(
  objects: ObjectStore,
  vault: RequestVault,
  parcel: { readonly objectKey: string; readonly sha256: string },
): Promise<OpenParcel> {
  const stored = await objects.head(parcel.objectKey)
  if (stored?.sha256 !== parcel.sha256) throw corruptParcel()
  const sealed: SealedObject = {
    fileKey: vault.objectKey(parcel.objectKey),
    aad: parcel.objectKey,
    sealedBytes: stored.bytes,
    readAt: async (offset, byteCount) => {
      const { body } = await objects.get(parcel.objectKey, { range: { start: offset, end: offset + byteCount - 1 } })
      return collect(body)
    },
  }
  const plainBytes = plaintextSize(stored.bytes)
  const footer = await collect(openRange(sealed, { offset: plainBytes - FOOTER_BYTES, byteCount: FOOTER_BYTES }))
  const indexBytes = Number(footer.readBigUInt64BE())
  const offset = plainBytes - FOOTER_BYTES - indexBytes
  const index = parseParcelIndex(await collect(openRange(sealed, { offset, byteCount: indexBytes })))
  return {
    parts: Object.keys(index.parts),
    count: (part) => index.parts[part]?.records ?? 0,
    records: (part) => recordsOf(sealed, index.parts[part]),
    attachments: (part) => (index.parts[part]?.attachments ?? []).map((each) => toAttachment(sealed, each)),
  }
}

async function* recordsOf(sealed: SealedObject, part: IndexedPart | undefined): AsyncGenerator<JsonValue> {
  for (const [offset, byteCount] of part?.runs ?? []) {
    let begun: Buffer[] = []
    for await (const piece of openRange(sealed, { offset, byteCount })) {
      let from = 0
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
        yield parseRecord(Buffer.concat([...begun, piece.subarray(from, end)]))
        begun = []
        from = end + 1
      }
      begun.push(piece.subarray(from))
    }
  }
}

/** The text is our own: `write` made it of a JsonValue, and its ciphertext was verified. */
function parseRecord(line: Buffer): JsonValue {
  return JSON.parse(line.toString('utf8')) as JsonValue
}

function toAttachment(sealed: SealedObject, { name, mediaType, offset, bytes }: IndexedAttachment): ParcelAttachment {
  const content = bytes === 0 ? [] : openRange(sealed, { offset, byteCount: bytes })
  return { name, mediaType, bytes, open: () => Promise.resolve(Readable.from(content, { objectMode: false })) }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
