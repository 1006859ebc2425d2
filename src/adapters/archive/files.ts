import type { JsonValue } from '../../domain/json.ts'
import { describePackage } from './descriptor.ts'
import { describeWithheld } from './withheld.ts'
import { renderIndex } from './index-page.ts'
import type { ArchiveNames } from './names.ts'
import { INLINE_RECORDS, PAGE_RECORDS, renderRecordsPage } from './records-page.ts'
import { renderReadme } from './readme.ts'
import {
  selectSystems,
  type ArchiveAttachment,
  type ArchivePart,
  type ArchiveSpec,
  type ArchiveSystem,
} from './spec.ts'
import type { ZippedFile, ZipWriter } from './zip-writer.ts'

/** A system as it was written: what the pages tell about it. */
export interface WrittenSystem {
  readonly system: ArchiveSystem
  readonly parts: readonly WrittenPart[]
}

export interface WrittenPart {
  readonly part: ArchivePart
  readonly records: number
  readonly file: ZippedFile
  /** Pages with the records that are too many for the index. */
  readonly pages: readonly ZippedFile[]
  readonly attachments: readonly WrittenAttachment[]
}

export interface WrittenAttachment {
  readonly name: string
  readonly mediaType: string
  readonly file: ZippedFile
}

interface Writing {
  readonly spec: ArchiveSpec
  readonly names: ArchiveNames
  readonly zip: ZipWriter
}

/** Writes every file of the archive, the data first, then what describes it. */
export async function writeFiles(
  spec: ArchiveSpec,
  names: ArchiveNames,
  zip: ZipWriter,
): Promise<{ records: number; files: number }> {
  const writing = { spec, names, zip }
  const systems: WrittenSystem[] = []
  for (const system of selectSystems(spec)) systems.push(await writeSystem(writing, system))

  const files = systems
    .flatMap(({ parts }) => parts)
    .flatMap((part) => [part.file, ...part.pages, ...part.attachments.map(({ file }) => file)])
  files.push(await zip.add({ path: 'datapackage.json', content: describePackage(spec, systems), isCompressed: false }))
  if ((spec.withheld ?? []).length > 0)
    files.push(await zip.add({ path: 'withheld.json', content: describeWithheld(spec), isCompressed: false }))
  files.push(await zip.add({ path: 'index.html', content: renderIndex(spec, systems), isCompressed: false }))
  files.push(await zip.add({ path: 'README.txt', content: renderReadme(spec), isCompressed: false }))
  await zip.add({ path: 'manifest-sha256.txt', content: manifest(files), isCompressed: false })
  zip.end()
  const records = systems.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.records, 0)
  return { records, files: files.length + 1 }
}

async function writeSystem(writing: Writing, system: ArchiveSystem): Promise<WrittenSystem> {
  const directory = writing.names.system(system.accountId)
  const parts: WrittenPart[] = []
  for (const part of system.parts) parts.push(await writePart(writing, directory, part))
  return { system, parts }
}

async function writePart(writing: Writing, directory: string, part: ArchivePart): Promise<WrittenPart> {
  const { names, zip } = writing
  const path = names.part(directory, part.part)
  const counter = { records: 0 }
  const file = await zip.add({ path, content: jsonArray(part.records(), counter), isCompressed: false })
  const pages = counter.records > INLINE_RECORDS ? await writePages(writing, part, path) : []
  const attachments: WrittenAttachment[] = []
  for await (const attachment of part.attachments) {
    const written = await zip.add({
      path: names.attachment(directory, attachment.name),
      content: bytesOf(attachment),
      isCompressed: true,
    })
    attachments.push({ name: attachment.name, mediaType: attachment.mediaType, file: written })
  }
  return { part, records: counter.records, file, pages, attachments }
}

async function writePages({ spec, names, zip }: Writing, part: ArchivePart, path: string): Promise<ZippedFile[]> {
  const pages: ZippedFile[] = []
  for await (const records of groups(part.records(), PAGE_RECORDS)) {
    const number = pages.length + 1
    const content = renderRecordsPage({ spec, part, number, records })
    pages.push(await zip.add({ path: names.page(path, number), content, isCompressed: false }))
  }
  return pages
}

async function* groups(records: AsyncIterable<JsonValue>, size: number): AsyncGenerator<JsonValue[]> {
  let group: JsonValue[] = []
  for await (const record of records) {
    group.push(record)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function* jsonArray(records: AsyncIterable<JsonValue>, counter: { records: number }): AsyncGenerator<string> {
  yield '['
  for await (const record of records) {
    yield `${counter.records === 0 ? '' : ','}\n${JSON.stringify(record, null, 2)}`
    counter.records += 1
  }
  yield '\n]\n'
}

async function* bytesOf(attachment: ArchiveAttachment): AsyncGenerator<Uint8Array> {
  const source = await attachment.open()
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) yield chunk
  } finally {
    source.destroy()
  }
}

/** One line a file, as `sha256sum --check` reads it. */
async function* manifest(files: readonly ZippedFile[]): AsyncGenerator<string> {
  for (const { sha256, path } of files) yield await Promise.resolve(`${sha256}  ${path}\n`)
}
