import { DsrError, expectList, expectObject, isDsrError, pages } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import { StatusError, isStatus } from './client.ts'

/** What a changing call came to: its answer, or the status with which Jira refused it. */
export type Written =
  { readonly kind: 'answered'; readonly answer: unknown } | { readonly kind: 'refused'; readonly status: number }

/**
 * Runs one reading call.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403), `VENDOR_REFUSED` (another 4xx), `VENDOR_ANSWER_UNREADABLE`, and those of
 *   the transport. No cause is kept: it could carry a body.
 */
export async function reading(work: () => Promise<unknown>): Promise<JsonValue> {
  try {
    return valueOf(await work())
  } catch (error) {
    throw translated(error, false)
  }
}

export async function readingObject(work: () => Promise<unknown>): Promise<JsonObject> {
  return expectObject(await reading(work))
}

/**
 * As `reading`; undefined when Jira answers one of the statuses, 404 by default. That is also its answer to somebody who may
 * not see the record: it proves something only beside a control.
 */
export async function readingUnless(
  work: () => Promise<unknown>,
  ...statuses: readonly number[]
): Promise<JsonValue | undefined> {
  try {
    return valueOf(await work())
  } catch (error) {
    if (isStatus(error, ...(statuses.length === 0 ? [404] : statuses))) return undefined
    throw translated(error, false)
  }
}

/** Runs one changing call. @throws DsrError as `reading`, but refusals are answers; an unreadable one carries `mayHaveArrived`. */
export async function writing(work: () => Promise<unknown>): Promise<Written> {
  try {
    return { kind: 'answered', answer: await work() }
  } catch (error) {
    if (error instanceof StatusError) return { kind: 'refused', status: error.status }
    throw translated(error, true)
  }
}

/** More pages than this are a list that does not end. */
const MAX_PAGES = 2_000

/** All entries of a list that counts from `startAt` and says where it ends (`total`, or `isLast`). */
export function pagesOf(list: string, fetchPage: (startAt: number) => Promise<unknown>) {
  return pages<JsonObject>(
    async (from) => {
      const startAt = Number(from ?? '0')
      const page = await readingObject(() => fetchPage(startAt))
      const entries = entriesOf(page[list])
      const reached = startAt + entries.length
      const isMore = typeof page.total === 'number' ? reached < page.total : page.isLast === false
      if (typeof page.total !== 'number' && typeof page.isLast !== 'boolean') throw unreadable(false)
      return { entries, ...(isMore && entries.length > 0 ? { next: String(reached) } : {}) }
    },
    { maxPages: MAX_PAGES },
  )
}

/** All entries of a list of the service desk's interface. */
export function deskPages(fetchPage: (start: number) => Promise<unknown>) {
  return pages<JsonObject>(
    async (from) => {
      const start = Number(from ?? '0')
      const page = await readingObject(() => fetchPage(start))
      const entries = entriesOf(page.values)
      if (typeof page.isLastPage !== 'boolean') throw unreadable(false)
      return { entries, ...(page.isLastPage ? {} : { next: String(start + Math.max(1, entries.length)) }) }
    },
    { maxPages: MAX_PAGES },
  )
}

/** Entries of a list, each an object. @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function entriesOf(value: JsonValue | undefined): readonly JsonObject[] {
  return expectList(value).map((entry) => expectObject(entry))
}

export async function all<Entry>(stream: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const entry of stream) entries.push(entry)
  return entries
}

function valueOf(value: unknown): JsonValue {
  if (value === undefined) throw unreadable(false)
  // The border: our own sender read it as JSON, whatever the SDK's types say.
  return value as JsonValue
}

function translated(error: unknown, mayHaveArrived: boolean): DsrError {
  if (error instanceof StatusError) {
    return error.status === 403
      ? new DsrError('VENDOR_SCOPE_MISSING', 'the vendor answered 403: the credential may not do this')
      : new DsrError('VENDOR_REFUSED', `the vendor answered ${error.status}`)
  }
  if (isDsrError(error, 'VENDOR_ANSWER_UNREADABLE')) return unreadable(mayHaveArrived)
  if (isDsrError(error)) return error
  // What is left are failures inside the SDK; their texts may quote what it was working on.
  return new DsrError('CONNECTOR_BUG', 'the SDK failed before or after a call', { mayHaveArrived })
}

function unreadable(mayHaveArrived: boolean): DsrError {
  return new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer is not of the documented shape', { mayHaveArrived })
}
