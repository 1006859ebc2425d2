import { createHash, type Hash } from 'node:crypto'
import { DsrError } from '../../domain/errors.ts'
import type { ObjectBody } from '../../ports/objects.ts'

/** Counts and digests a body while somebody else reads it, and keeps apart its own failure from that of the reader. */
export class MeasuredBody implements AsyncIterable<Uint8Array> {
  bytes = 0
  /** Why the body itself broke off, wrapped so that a thrown undefined counts too. */
  failure: { readonly cause: unknown } | undefined
  readonly #hash: Hash = createHash('sha256')
  readonly #source: ObjectBody

  constructor(source: ObjectBody) {
    this.#source = source
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#source) {
        this.#hash.update(chunk)
        this.bytes += chunk.byteLength
        yield chunk
      }
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }

  /** Lower-case hexadecimal digest of what was read; may be asked once. */
  sha256(): string {
    return this.#hash.digest('hex')
  }
}

export interface Measure {
  readonly bytes: number
  readonly sha256: string
}

/** Reads the body to its end for its length and digest. */
export async function measure(body: ObjectBody): Promise<Measure> {
  const measured = new MeasuredBody(body)
  const chunks = measured[Symbol.asyncIterator]()
  while ((await chunks.next()).done !== true);
  return { bytes: measured.bytes, sha256: measured.sha256() }
}

/**
 * Passes a body on and compares it with what was stored when it ends.
 *
 * @throws DsrError `ARCHIVE_CORRUPT` in place of the end.
 */
export async function* verified(body: ObjectBody, sha256: string): AsyncGenerator<Uint8Array> {
  const measured = new MeasuredBody(body)
  yield* measured
  if (measured.sha256() !== sha256) throw corrupt()
}

export function corrupt(): DsrError {
  return new DsrError('ARCHIVE_CORRUPT', 'the object store gave back other bytes than it was given')
}

export function conflict(): DsrError {
  return new DsrError('ARCHIVE_CONFLICT', 'other bytes are stored under this object key')
}

export function retained(): DsrError {
  return new DsrError('FORBIDDEN', 'the object is under retention and cannot be deleted yet', {
    field: 'retainUntilMs',
  })
}
