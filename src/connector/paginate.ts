import { DsrError } from '../domain/errors.ts'

export interface Page<Entry> {
  readonly entries: readonly Entry[]
  /** Where the next page starts, as the vendor says; absent on the last. */
  readonly next?: string
}

export interface PagesOptions {
  /** More pages than this throw LIMIT_REACHED (10 000 by default). */
  readonly maxPages?: number
  /** Where to start; absent = at the beginning. */
  readonly from?: string
}

/**
 * Reads all pages, one entry at a time, and only as far as the reader goes.
 *
 * @param fetchPage - gets the cursor, undefined for the first page.
 * @throws DsrError `LIMIT_REACHED` beyond `maxPages`; `VENDOR_ANSWER_UNREADABLE` when a cursor comes twice, since the
 *   pages would go round for ever and never reach the rest.
 */
export async function* pages<Entry>(
  fetchPage: (cursor: string | undefined) => Promise<Page<Entry>>,
  { maxPages = 10_000, from }: PagesOptions = {},
): AsyncGenerator<Entry, void, undefined> {
  const seen = new Set<string>()
  let cursor = from
  for (let count = 0; ; count += 1) {
    if (count >= maxPages) throw new DsrError('LIMIT_REACHED', 'the vendor has more pages than one list may have')
    if (cursor !== undefined) {
      if (seen.has(cursor)) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor repeats a page')
      seen.add(cursor)
    }
    const { entries, next } = await fetchPage(cursor)
    yield* entries
    if (next === undefined) return
    cursor = next
  }
}
