import { CERTAIN } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonValue, Search } from '../../src/connector/index.ts'
import { list, present, reading } from './answers.ts'
import type { HubSpot } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { contentOf, msOf } from './mapping.ts'
import { LINKED_TYPES } from './object-types.ts'
import type { ObjectType } from './object-types.ts'
import { propertyNames, readLinks, readObjects } from './objects.ts'
import type { CrmObject } from './objects.ts'
import { optionsOf } from './options.ts'

/** All CRM records that hang on the contacts: activities, leads, business records, records of own types. */
export async function* findChildren(
  api: HubSpot,
  contacts: readonly FoundContact[],
  right: Search['right'],
): AsyncGenerator<FoundRecord, void, undefined> {
  if (contacts.length === 0) return
  const { notInUse } = optionsOf(api.context)
  for (const kind of LINKED_TYPES) {
    if (!notInUse.has(kind.type)) yield* childrenOf(api, contacts, { kind, part: kind.type, right })
  }
  if (notInUse.has('custom_objects')) return
  for (const type of await ownTypes(api)) {
    const kind: ObjectType = { type, treatment: 'leave', isBusinessRecord: true, texts: [] }
    yield* childrenOf(api, contacts, { kind, part: 'custom_objects', right })
  }
}

interface Family {
  readonly kind: ObjectType
  readonly part: string
  readonly right: Search['right']
}

async function* childrenOf(
  api: HubSpot,
  contacts: readonly FoundContact[],
  family: Family,
): AsyncGenerator<FoundRecord, void, undefined> {
  const { type } = family.kind
  const parents = await parentsByChild(api, contacts, type)
  if (parents.size === 0) return
  const ids = [...parents.keys()]
  // Whoever else holds a business record, a person decides about it in any case.
  const isAsked = !family.kind.isBusinessRecord
  const holders = isAsked ? await readLinks(api, { from: type, to: 'contacts', ids }) : new Map<string, string[]>()
  const objects = await readObjects(api, { type, ids, properties: await propertyNames(api, type) })
  const subjects = new Set(contacts.filter(isCertain).map(({ object }) => object.id))
  for (const object of objects) {
    const parent = parents.get(object.id)
    if (parent === undefined) continue
    const others = (holders.get(object.id) ?? []).filter((id) => !subjects.has(id) && id !== parent.object.id)
    yield childRecord(object, { family, parent, others })
  }
}

/** The contact on which each record hangs; a certain one is preferred when there are two. */
async function parentsByChild(
  api: HubSpot,
  contacts: readonly FoundContact[],
  type: string,
): Promise<ReadonlyMap<string, FoundContact>> {
  const links = await readLinks(api, { from: 'contacts', to: type, ids: contacts.map(({ object }) => object.id) })
  const parents = new Map<string, FoundContact>()
  const surestLast = [...contacts].sort((one, other) => Number(isCertain(one)) - Number(isCertain(other)))
  for (const contact of surestLast) for (const id of links.get(contact.object.id) ?? []) parents.set(id, contact)
  return parents
}

interface Kinship {
  readonly family: Family
  readonly parent: FoundContact
  /** Other people's contacts on the same record. */
  readonly others: readonly string[]
}

function childRecord(object: CrmObject, { family, parent, others }: Kinship): FoundRecord {
  const createdAtMs = msOf(object.createdAt)
  return {
    part: family.part,
    // Ids are unique within an object type only; own types share one part.
    ref: family.part === family.kind.type ? object.id : `${family.kind.type}/${object.id}`,
    parentRef: parent.object.id,
    attribution: attributionOf({ family, parent, others }),
    content: contentOf(object, others.length === 0 ? {} : { sharedWith: others }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    learned: [],
    ...labelOf(object, family.kind),
  }
}

function attributionOf({ family, parent, others }: Kinship): Attribution {
  if (!isCertain(parent)) return parent.attribution
  if (family.kind.isBusinessRecord) return { kind: 'candidate', reason: 'business_record' }
  // Erasure blanks the subject's traces in a shared record and unlinks it; to show it would disclose another person.
  const isSafe = others.length === 0 || (family.right === 'erasure' && family.kind.treatment === 'archive')
  return isSafe ? CERTAIN : { kind: 'candidate', reason: 'shared_record' }
}

function labelOf(object: CrmObject, { type }: ObjectType): { readonly label?: string } {
  const properties = object.properties
  const title = properties.dealname ?? properties.subject ?? properties.hs_title ?? properties.hs_number
  const created = msOf(object.createdAt)
  const year = created === undefined ? '' : `, created ${new Date(created).toISOString().slice(0, 10)}`
  return { label: `${type}${title === undefined || title === null ? '' : ` “${title}”`}${year}` }
}

function isCertain({ attribution }: FoundContact): boolean {
  return attribution.kind === 'certain'
}

/** Ids of the account's own object types. */
async function ownTypes(api: HubSpot): Promise<readonly string[]> {
  return reading(async () =>
    list(present(await api.schemas.getAll()).results).map(({ objectTypeId }) => present(objectTypeId)),
  )
}

/** Ids of the files attached to an activity, as its content names them. */
export function fileIdsOf(properties: Readonly<Record<string, JsonValue>>): readonly string[] {
  const text = properties.hs_attachment_ids
  return typeof text === 'string' ? text.split(';').filter((id) => /^\d+$/.test(id)) : []
}
