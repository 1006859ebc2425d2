import type { JsonValue } from '../../domain/json.ts'
import type { WrittenPart, WrittenSystem } from './files.ts'
import { escapeHtml, renderRecords } from './html.ts'
import { formatBytes, formatInstant, PAGE_END, pageStart } from './page.ts'
import { INLINE_RECORDS } from './records-page.ts'
import type { ArchiveSpec } from './spec.ts'
import { renderWithheld } from './withheld.ts'
import { WORDS, type Words } from './words.ts'
import type { ZippedFile } from './zip-writer.ts'

/** The page that a person opens: where was looked, what was found, every record, every file. */
export async function* renderIndex(spec: ArchiveSpec, systems: readonly WrittenSystem[]): AsyncGenerator<string> {
  const words = WORDS[spec.language]
  const title = spec.profile === 'portability' ? words.portabilityTitle : words.title
  yield pageStart(spec.language, `${title} – ${spec.controllerName}`)
  yield renderHeader(spec, title, words)
  yield renderOverview(spec, systems, words)
  yield renderWithheld(spec)
  for (const [i, system] of systems.entries()) yield* renderSystem(spec, system, i + 1)
  yield* renderFiles(spec, systems, words)
  yield PAGE_END
}

function renderHeader(spec: ArchiveSpec, title: string, words: Words): string {
  const intro = spec.profile === 'portability' ? words.portabilityIntro : words.intro
  const facts = [
    [words.reference, escapeHtml(spec.requestId)],
    [words.made, formatInstant(spec, spec.createdAtMs)],
    ...(spec.contact === undefined ? [] : [[words.contact, escapeHtml(spec.contact)]]),
    ...(spec.authority === undefined ? [] : [[words.authority, escapeHtml(spec.authority)]]),
  ]
  return `<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(intro(spec.controllerName))}</p>
<dl class="facts">${facts.map(([name = '', value = '']) => `<div><dt>${escapeHtml(name)}</dt><dd>${value}</dd></div>`).join('')}</dl>
</header>
`
}

function renderOverview(spec: ArchiveSpec, systems: readonly WrittenSystem[], words: Words): string {
  const rows = systems.map(
    (written, i) =>
      `<tr><td><a href="#s${String(i + 1)}">${escapeHtml(written.system.title)}</a></td>${stateCell(spec, written, words)}<td>${escapeHtml(searchedBy(written, words))}</td><td>${formatInstant(spec, written.system.searchedAtMs)}</td></tr>`,
  )
  const head = [words.place, words.outcome, words.searchedBy, words.looked]
    .map((name) => `<th scope="col">${escapeHtml(name)}</th>`)
    .join('')
  const isEmpty = systems.every(({ system }) => system.state === 'nothing')
  return `<section>
<h2>${escapeHtml(words.overview)}</h2>
${isEmpty ? `<p>${escapeHtml(words.nothingAnywhere)}</p>` : ''}
<table class="stack"><thead><tr>${head}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
</section>
`
}

function stateCell(spec: ArchiveSpec, written: WrittenSystem, words: Words): string {
  return `<td class="state ${written.system.state}">${escapeHtml(describeState(spec, written, words))}</td>`
}

function describeState(spec: ArchiveSpec, { system, parts }: WrittenSystem, words: Words): string {
  switch (system.state) {
    case 'nothing':
      return words.nothing
    case 'failed':
      return words.failed
    case 'found': {
      const records = parts.reduce((sum, part) => sum + part.records, 0)
      const files = parts.reduce((sum, part) => sum + part.attachments.length, 0)
      const isLeftOut = spec.profile === 'portability' && records + files === 0
      return isLeftOut ? words.nothingInProfile : words.found(records, files)
    }
  }
}

function searchedBy({ system }: WrittenSystem, words: Words): string {
  return system.searchedBy.map((kind) => words.kinds[kind]).join(', ')
}

async function* renderSystem(spec: ArchiveSpec, written: WrittenSystem, number: number): AsyncGenerator<string> {
  const words = WORDS[spec.language]
  yield `<section id="s${String(number)}">\n<h2>${escapeHtml(written.system.title)}</h2>\n`
  yield `<p class="state ${written.system.state}">${escapeHtml(describeState(spec, written, words))}</p>\n`
  for (const part of written.parts) yield* renderPart(spec, part, words)
  yield '</section>\n'
}

async function* renderPart(spec: ArchiveSpec, written: WrittenPart, words: Words): AsyncGenerator<string> {
  const { part, records, file, pages, attachments } = written
  yield `<h3>${escapeHtml(part.title)}</h3>\n<p class="soft">${escapeHtml(words.category)}: ${escapeHtml(part.category)} · ${escapeHtml(words.origin)}: ${escapeHtml(words.origins[part.origin])}</p>\n`
  if (part.unreadWhy !== undefined)
    yield `<p class="state failed">${escapeHtml(`${words.unread}: ${part.unreadWhy}`)}</p>\n`
  if (records + attachments.length === 0) {
    if (part.unreadWhy === undefined) yield `<p class="empty">${escapeHtml(words.nothingHere)}</p>\n`
    return
  }
  yield renderRecords(await take(part.records(), INLINE_RECORDS, pages.length > 0), words)
  if (pages.length > 0) {
    const links = pages.map((page, i) => `<a href="${escapeHtml(page.path)}">${escapeHtml(words.page(i + 1))}</a>`)
    yield `<p>${escapeHtml(words.furtherPages)} ${links.join(' · ')}</p>\n`
  }
  if (attachments.length > 0) yield renderAttachments(spec, written, words)
  yield `<p class="soft">${escapeHtml(words.completeFile)}: <a href="${escapeHtml(file.path)}">${escapeHtml(file.path)}</a></p>\n`
}

/** A part with pages of its own shows none here: one order, one place. */
async function take(records: AsyncIterable<JsonValue>, limit: number, isElsewhere: boolean): Promise<JsonValue[]> {
  const taken: JsonValue[] = []
  if (isElsewhere) return taken
  for await (const record of records) if (taken.push(record) === limit) break
  return taken
}

function renderAttachments(spec: ArchiveSpec, { attachments }: WrittenPart, words: Words): string {
  const rows = attachments.map(
    ({ name, mediaType, file }) =>
      `<tr><td><bdi>${escapeHtml(name)}</bdi></td><td>${escapeHtml(mediaType)}</td><td class="size">${escapeHtml(formatBytes(spec, file.bytes))}</td><td><a href="${escapeHtml(file.path)}">${escapeHtml(file.path)}</a></td></tr>`,
  )
  return table([words.attachments, words.kind, words.size, words.file], rows)
}

async function* renderFiles(
  spec: ArchiveSpec,
  systems: readonly WrittenSystem[],
  words: Words,
): AsyncGenerator<string> {
  yield `<section>\n<h2>${escapeHtml(words.allFiles)}</h2>\n<p class="soft">${escapeHtml(words.check)}</p>\n`
  yield `<div class="wide"><table><thead><tr><th scope="col">${escapeHtml(words.file)}</th><th scope="col" class="size">${escapeHtml(words.size)}</th></tr></thead><tbody>\n`
  for (const part of systems.flatMap(({ parts }) => parts)) {
    const files = [part.file, ...part.pages, ...part.attachments.map(({ file }) => file)]
    yield await Promise.resolve(files.map((file) => fileRow(spec, file)).join(''))
  }
  for (const path of [
    'datapackage.json',
    ...((spec.withheld ?? []).length > 0 ? ['withheld.json'] : []),
    'manifest-sha256.txt',
    'README.txt',
  ])
    yield `<tr><td><a href="${path}">${path}</a></td><td></td></tr>\n`
  yield '</tbody></table></div>\n</section>\n'
}

function fileRow(spec: ArchiveSpec, { path, bytes }: ZippedFile): string {
  return `<tr><td><a href="${escapeHtml(path)}">${escapeHtml(path)}</a></td><td class="size">${escapeHtml(formatBytes(spec, bytes))}</td></tr>\n`
}

function table(head: readonly string[], rows: readonly string[]): string {
  const cells = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('')
  return `<div class="wide"><table><thead><tr>${cells}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>\n`
}
