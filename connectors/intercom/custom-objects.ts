import { createdAt } from './instants.ts'
import { objectAt, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { candidate, exportedObject, isCertain } from './mapping.ts'
import { allOf } from './paging.ts'

/** Records of the workspace's own types that refer to a contact. Raw: the SDK cannot list them. */
export async function* findCustomObjects(
  api: Intercom,
  contacts: readonly FoundContact[],
): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('custom_objects')) return
  const seen = new Set<string>()
  for (const contact of contacts)
    for (const type of typesOf(api, contact)) {
      const records = (await instancesOf(api, type, contact.id)).map((one) => recordOf(one, { type, contact }))
      yield* records.filter(({ ref }) => !seen.has(ref))
      for (const { ref } of records) seen.add(ref)
    }
}

function recordOf(
  instance: JsonObject,
  { type, contact }: { readonly type: string; readonly contact: FoundContact },
): FoundRecord {
  return {
    part: 'custom_objects',
    ref: `${type}/${textAt(instance, 'id')}`,
    parentRef: contact.id,
    attribution: isCertain(contact) ? candidate('business_record') : contact.attribution,
    content: exportedObject(instance),
    ...createdAt(instance),
    learned: [],
    label: `${type} ${textAt(instance, 'external_id')}`,
  }
}

/** No call lists the types: a contact names those that it refers to (`Order.list`), the configuration may name more. */
function typesOf(api: Intercom, { contact }: FoundContact): ReadonlySet<string> {
  const attributes = objectAt(contact, 'custom_attributes')
  const named = Object.values(attributes).flatMap((value) => /^(.+)\.list$/.exec(textAt(value, 'type'))?.[1] ?? [])
  return new Set([...named, ...api.options.customObjectTypes])
}

function instancesOf(api: Intercom, type: string, contactId: string) {
  return allOf({
    name: 'data',
    fetch: (query) => {
      const asked = new URLSearchParams({ ...query, references_contact_id: contactId })
      return api.raw({ method: 'GET', path: `/custom_object_instances/${idPath(type)}?${asked.toString()}` })
    },
    // A type that the workspace does not have.
    isEmpty: (reply) => reply.status === 404 && readOrAbsent(reply) === undefined,
  })
}

export function instancePath(ref: string): string {
  const at = ref.indexOf('/')
  return `/custom_object_instances/${idPath(ref.slice(0, at))}/${idPath(ref.slice(at + 1))}`
}
