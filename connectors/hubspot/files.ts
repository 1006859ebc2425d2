import { expectObject, textAt, textsAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { fileIdsOf } from './children.ts'
import { readingOrAbsent } from './answers.ts'
import type { HubSpot } from './client.ts'
import { plain, propertiesAt } from './mapping.ts'
import { threadFileIds } from './threads.ts'

/** Files attached to a found record; one that was deleted meanwhile is left out. */
export async function* findFiles(api: HubSpot, record: FoundRecord): AsyncGenerator<FoundRecord, void, undefined> {
  const ids = record.part === 'threads' ? threadFileIds(record.content) : fileIdsOf(propertiesAt(record.content))
  const isShared = textsAt(record.content, 'sharedWith').length > 0
  for (const id of new Set(ids)) {
    const file = await fileFacts(api, id)
    if (file === undefined) continue
    const createdAtMs = Date.parse(textAt(file, 'createdAt'))
    yield {
      part: 'attachments',
      ref: id,
      parentRef: record.ref,
      // A file cannot be blanked: on a shared record a person decides whose it is.
      attribution:
        isShared && record.attribution.kind === 'certain'
          ? { kind: 'candidate', reason: 'shared_record' }
          : record.attribution,
      content: file,
      ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
      learned: [],
      label: `file on ${record.label ?? record.part}`,
    }
  }
}

/** Name, size and times of a file, without its address; undefined when there is no such file. */
export async function fileFacts(api: HubSpot, id: string): Promise<JsonObject | undefined> {
  const answer: unknown = await readingOrAbsent(() => api.files.getById(id))
  if (answer === undefined) return undefined
  // Addresses by which anyone can open the file are no part of a record.
  return Object.fromEntries(Object.entries(expectObject(plain(answer))).filter(([name]) => !/url$/i.test(name)))
}
