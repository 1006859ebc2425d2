import type { JsonValue } from '../../domain/json.ts'
import { escapeHtml, renderRecords } from './html.ts'
import { PAGE_END, pageStart } from './page.ts'
import type { ArchivePart, ArchiveSpec } from './spec.ts'
import { WORDS } from './words.ts'

/** Records that the index shows of one part; more go to pages of their own, so that the index opens fast. */
export const INLINE_RECORDS = 200
export const PAGE_RECORDS = 1000

export interface RecordsPage {
  readonly spec: ArchiveSpec
  readonly part: ArchivePart
  readonly number: number
  readonly records: readonly JsonValue[]
}

/** One page with records of one part, below `data/<system>/`. */
export async function* renderRecordsPage({ spec, part, number, records }: RecordsPage): AsyncGenerator<string> {
  const words = WORDS[spec.language]
  yield pageStart(spec.language, `${part.title}, ${words.page(number)}`)
  yield `<nav><a href="../../index.html">${words.back}</a></nav>\n<section>\n<h1>${escapeHtml(part.title)}</h1>\n`
  yield `<p class="soft">${escapeHtml(words.page(number))}</p>\n`
  for (let at = 0; at < records.length; at += 100)
    yield await Promise.resolve(renderRecords(records.slice(at, at + 100), words))
  yield `</section>\n${PAGE_END}`
}
