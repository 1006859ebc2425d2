import { createReadStream } from 'node:fs'
import path from 'node:path'
import { DsrError } from '../../domain/errors.ts'
import type { ObjectStore, ObjectStoreReport, StoredObject } from '../../ports/objects.ts'
import { retained, verified } from './digest.ts'
import { readFacts, type Facts } from './directory/facts.ts'
import { makeLayout, type Layout } from './directory/layout.ts'
import { inStore } from './directory/failure.ts'
import { listDirectory } from './directory/listing.ts'
import { removeObject, sweep } from './directory/removal.ts'
import { writeObject } from './directory/writing.ts'
import { checkKey } from './key.ts'
import { resolveRange } from './range.ts'

export interface DirectoryStoreOptions {
  readonly directory: string
  /** Decides when a retention is over. */
  readonly clock: { nowMs(): number }
}

/**
 * Objects as files of one machine. An object is a directory (its bytes and its facts) that is renamed into place as a whole, so it
 * is there entirely or not at all and the first writer wins. Retention is kept by this driver, not by the file system: whoever owns
 * the disk can still delete, and the ledger shows it.
 */
export function createDirectoryStore(options: DirectoryStoreOptions): ObjectStore {
  const layout = makeLayout(options.directory)
  const { clock } = options
  return {
    put: async (key, body, put = {}) =>
      toObject(key, await writeObject({ layout, key, body, retainUntilMs: put.retainUntilMs })),
    get: async (key, get = {}) => {
      const place = layout.placeOf(key)
      const facts = await readFacts(place)
      if (facts === undefined) throw new DsrError('NOT_FOUND', 'no object is stored under this key')
      const range = resolveRange(get.range, facts.bytes)
      const source = inStore.reading(createReadStream(path.join(place, 'bytes'), range))
      return { object: toObject(key, facts), body: range === undefined ? verified(source, facts.sha256) : source }
    },
    head: async (key) => {
      const facts = await readFacts(layout.placeOf(key))
      return facts === undefined ? undefined : toObject(key, facts)
    },
    delete: async (key) => {
      const facts = await readFacts(layout.placeOf(key))
      if (facts === undefined) return
      if ((facts.retainUntilMs ?? 0) > clock.nowMs()) throw retained()
      await removeObject(layout, key)
    },
    list: (prefix) => listDirectory(layout, prefix),
    probe: () => probe(layout),
    close: () => undefined,
  }
}

function toObject(key: string, facts: Facts): StoredObject {
  return { key, ...facts }
}

async function probe(layout: Layout): Promise<ObjectStoreReport> {
  const key = `probe/${layout.freshName()}`
  checkKey(key)
  await writeObject({ layout, key, body: [new Uint8Array(1)], retainUntilMs: undefined })
  await removeObject(layout, key)
  await sweep(layout)
  return {
    driver: 'directory',
    features: {
      conditional_create: { state: 'enforced', note: 'the file system lets one writer win' },
      versioning: { state: 'missing', note: 'a key holds one object; backups are yours to make' },
      object_lock: {
        state: 'driver',
        note: 'Habeas refuses to delete before the date; the owner of the disk still can',
      },
      multipart: { state: 'enforced', note: 'objects are written as streams' },
      server_checksum: { state: 'driver', note: 'every object is read back and compared when it is written' },
    },
  }
}
