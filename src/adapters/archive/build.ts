import { createHash } from 'node:crypto'
import { pipeline, Transform } from 'node:stream'
import type { ObjectStore, StoredObject } from '../../ports/objects.ts'
import { writeFiles } from './files.ts'
import { ArchiveNames } from './names.ts'
import type { ArchiveSpec } from './spec.ts'
import { ZipWriter } from './zip-writer.ts'

export interface ArchiveSink {
  readonly store: Pick<ObjectStore, 'put'>
  /** Every attempt writes under a key of its own. */
  readonly key: string
  /** Encrypts what flows through it; made for this archive alone. */
  readonly seal: Transform
}

export interface BuiltArchive {
  readonly object: StoredObject
  /** Of the plain ZIP: the record names it. Lower-case hexadecimal. */
  readonly sha256: string
  readonly zipBytes: number
  /** Records that were written. */
  readonly records: number
  /** Files in the ZIP. */
  readonly files: number
}

/**
 * Streams the archive through `seal` into the store and returns when it is durable there. Memory stays bounded whatever the size
 * of records and attachments. When a source, the seal or the store breaks off, its error is thrown and nothing is left under the key.
 */
export async function buildArchive(spec: ArchiveSpec, sink: ArchiveSink): Promise<BuiltArchive> {
  const names = new ArchiveNames(spec.requestId)
  const zip = new ZipWriter(names.root, spec.createdAtMs)
  const plain = measuring()
  pipeline(zip.output, plain.stream, sink.seal, (cause) => {
    if (cause) zip.fail(cause)
  })

  const storing = sink.store.put(sink.key, sink.seal)
  storing.catch((cause: unknown) => zip.fail(cause))
  const writing = writeFiles(spec, names, zip)
  writing.catch((cause: unknown) => zip.fail(cause))
  const [stored, written] = await Promise.allSettled([storing, writing])
  // A source that broke off is the cause; what the store then said is its consequence.
  if (written.status === 'rejected') throw written.reason
  if (stored.status === 'rejected') throw stored.reason
  return { object: stored.value, ...plain.facts(), ...written.value }
}

function measuring(): { stream: Transform; facts: () => { sha256: string; zipBytes: number } } {
  const hash = createHash('sha256')
  let zipBytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      zipBytes += chunk.byteLength
      done(null, chunk)
    },
  })
  return { stream, facts: () => ({ sha256: hash.digest('hex'), zipBytes }) }
}
