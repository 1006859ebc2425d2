import { DsrError, expectList, expectObject, isJsonObject, pages, textAt, valueAt } from '../../src/connector/index.ts'
import type { HttpReply, JsonObject } from '../../src/connector/index.ts'
import { readAnswer } from './answers.ts'

type Query = Readonly<Record<string, string>>

export interface ListOf {
  /** Name of the list in the answer: `data`, `conversations` … */
  readonly name: string
  readonly fetch: (query: Query) => Promise<HttpReply>
  readonly maxPages?: number
  /** What an unusual status means: undefined = read it as usual. */
  readonly isEmpty?: (reply: HttpReply) => boolean
}

/**
 * All entries of a list. Intercom pages in three ways, and not always as the document of an endpoint says: by a cursor
 * (`pages.next.starting_after`), by an address (`pages.next`) and by number (`page` of `total_pages`).
 *
 * @throws DsrError as `readAnswer` and `pages`.
 */
export function entriesOf({ name, fetch, maxPages, isEmpty }: ListOf): AsyncGenerator<JsonObject, void, undefined> {
  return pages(
    async (cursor) => {
      const reply = await fetch(Object.fromEntries(new URLSearchParams(cursor ?? '')))
      if (isEmpty?.(reply) === true) return { entries: [] }
      const answer = readAnswer(reply)
      const next = nextOf(answer)
      return { entries: expectList(answer[name]).map(expectObject), ...(next === undefined ? {} : { next }) }
    },
    maxPages === undefined ? {} : { maxPages },
  )
}

export async function allOf(list: ListOf): Promise<readonly JsonObject[]> {
  const entries: JsonObject[] = []
  for await (const entry of entriesOf(list)) entries.push(entry)
  return entries
}

/** The query of the next page, or undefined on the last. */
export function nextOf(answer: JsonObject): string | undefined {
  const next = valueAt(answer, 'pages', 'next')
  if (isJsonObject(next)) {
    const after = textAt(next, 'starting_after')
    return after === '' ? undefined : new URLSearchParams({ starting_after: after }).toString()
  }
  if (typeof next === 'string' && next !== '') return queryOf(next)
  const [page, total] = [Number(textAt(answer, 'pages', 'page')), Number(textAt(answer, 'pages', 'total_pages'))]
  return page > 0 && page < total ? `page=${page + 1}` : undefined
}

/** Only the query of an address that the vendor gives is followed: its host may be another region's. */
function queryOf(address: string): string {
  const at = address.indexOf('?')
  if (at < 0) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the address of the next page names no page')
  return address.slice(at + 1)
}
