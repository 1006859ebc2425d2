import { listAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, Right } from '../../src/connector/index.ts'
import { allOf, byOffset, readList, readListIn, readOrAbsent } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { candidate, createdAt, isCertain } from './mapping.ts'

/** What hangs on contacts in the CRM, and how it names those that it hangs on. */
export interface CrmPlace {
  readonly part: 'notes' | 'tasks' | 'files' | 'deals' | 'companies'
  readonly contactsAt: string
  /** Members that link it to business records. */
  readonly businessAt: readonly string[]
  /** By one contact: whether Brevo takes several ids in one text is not confirmed. */
  readonly listOf: (api: Brevo, contactId: string) => Promise<readonly JsonObject[]>
  readonly byId: (api: Brevo, id: string) => Promise<JsonObject | undefined>
}

/** The default page size of these lists; no maximum is documented. */
const PER_PAGE = 50

export const NOTES: CrmPlace = {
  part: 'notes',
  contactsAt: 'contactIds',
  businessAt: ['dealIds', 'companyIds'],
  listOf: (api, entityIds) =>
    paged(async (window) =>
      readList(await api.send((client) => client.notes.getAllNotes({ entity: 'contacts', entityIds, ...window }))),
    ),
  byId: async (api, id) => readOrAbsent(await api.send((client) => client.notes.getANote({ id }))),
}

export const TASKS: CrmPlace = {
  part: 'tasks',
  contactsAt: 'contactsIds',
  businessAt: ['dealsIds', 'companiesIds'],
  listOf: (api, contactId) =>
    paged(async (window) => {
      const query = { 'filter[contacts]': contactId, ...window }
      return readListIn(await api.send((client) => client.tasks.getAllTasks(query)), 'items')
    }),
  byId: async (api, id) => readOrAbsent(await api.send((client) => client.tasks.getATask({ id }))),
}

export const FILES: CrmPlace = {
  part: 'files',
  contactsAt: 'contactId',
  businessAt: ['dealId', 'companyId'],
  listOf: (api, entityIds) =>
    paged(async (window) =>
      readList(await api.send((client) => client.files.getAllFiles({ entity: 'contacts', entityIds, ...window }))),
    ),
  byId: async (api, id) => readOrAbsent(await api.send((client) => client.files.getFileDetails({ id }))),
}

export const DEALS: CrmPlace = {
  part: 'deals',
  contactsAt: 'linkedContactsIds',
  businessAt: [],
  listOf: (api, contactId) =>
    paged(async (window) => {
      const query = { 'filters[linkedContactsIds]': contactId, ...window }
      return readListIn(await api.send((client) => client.deals.getAllDeals(query)), 'items')
    }),
  byId: async (api, id) => readOrAbsent(await api.send((client) => client.deals.getADeal({ id }))),
}

export const COMPANIES: CrmPlace = {
  part: 'companies',
  contactsAt: 'linkedContactsIds',
  businessAt: [],
  listOf: (api, contactId) =>
    paged(async ({ limit, offset }) => {
      // This list counts pages; and its older parameter `filters` is passed over without a word.
      const query = { linkedContactsIds: numberOf(contactId), limit, page: offset / limit + 1 }
      return readListIn(await api.send((client) => client.companies.getAllCompanies(query)), 'items')
    }),
  byId: async (api, id) => readOrAbsent(await api.send((client) => client.companies.getACompany({ id }))),
}

export const CRM_PLACES: readonly CrmPlace[] = [NOTES, TASKS, FILES, DEALS, COMPANIES]

function paged(
  fetch: (window: { readonly limit: number; readonly offset: number }) => Promise<readonly JsonObject[]>,
): Promise<readonly JsonObject[]> {
  return allOf(byOffset({ limit: PER_PAGE, fetch }))
}

/** Ids of the contacts that a record hangs on. */
export function linkedIds({ contactsAt }: CrmPlace, record: JsonObject): readonly string[] {
  const value = record[contactsAt]
  const all = Array.isArray(value) ? listAt(record, contactsAt) : [value ?? null]
  return all.map((id) => textAt({ id }, 'id')).filter((id) => id !== '')
}

export function isOnBusiness({ businessAt }: CrmPlace, record: JsonObject): boolean {
  return businessAt.some((name) => textAt(record, name) !== '' || listAt(record, name).length > 0)
}

/** The CRM's records of one contact; whatever else the answer brings is passed over. */
export async function listedOn(api: Brevo, place: CrmPlace, contactId: string): Promise<readonly JsonObject[]> {
  const listed = await place.listOf(api, contactId)
  return listed.filter((record) => linkedIds(place, record).includes(contactId))
}

/** Notes, tasks, files, deals and companies of the contacts, each once although it hang on two of them. */
export async function* findInCrm(
  api: Brevo,
  contacts: readonly FoundContact[],
  right: Right,
): AsyncGenerator<FoundRecord, void, undefined> {
  const known = contacts.filter(({ isStub }) => !isStub)
  const certainIds = contacts.filter(isCertain).map(({ id }) => id)
  for (const place of CRM_PLACES.filter(({ part }) => !api.options.notInUse.has(part))) {
    const found = new Map<string, FoundRecord>()
    for (const contact of known) {
      const ownIds = isCertain(contact) ? certainIds : [contact.id]
      const records = await listedOn(api, place, contact.id)
      for (const record of records.map((one) => recordOf(place, one, { contact, ownIds, right })))
        found.set(record.ref, found.get(record.ref) ?? record)
    }
    yield* found.values()
  }
}

interface Kinship {
  readonly contact: FoundContact
  readonly ownIds: readonly string[]
  readonly right: Right
}

function recordOf(place: CrmPlace, record: JsonObject, kinship: Kinship): FoundRecord {
  return {
    part: place.part,
    ref: refOf(place, record),
    parentRef: kinship.contact.id,
    attribution: attributionOf(place, record, kinship),
    content: record,
    ...createdAt(record),
    learned: [],
    label: labelOf(place, record),
  }
}

/** The older document shows files without an id; such a file cannot be opened or deleted. */
function refOf({ part }: CrmPlace, record: JsonObject): string {
  const id = textAt(record, 'id')
  return id === '' && part === 'files' ? `no-id/${textAt(record, 'name')}/${textAt(record, 'createdAt')}` : id
}

/** Erasure takes the subject's traces out of what others share; to show it would disclose them. */
function attributionOf(place: CrmPlace, record: JsonObject, { contact, ownIds, right }: Kinship): Attribution {
  if (!isCertain(contact)) return contact.attribution
  if (place.part === 'deals' || place.part === 'companies') return candidate('business_record')
  if (place.part === 'files' && isOnBusiness(place, record)) return candidate('business_record')
  const isReading = right === 'access' || right === 'portability'
  return isReading && othersIn(place, record, ownIds).length > 0 ? candidate('shared_record') : contact.attribution
}

export function othersIn(place: CrmPlace, record: JsonObject, ownIds: readonly string[]): readonly string[] {
  return linkedIds(place, record).filter((id) => !ownIds.includes(id))
}

function labelOf({ part }: CrmPlace, record: JsonObject): string {
  const day = textAt(record, 'createdAt').slice(0, 10) || textAt(record, 'date').slice(0, 10)
  switch (part) {
    case 'deals':
      return textAt(record, 'attributes', 'deal_name')
    case 'companies':
      return textAt(record, 'attributes', 'name')
    case 'notes':
    case 'tasks':
    case 'files':
      return day
  }
}
