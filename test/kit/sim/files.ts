import { sha256Hex } from '../../../src/crypto/digest.ts'
import type { ExportPiece } from '../../../src/connector/contract.ts'
import type { ArchiveOrder, Archives, ParcelOrder, ParcelReader, Parcels } from '../../../src/ports/runtime.ts'

/** Parcels and archives in memory: what was written is there to be looked at, what was deleted is gone. */
export class MemoryFiles {
  readonly objects = new Map<string, readonly string[]>()
  readonly #pieces = new Map<string, readonly ExportPiece[]>()
  /** Object keys that were ever written. */
  readonly written: string[] = []

  readonly parcels: Parcels = {
    write: async (order, pieces) => this.#write(order, pieces),
    read: (_vault, { objectKey }) => Promise.resolve(this.#read(objectKey)),
    delete: (objectKey) => this.#delete(objectKey),
    deleteAll: (requestId) => this.#deleteUnder(`parcels/${requestId}/`),
  }

  readonly archives: Archives = {
    build: (order) => this.#build(order),
    delete: (objectKey) => this.#delete(objectKey),
    deleteOthers: async (requestId, kept) => {
      for (const key of this.objects.keys())
        if (key.startsWith(`archives/${requestId}/`) && key !== kept) await this.#delete(key)
    },
    deleteAll: (requestId) => this.#deleteUnder(`archives/${requestId}/`),
  }

  #read(objectKey: string): ParcelReader {
    const pieces = this.objects.has(objectKey) ? (this.#pieces.get(objectKey) ?? []) : []
    const of = <Kind extends ExportPiece['kind']>(part: string, kind: Kind) =>
      pieces.filter((piece): piece is ExportPiece & { kind: Kind } => piece.part === part && piece.kind === kind)
    return {
      parts: [...new Set(pieces.map(({ part }) => part))],
      count: (part) => of(part, 'record').length,
      records: async function* (part) {
        for (const { content } of of(part, 'record')) yield await Promise.resolve(content)
      },
      attachments: (part) => of(part, 'attachment').map((piece) => ({ ...piece, bytes: 0 })),
    }
  }

  async #write(order: ParcelOrder, pieces: AsyncIterable<ExportPiece>): ReturnType<Parcels['write']> {
    const lines: string[] = []
    const kept: ExportPiece[] = []
    const counts: Record<string, { records: number; attachments: number }> = {}
    for await (const piece of pieces) {
      lines.push(`${piece.part}/${piece.ref}`)
      kept.push(piece)
      const count = (counts[piece.part] ??= { records: 0, attachments: 0 })
      if (piece.kind === 'record') count.records += 1
      else count.attachments += 1
    }
    const objectKey = `parcels/${order.requestId}/${order.legId}/${order.epoch}`
    this.#put(objectKey, lines.sort())
    this.#pieces.set(objectKey, kept)
    return { objectKey, sha256: sha256Hex(lines.join('\n')), objectBytes: lines.join('\n').length, counts }
  }

  #build(order: ArchiveOrder): ReturnType<Archives['build']> {
    const lines = order.systems.flatMap(({ leg, parcel }) =>
      (parcel ? (this.objects.get(parcel.objectKey) ?? ['a parcel is missing']) : []).map(
        (line) => `${leg.accountId}/${line}`,
      ),
    )
    const objectKey = `archives/${order.request.id}/${order.attempt}`
    this.#put(objectKey, lines)
    return Promise.resolve({ objectKey, sha256: sha256Hex(lines.join('\n')), zipBytes: lines.join('\n').length })
  }

  #put(objectKey: string, lines: readonly string[]): void {
    this.objects.set(objectKey, lines)
    this.written.push(objectKey)
  }

  async #deleteUnder(prefix: string): Promise<void> {
    for (const key of this.objects.keys()) if (key.startsWith(prefix)) await this.#delete(key)
  }

  #delete(objectKey: string): Promise<void> {
    this.objects.delete(objectKey)
    return Promise.resolve()
  }
}
