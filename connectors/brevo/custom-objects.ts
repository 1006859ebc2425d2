import { isAt, objectAt, pages, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { allOf, listIn, readOrAbsent } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { candidate, createdAt, isCertain } from './mapping.ts'

/** Records of the account's own types that are associated with a contact (Enterprise). */
export async function* findCustomObjects(
  api: Brevo,
  contacts: readonly FoundContact[],
): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('custom_objects')) return
  const certainIds = contacts.filter(isCertain).map(({ id }) => id)
  const seen = new Set<string>()
  for (const contact of contacts.filter(({ isStub }) => !isStub)) {
    for (const { type, object } of await associated(api, { type: 'contact', id: contact.id })) {
      const ref = `${type}/${textAt(object, 'id')}`
      if (type === 'contact' || seen.has(ref)) continue
      seen.add(ref)
      const ownIds = isCertain(contact) ? certainIds : [contact.id]
      const isShared = await hasOthers(api, { type, id: textAt(object, 'id'), ownIds })
      yield {
        part: 'custom_objects',
        ref,
        parentRef: contact.id,
        attribution: isShared && isCertain(contact) ? candidate('shared_record') : contact.attribution,
        content: { type, ...object },
        ...createdAt(object, 'created_at'),
        learned: [],
        label: type,
      }
    }
  }
}

interface Associated {
  readonly type: string
  readonly object: JsonObject
}

/** Twenty a page, as many pages as Brevo says there are; nothing for a record that is not there. */
async function associated(
  api: Brevo,
  { type: object_type, id }: { readonly type: string; readonly id: string },
  type?: string,
): Promise<readonly Associated[]> {
  return allOf(
    pages(async (cursor = '0') => {
      const query = { object_type, id: numberOf(id), offset: Number(cursor), ...(type === undefined ? {} : { type }) }
      const answer = readOrAbsent(await api.send((client) => client.customObjects.getAssociatedRecords(query)))
      if (answer === undefined) return { entries: [] }
      const items = listIn(answer, 'items')
      const entries = items.map((item) => ({ type: textAt(item, 'type'), object: objectAt(item, 'object') }))
      const next = Number(cursor) + items.length
      return isAt(answer, 'has_more') && items.length > 0 ? { entries, next: String(next) } : { entries }
    }),
  )
}

async function hasOthers(
  api: Brevo,
  { type, id, ownIds }: { readonly type: string; readonly id: string; readonly ownIds: readonly string[] },
): Promise<boolean> {
  const people = await associated(api, { type, id }, 'contact')
  return people.some(({ type: kind, object }) => kind === 'contact' && !ownIds.includes(textAt(object, 'id')))
}

/** Whether Brevo still has the record: one without any association answers too, one that is gone is not found. */
export async function isObjectThere(api: Brevo, ref: string): Promise<boolean> {
  const [object_type = '', id = ''] = ref.split('/')
  const query = { object_type, id: numberOf(id), offset: 0 }
  return readOrAbsent(await api.send((client) => client.customObjects.getAssociatedRecords(query))) !== undefined
}
