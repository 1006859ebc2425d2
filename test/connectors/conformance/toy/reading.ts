import { Readable } from 'node:stream'
import { expectText } from '../../../../src/connector/index.ts'
import type {
  Context,
  ExportPiece,
  FoundRecord,
  JsonObject,
  PlannedRecord,
  Search,
} from '../../../../src/connector/index.ts'
import { askToy, listToy, readToy } from './ask.ts'
import type { Flaw } from './flaws.ts'

export async function* discover(context: Context, search: Search, flaw?: Flaw): AsyncGenerator<FoundRecord> {
  const contacts = new Map<string, JsonObject>()
  for (const { kind, value } of search.identifiers) {
    for await (const contact of listToy(context, flaw, `/contacts?${kind}=${encodeURIComponent(value)}`)) {
      contacts.set(expectText(contact.id), contact)
    }
  }
  if (flaw === 'yields_namesakes') for (const name of search.names) await addNamesakes(context, contacts, name)
  for (const [ref, content] of contacts) {
    yield certain('contact', ref, content)
    for await (const note of listToy(context, flaw, `/notes?contact=${ref}`)) {
      yield { ...certain('notes', expectText(note.id), note), parentRef: ref }
    }
    for await (const deal of listToy(context, flaw, `/deals?contact=${ref}`)) {
      const attribution = { kind: 'candidate', reason: 'business_record' } as const
      yield { ...certain('deals', expectText(deal.id), deal), attribution, parentRef: ref }
    }
  }
  if (flaw === 'writes_on_access')
    await askToy(context, flaw, { method: 'POST', path: '/stops', json: { emails: ['x@example.com'] } })
}

async function addNamesakes(context: Context, contacts: Map<string, JsonObject>, name: string): Promise<void> {
  for await (const contact of listToy(context, undefined, `/contacts?name=${encodeURIComponent(name)}`)) {
    contacts.set(expectText(contact.id), contact)
  }
}

function certain(part: string, ref: string, content: JsonObject): FoundRecord {
  return { part, ref, content, attribution: { kind: 'certain' }, learned: [] }
}

export async function* exportRecords(
  context: Context,
  records: readonly PlannedRecord[],
  flaw?: Flaw,
): AsyncGenerator<ExportPiece> {
  const wanted = flaw === 'exports_half' ? records.slice(0, records.length / 2) : records
  for (const { part, ref, content } of wanted) {
    yield {
      kind: 'record',
      part,
      ref,
      content: (await readToy(context, flaw, `${HOMES[part] ?? ''}/${ref}`)) ?? content,
    }
  }
  const note = records.find(({ part }) => part === 'notes')
  if (note === undefined || flaw === 'exports_no_files') return
  yield {
    kind: 'attachment',
    part: 'notes',
    ref: note.ref,
    name: 'drawing.txt',
    mediaType: 'text/plain',
    open: async () =>
      Readable.from([(await askToy(context, flaw, { method: 'GET', path: `/notes/${note.ref}/file` })).body]),
  }
}

export const HOMES: Readonly<Record<string, string>> = { contact: '/contacts', notes: '/notes', deals: '/deals' }
