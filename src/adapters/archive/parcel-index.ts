import { DsrError } from '../../domain/errors.ts'
import type { PartCount } from '../../ports/runtime.ts'

/** Where what lies in a parcel: its plaintext is records and files one after the other, then this index, then the index's length. */
export interface ParcelIndex {
  readonly parts: Readonly<Record<string, IndexedPart>>
}

export interface IndexedPart {
  readonly records: number
  /** Credentials that were taken out; absent = none. */
  readonly secrets?: number
  /** Stretches of records, one JSON text a line: `[offset, length]`. */
  readonly runs: readonly (readonly [number, number])[]
  readonly attachments: readonly IndexedAttachment[]
}

export interface IndexedAttachment {
  readonly name: string
  readonly mediaType: string
  readonly offset: number
  readonly bytes: number
}

/** Bytes of the index's length at the end of the plaintext, big-endian. */
export const FOOTER_BYTES = 8

interface GrowingPart {
  records: number
  secrets: number
  readonly runs: [number, number][]
  readonly attachments: IndexedAttachment[]
}

/** Grows with a parcel that is being written. */
export class ParcelIndexBuilder {
  readonly #parts = new Map<string, GrowingPart>()
  #offset = 0

  addRecord(part: string, bytes: number): void {
    const entry = this.#entry(part)
    const last = entry.runs.at(-1)
    if (last !== undefined && last[0] + last[1] === this.#offset) last[1] += bytes
    else entry.runs.push([this.#offset, bytes])
    entry.records += 1
    this.#offset += bytes
  }

  addAttachment(part: string, attachment: Omit<IndexedAttachment, 'offset'>): void {
    this.#entry(part).attachments.push({ ...attachment, offset: this.#offset })
    this.#offset += attachment.bytes
  }

  /** Notes credentials that were taken out of the part. */
  addSecrets(part: string, count: number): void {
    if (count > 0) this.#entry(part).secrets += count
  }

  counts(): Record<string, PartCount> {
    const counted = [...this.#parts].map(
      ([part, { records, attachments, secrets }]) =>
        [part, { records, attachments: attachments.length, ...(secrets > 0 && { secrets }) }] as const,
    )
    return Object.fromEntries(counted)
  }

  /** The index and its footer. */
  finish(): Buffer {
    const index = Buffer.from(JSON.stringify({ parts: Object.fromEntries(this.#parts) }))
    const footer = Buffer.alloc(FOOTER_BYTES)
    footer.writeBigUInt64BE(BigInt(index.byteLength))
    return Buffer.concat([index, footer])
  }

  #entry(part: string): GrowingPart {
    const known = this.#parts.get(part)
    if (known !== undefined) return known
    const fresh = { records: 0, secrets: 0, runs: [], attachments: [] }
    this.#parts.set(part, fresh)
    return fresh
  }
}

/** @throws DsrError `ARCHIVE_CORRUPT` when the bytes are no index. */
export function parseParcelIndex(bytes: Uint8Array): ParcelIndex {
  try {
    const index: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (isIndex(index)) return index
  } catch (cause) {
    throw corruptParcel(cause)
  }
  throw corruptParcel()
}

/** Its ciphertext was verified, so what follows is of our own writing; a wrong version is all that can still be wrong. */
function isIndex(index: unknown): index is ParcelIndex {
  return (
    typeof index === 'object' &&
    index !== null &&
    'parts' in index &&
    typeof index.parts === 'object' &&
    index.parts !== null
  )
}

export function corruptParcel(cause?: unknown): DsrError {
  return new DsrError('ARCHIVE_CORRUPT', 'a parcel cannot be read', { cause })
}
