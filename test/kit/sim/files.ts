import { sha256Hex } from '../../../src/crypto/digest.ts'
import type { ExportPiece } from '../../../src/connector/contract.ts'
import type { ArchiveOrder, Archives, ParcelOrder, Parcels } from '../../../src/ports/runtime.ts'

/** Parcels and archives in memory: what was written is there to be looked at, what was deleted is gone. */
export class MemoryFiles {
  readonly objects = new Map<string, readonly string[]>()
  /** Object keys that were ever written. */
  readonly written: string[] = []

  readonly parcels: Parcels = {
    write: async (order, pieces) => this.#write(order, pieces),
    delete: (objectKey) => this.#delete(objectKey),
    deleteAll: (requestId) => this.#deleteUnder(`parcels/${requestId}/`),
  }

  readonly archives: Archives = {
    build: (order) => this.#build(order),
    delete: (objectKey) => this.#delete(objectKey),
    deleteAll: (requestId) => this.#deleteUnder(`archives/${requestId}/`),
  }

  async #write(order: ParcelOrder, pieces: AsyncIterable<ExportPiece>): ReturnType<Parcels['write']> {
    const lines: string[] = []
    const counts: Record<string, { records: number; attachments: number }> = {}
    for await (const piece of pieces) {
      lines.push(`${piece.part}/${piece.ref}`)
      const count = (counts[piece.part] ??= { records: 0, attachments: 0 })
      if (piece.kind === 'record') count.records += 1
      else count.attachments += 1
    }
    const objectKey = `parcels/${order.requestId}/${order.legId}/${order.epoch}`
    this.#put(objectKey, lines.sort())
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
