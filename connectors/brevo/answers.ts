import { DsrError, expectList, expectObject, isDsrError, pages, readJson } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject, JsonValue } from '../../src/connector/index.ts'

/** What a changing call came to: its answer, or the status with which Brevo refused it. */
export type Written =
  | { readonly kind: 'done'; readonly answer: JsonObject }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }

/**
 * The answer of a reading call.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403), `VENDOR_REFUSED` (any other status but 200), `VENDOR_ANSWER_UNREADABLE`.
 */
export function readObject(reply: HttpReply): JsonObject {
  return expectObject(readAnswer(reply))
}

function readAnswer(reply: HttpReply): JsonValue {
  if (reply.status === 200) return readJson(reply)
  if (reply.status === 403) throw scopeMissing()
  throw new DsrError('VENDOR_REFUSED', `the vendor answered ${reply.status}`)
}

/** As `readObject`; undefined when Brevo says in its own words that there is no such record, and only then. */
export function readOrAbsent(reply: HttpReply): JsonObject | undefined {
  if (reply.status !== 404) return readObject(reply)
  expectNotFound(reply)
  return undefined
}

/** A 404 of something in between (a gateway, a wrong host) is no answer about a record. The CRM's names no code. */
export function expectNotFound(reply: HttpReply): void {
  const { message, code = 'document_not_found' } = expectObject(readJson(reply))
  if (typeof message !== 'string' || code !== 'document_not_found')
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer is not of the documented shape')
}

/** A member of an answer that is a list of objects. Brevo leaves it out where there is nothing. */
export function listIn(answer: JsonObject, name: string): readonly JsonObject[] {
  return answer[name] === undefined ? [] : expectList(answer[name]).map(expectObject)
}

/** Notes and files come as a bare list; nothing for a contact that Brevo says is not there. */
export function readList(reply: HttpReply): readonly JsonObject[] {
  if (reply.status !== 404) return expectList(readAnswer(reply)).map(expectObject)
  expectNotFound(reply)
  return []
}

/** As `readList`, for lists that stand in an object. */
export function readListIn(reply: HttpReply, name: string): readonly JsonObject[] {
  const answer = readOrAbsent(reply)
  return answer === undefined ? [] : listIn(answer, name)
}

/**
 * The answer of a changing call.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403: nothing was done), `RATE_LIMITED` (425: too early, nothing was done),
 *   `VENDOR_ANSWER_UNREADABLE` with `mayHaveArrived` for a success that is none of Brevo's.
 */
export function writtenAnswer(reply: HttpReply): Written {
  const { status } = reply
  if (status === 403) throw scopeMissing()
  if (status === 425)
    throw new DsrError('RATE_LIMITED', 'the vendor is still busy with the same contact', { retryAfterMs: 5_000 })
  if (status < 200 || status > 299) return { kind: 'refused', status, code: codeOf(reply) }
  if (status === 204) return { kind: 'done', answer: {} }
  try {
    return { kind: 'done', answer: expectObject(readJson(reply)) }
  } catch (error) {
    if (!isDsrError(error)) throw error
    throw new DsrError(error.code, error.message, { mayHaveArrived: true })
  }
}

/** The code of Brevo's error, '' when it names none. */
export function codeOf(reply: HttpReply): string {
  try {
    const { code } = expectObject(readJson(reply))
    return typeof code === 'string' ? code : ''
  } catch (error) {
    if (isDsrError(error)) return ''
    throw error
  }
}

export interface OffsetPages {
  /** The documented page size: a shorter page is the last. */
  readonly limit: number
  readonly fetch: (window: { readonly limit: number; readonly offset: number }) => Promise<readonly JsonObject[]>
}

/**
 * Reads a list page by page.
 *
 * @throws DsrError `VENDOR_ANSWER_UNREADABLE` when a full page comes twice: the list would never end.
 */
export function byOffset({ limit, fetch }: OffsetPages): AsyncGenerator<JsonObject, void, undefined> {
  let last = ''
  return pages(async (cursor = '0') => {
    const offset = Number(cursor)
    const entries = await fetch({ limit, offset })
    const text = JSON.stringify(entries)
    if (entries.length > 0 && text === last) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor repeats a page')
    last = text
    return entries.length < limit ? { entries } : { entries, next: String(offset + entries.length) }
  })
}

export async function allOf<Entry>(entries: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const all: Entry[] = []
  for await (const entry of entries) all.push(entry)
  return all
}

function scopeMissing(): DsrError {
  return new DsrError(
    'VENDOR_SCOPE_MISSING',
    'the vendor answered 403: the key may not, or the account lacks the product',
  )
}
