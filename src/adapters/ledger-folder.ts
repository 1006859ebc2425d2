import { buffer } from 'node:stream/consumers'
import type { Clock } from '../connector/contract.ts'
import { isDsrError } from '../domain/errors.ts'
import type { LedgerFolder } from '../ports/ledger.ts'
import type { ObjectStore } from '../ports/objects.ts'

export interface LedgerFolderOptions {
  readonly objects: ObjectStore
  /** Of the controller; each log lies below a prefix of its own. */
  readonly name: string
  readonly clock: Clock
  /** For so long nobody may delete what the log consists of; absent where the store cannot promise it. */
  readonly retainMs?: number
}

const NEWEST = 'checkpoint'
/** What is replaced or removed in the course of things must not be locked. */
const PASSING = /^(?:checkpoint$|staging\/)/

/** The files of one controller's log as objects. */
export function createLedgerFolder({ objects, name, clock, retainMs }: LedgerFolderOptions): LedgerFolder {
  const prefix = `ledger/${name}/`
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    try {
      const { body } = await objects.get(prefix + path)
      return await buffer(body)
    } catch (error) {
      if (isDsrError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
  const retention = (path: string) =>
    retainMs === undefined || PASSING.test(path) ? {} : { retainUntilMs: clock.nowMs() + retainMs }
  return {
    read,
    list: async function* (under) {
      for await (const { key } of objects.list(prefix + under)) yield key.slice(prefix.length)
    },
    create: async ({ path, bytes }) => {
      await objects.put(prefix + path, once(bytes), retention(path))
    },
    publish: async (checkpoint) => {
      await objects.delete(prefix + NEWEST)
      try {
        await objects.put(prefix + NEWEST, once(checkpoint))
      } catch (error) {
        // Another sequencer published at the same moment; the chore puts it right when that was the older one.
        if (!isDsrError(error, 'ARCHIVE_CONFLICT')) throw error
      }
    },
    remove: async (path) => objects.delete(prefix + path),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}
