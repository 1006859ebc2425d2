import type { WrittenPart, WrittenSystem } from './files.ts'
import type { ArchiveSpec } from './spec.ts'
import type { ZippedFile } from './zip-writer.ts'

/** `datapackage.json` (Data Package, datapackage.org): what each data file is, where it came from, its digest. */
export async function* describePackage(spec: ArchiveSpec, systems: readonly WrittenSystem[]): AsyncGenerator<string> {
  const head = {
    name: `dsr-${spec.requestId.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    title: spec.controllerName,
    created: new Date(spec.createdAtMs).toISOString(),
    profile: spec.profile,
    language: spec.language,
    systems: systems.map(({ system }) => ({
      account: system.accountId,
      connector: system.connector,
      title: system.title,
      state: system.state,
      searched: new Date(system.searchedAtMs).toISOString(),
      searched_by: system.searchedBy,
    })),
  }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "resources": [`
  let separator = '\n'
  for (const { system, parts } of systems) {
    for (const resource of parts.flatMap((part) => resourcesOf(system.accountId, part))) {
      yield await Promise.resolve(`${separator}    ${JSON.stringify(resource)}`)
      separator = ',\n'
    }
  }
  yield '\n  ]\n}\n'
}

function resourcesOf(account: string, { part, records, file, attachments }: WrittenPart): object[] {
  const about = { account, part: part.part, category: part.category, origin: part.origin }
  return [
    { ...fileOf(file), title: part.title, mediatype: 'application/json', encoding: 'utf-8', records, ...about },
    ...attachments.map((attachment) => ({
      ...fileOf(attachment.file),
      title: attachment.name,
      mediatype: attachment.mediaType,
      ...about,
    })),
  ]
}

function fileOf(file: ZippedFile): object {
  const name = file.path.replace(/^data\//, '').replace(/[^a-z0-9._-]+/g, '-')
  return { name, path: file.path, bytes: file.bytes, hash: `sha256:${file.sha256}` }
}
