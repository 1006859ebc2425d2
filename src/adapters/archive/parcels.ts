import { randomUUID } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import type { ExportPiece } from '../../connector/contract.ts'
import { sealStream } from '../../crypto/stream.ts'
import { scanRecord } from '../../domain/secret-scan.ts'
import type { ObjectStore } from '../../ports/objects.ts'
import type { Parcels } from '../../ports/runtime.ts'
import { cleanText, isTextual } from './clean-text.ts'
import { ParcelIndexBuilder } from './parcel-index.ts'
import { openParcel } from './parcel-reading.ts'

/** Parcels in the object store, sealed under the request's key for their own object key. */
export function createParcels(objects: ObjectStore): Parcels {
  return {
    write: async (order, pieces) => {
      const objectKey = `parcels/${order.requestId}/${order.legId}/${String(order.epoch)}-${randomUUID()}`
      const index = new ParcelIndexBuilder()
      const seal = sealStream(order.vault.objectKey(objectKey), objectKey)
      // A failure of the source ends the seal with the same error, and the store passes it on.
      pipeline(Readable.from(plaintext(pieces, index), { objectMode: false }), seal, () => undefined)
      const stored = await objects.put(objectKey, seal).finally(() => seal.destroy())
      return { objectKey, sha256: stored.sha256, objectBytes: stored.bytes, counts: index.counts() }
    },
    read: async (vault, parcel) => openParcel(objects, vault, parcel),
    delete: (objectKey) => objects.delete(objectKey),
    deleteAll: async (requestId) => {
      for await (const { key } of objects.list(`parcels/${requestId}/`)) await objects.delete(key)
    },
  }
}

async function* plaintext(pieces: AsyncIterable<ExportPiece>, index: ParcelIndexBuilder): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (piece.kind === 'record') {
      // Credentials go before anything is stored: what is not there cannot be handed out by mistake.
      const { clean, count } = scanRecord(piece.content)
      const line = Buffer.from(`${JSON.stringify(clean)}\n`)
      index.addRecord(piece.part, line.byteLength)
      index.addSecrets(piece.part, count)
      yield line
    } else {
      yield* attachmentBytes(piece, index)
    }
  }
  yield index.finish()
}

async function* attachmentBytes(
  piece: ExportPiece & { kind: 'attachment' },
  index: ParcelIndexBuilder,
): AsyncGenerator<Uint8Array> {
  const source = await piece.open()
  const found = { count: 0 }
  let bytes = 0
  try {
    const read = source as AsyncIterable<Uint8Array>
    for await (const chunk of isTextual(piece.mediaType) ? cleanText(read, found) : read) {
      bytes += chunk.byteLength
      yield chunk
    }
  } finally {
    source.destroy()
  }
  index.addSecrets(piece.part, found.count)
  index.addAttachment(piece.part, { name: piece.name, mediaType: piece.mediaType, bytes })
}
