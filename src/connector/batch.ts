import DataLoader from 'dataloader'
import { DsrError } from '../domain/errors.ts'

export interface BatcherOptions {
  /** Most keys that one vendor call may carry. */
  readonly max: number
  /** How long the first key waits for companions, in ms. */
  readonly lingerMs: number
}

/** Reads one record; reads that are asked for at about the same time share a vendor call. */
export type Batcher<Key, Found> = (key: Key) => Promise<Found>

/**
 * Merges reads of concurrently running legs of one account. It remembers nothing beyond the call, so a later look is a
 * fresh look. `load` answers in the order of the keys, an Error in the place of a key that failed.
 *
 * @throws DsrError `CONNECTOR_BUG` (to every key of the call) when `load` answers another number of keys.
 */
export function batcher<Key, Found>(
  load: (keys: readonly Key[]) => Promise<readonly (Found | Error)[]>,
  { max, lingerMs }: BatcherOptions,
): Batcher<Key, Found> {
  const loader = new DataLoader<Key, Found>(
    async (keys) => {
      const found = await load(keys)
      if (found.length !== keys.length) throw new DsrError('CONNECTOR_BUG', 'a batch was answered with another length')
      return found
    },
    { cache: false, maxBatchSize: max, batchScheduleFn: (send) => void setTimeout(send, lingerMs) },
  )
  return (key) => loader.load(key)
}

/** Cuts a list into pieces of at most `max`, in order. */
export function chunks<Entry>(entries: readonly Entry[], max: number): readonly (readonly Entry[])[] {
  if (!Number.isSafeInteger(max) || max < 1) throw new DsrError('CONNECTOR_BUG', 'a batch has a maximum of at least 1')
  return Array.from({ length: Math.ceil(entries.length / max) }, (_, at) => entries.slice(at * max, (at + 1) * max))
}
