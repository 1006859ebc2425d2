import {
  DsrError,
  expectList,
  expectObject,
  isDsrError,
  isJsonObject,
  pages,
  textAt,
} from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import { StatusError } from './sdk-transport.ts'

/** What a changing call came to: its answer, or the status with which Pipedrive refused it. */
export type Written =
  { readonly kind: 'answered'; readonly answer: JsonObject } | { readonly kind: 'refused'; readonly status: number }

/**
 * Runs one reading call of the SDK.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403), `VENDOR_REFUSED` (another 4xx), `VENDOR_ANSWER_UNREADABLE`, and those of
 *   the transport. No cause is kept: it could carry a body.
 */
export async function reading(work: () => Promise<unknown>): Promise<JsonObject> {
  try {
    return envelopeOf(await work())
  } catch (error) {
    throw translated(error, false)
  }
}

/** As `reading`; undefined when the record is not there: 404, or 410 for what was deleted. */
export async function readingOrAbsent(work: () => Promise<unknown>): Promise<JsonObject | undefined> {
  try {
    return envelopeOf(await work())
  } catch (error) {
    if (error instanceof StatusError && isGone(error.status)) return undefined
    throw translated(error, false)
  }
}

/** As `reading`; undefined when Pipedrive refuses what was asked for with one of the statuses. */
export async function readingUnless(
  statuses: readonly number[],
  work: () => Promise<unknown>,
): Promise<JsonObject | undefined> {
  try {
    return envelopeOf(await work())
  } catch (error) {
    if (error instanceof StatusError && statuses.includes(error.status)) return undefined
    throw translated(error, false)
  }
}

/** Runs one changing call. @throws DsrError as `reading`, but refusals are answers; an unreadable one carries `mayHaveArrived`. */
export async function writing(work: () => Promise<unknown>): Promise<Written> {
  try {
    return { kind: 'answered', answer: envelopeOf(await work()) }
  } catch (error) {
    if (error instanceof StatusError) return { kind: 'refused', status: error.status }
    throw translated(error, true)
  }
}

export function isGone(status: number): boolean {
  return status === 404 || status === 410
}

type Reader = (work: () => Promise<unknown>) => Promise<JsonObject>

/** All entries of a list; undefined when Pipedrive answers that there is no such record (any more). */
export async function allUnlessGone(
  list: (read: Reader) => AsyncIterable<JsonObject>,
): Promise<readonly JsonObject[] | undefined> {
  // An object, since the compiler takes a variable that only a closure changes for unchanged.
  const seen = { isThere: true }
  const entries: JsonObject[] = []
  const read: Reader = async (work) => {
    const answer = await readingOrAbsent(work)
    seen.isThere = answer !== undefined
    return answer ?? { data: [] }
  }
  for await (const entry of list(read)) entries.push(entry)
  return seen.isThere ? entries : undefined
}

/** All entries of a list of version 2. */
export function pagesOfV2(fetchPage: (cursor: { cursor?: string }) => Promise<unknown>, read: Reader = reading) {
  return pages(async (cursor) => {
    const answer = await read(() => fetchPage(cursor === undefined ? {} : { cursor }))
    const next = textAt(answer, 'additional_data', 'next_cursor')
    return { entries: entriesOf(answer.data), ...(next === '' ? {} : { next }) }
  })
}

/** All entries of a list of version 1, which says `null` for an empty one and names its next start in one of two places. */
export function pagesOfV1(
  limit: number,
  fetchPage: (window: { start: number; limit: number }) => Promise<unknown>,
  read: Reader = reading,
) {
  return pages(async (from) => {
    const start = Number(from ?? '0')
    const answer = await read(() => fetchPage({ start, limit }))
    // A missing list is no answer; only what says "none" is none.
    if (answer.data === undefined) throw unreadable(false)
    const entries = answer.data === null ? [] : entriesOf(answer.data)
    const next = nextStart(answer, start + entries.length)
    return { entries, ...(next === undefined ? {} : { next }) }
  })
}

function nextStart(answer: JsonObject, reached: number): string | undefined {
  const more = answer.additional_data
  if (!isJsonObject(more)) return undefined
  const window = isJsonObject(more.pagination) ? more.pagination : more
  if (window.more_items_in_collection !== true) return undefined
  const next = textAt(window, 'next_start')
  return next === '' ? String(reached) : next
}

/** Entries of a list, each an object. @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function entriesOf(value: JsonValue | undefined): readonly JsonObject[] {
  return expectList(value).map((entry) => expectObject(entry))
}

/** The SDK gives back what our adapter gave it: JSON that was read with care. */
function envelopeOf(value: unknown): JsonObject {
  // The border: the SDK's types promise more than anybody checked.
  return expectObject(value as JsonValue | undefined)
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
