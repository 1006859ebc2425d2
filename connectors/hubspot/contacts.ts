import {
  Filter,
  FilterGroup,
  FilterOperatorEnum,
  PublicObjectSearchRequest,
} from '@hubspot/api-client/lib/codegen/crm/contacts/index.js'
import { CERTAIN, identifierOf, isRoleMailbox, isSameName, pages } from '../../src/connector/index.ts'
import type { Attribution, Identifier, LearnedIdentifier, Search } from '../../src/connector/index.ts'
import { list, present, reading } from './answers.ts'
import type { HubSpot } from './client.ts'
import { addressesOf, nameOf } from './mapping.ts'
import { propertyNames, readObjects } from './objects.ts'
import type { CrmObject } from './objects.ts'
import { optionsOf } from './options.ts'
import { sdkModel } from './sdk-model.ts'

/** A contact that answers to one of the identifiers, and how sure it is the subject's. */
export interface FoundContact {
  readonly object: CrmObject
  readonly attribution: Attribution
  readonly learned: readonly LearnedIdentifier[]
}

/** What a search found: contacts, and for every address in play how sure it is the subject's. */
export interface FoundContacts {
  readonly contacts: readonly FoundContact[]
  readonly addresses: ReadonlyMap<string, Attribution>
}

type CandidateReason = Extract<Attribution, { kind: 'candidate' }>['reason']

/** Finds contacts by every identifier, live and in the recycle bin, and compares each again. */
export async function findContacts(api: HubSpot, search: Search): Promise<FoundContacts> {
  const properties = await propertyNames(api, 'contacts')
  const objects = await collect(api, search, properties)
  const seats = await seatsAmong(api, addressesIn(search.identifiers))
  const judge = new Judge(search, objects, { seats, ownDomains: api.context.account.ownDomains })
  const externalId = optionsOf(api.context).externalIdProperty
  const contacts = objects.flatMap((object): readonly FoundContact[] => {
    const attribution = judge.contact(object, externalId)
    if (attribution === undefined) return []
    return [{ object, attribution, learned: learnedFrom(object, attribution, { judge, externalId }) }]
  })
  return { contacts, addresses: judge.addresses(contacts) }
}

function addressesIn(identifiers: readonly Identifier[]): readonly string[] {
  return identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value)
}

async function collect(api: HubSpot, search: Search, properties: readonly string[]): Promise<readonly CrmObject[]> {
  const found = new Map<string, CrmObject>()
  const keep = (objects: readonly CrmObject[]): void => {
    for (const object of objects) if (!found.has(object.id)) found.set(object.id, object)
  }
  const externalId = optionsOf(api.context).externalIdProperty
  const emails = addressesIn(search.identifiers)
  const externalIds = search.identifiers.filter(({ kind }) => kind === 'external_id').map(({ value }) => value)
  const byAddress = { type: 'contacts', ids: emails, idProperty: 'email', properties }
  keep(await readObjects(api, byAddress))
  // A read by address gives one record; a second one with the address is only seen by search.
  for (const value of emails)
    keep(await readObjects(api, { type: 'contacts', ids: await idsByAddress(api, value), properties }))
  if (externalId !== undefined)
    keep(await readObjects(api, { type: 'contacts', ids: externalIds, idProperty: externalId, properties }))
  const phones = search.identifiers.filter(({ kind }) => kind === 'phone').map(({ value }) => value)
  for (const phone of phones) {
    const ids = await idsByPhone(api, phone)
    keep(await readObjects(api, { type: 'contacts', ids, properties }))
  }
  keep(await readObjects(api, { ...byAddress, isArchived: true }))
  // Nobody says whether a read by address looks into the recycle bin; so it is searched as well.
  const leftovers = await idsInRecycleBin(api, new Set(emails))
  keep(await readObjects(api, { type: 'contacts', ids: leftovers, isArchived: true, properties }))
  return [...found.values()]
}

/** Contacts with the number, by search: HubSpot's index may lag, and numbers are not unique. */
function idsByPhone(api: HubSpot, phone: string): Promise<readonly string[]> {
  const value = phone.replace('+', '')
  return idsBySearch(api, [
    { propertyName: 'hs_searchable_calculated_phone_number', value, operator: FilterOperatorEnum.Eq },
    { propertyName: 'hs_searchable_calculated_mobile_number', value, operator: FilterOperatorEnum.Eq },
    { propertyName: 'phone', value: phone, operator: FilterOperatorEnum.Eq },
  ])
}

function idsByAddress(api: HubSpot, value: string): Promise<readonly string[]> {
  return idsBySearch(api, [
    { propertyName: 'email', value, operator: FilterOperatorEnum.Eq },
    { propertyName: 'hs_additional_emails', value, operator: FilterOperatorEnum.ContainsToken },
  ])
}

type SearchFilter = Pick<Filter, 'propertyName' | 'operator'> & { readonly value: string }

/** Ids of the contacts that meet any of the filters, over all pages. */
async function idsBySearch(api: HubSpot, anyOf: readonly SearchFilter[]): Promise<readonly string[]> {
  const filterGroups = anyOf.map((filter) => sdkModel(FilterGroup, { filters: [sdkModel(Filter, filter)] }))
  const query = { filterGroups, properties: ['email'], limit: 100, sorts: [] }
  const found: string[] = []
  const read = pages(async (after) =>
    reading(async () => {
      const wanted = sdkModel(PublicObjectSearchRequest, { ...query, after: after ?? '0' })
      const answer = present(await api.contactSearch.doSearch(wanted))
      const next = answer.paging?.next?.after
      return { entries: list(answer.results), ...(next === undefined ? {} : { next }) }
    }),
  )
  for await (const { id } of read) found.push(id)
  return found
}

async function idsInRecycleBin(api: HubSpot, emails: ReadonlySet<string>): Promise<readonly string[]> {
  if (emails.size === 0) return []
  const found: string[] = []
  const read = pages(
    async (after) =>
      reading(async () => {
        const wanted = ['email', 'hs_additional_emails']
        const answer = present(await api.contacts.getPage(100, after, wanted, undefined, undefined, true))
        const next = answer.paging?.next?.after
        return { entries: list(answer.results), ...(next === undefined ? {} : { next }) }
      }),
    { maxPages: optionsOf(api.context).recycleBinPagesMax },
  )
  for await (const { id, properties } of read)
    if (addressesOf(properties).some((address) => emails.has(address))) found.push(id)
  return found
}

/** Which of the addresses belong to users of the HubSpot account. */
async function seatsAmong(api: HubSpot, emails: readonly string[]): Promise<ReadonlySet<string>> {
  const seats = new Set<string>()
  for (const email of emails) {
    const owners = await reading(async () => list(present(await api.owners.getPage(email)).results))
    if (owners.some((owner) => identifierOf('email', owner.email)?.value === email)) seats.add(email)
  }
  return seats
}

interface Surroundings {
  readonly seats: ReadonlySet<string>
  readonly ownDomains: readonly string[]
}

/** Decides what a match is worth (design §3, discover). */
class Judge {
  readonly #search: Search
  readonly #around: Surroundings
  readonly #holders = new Map<string, number>()

  constructor(search: Search, objects: readonly CrmObject[], around: Surroundings) {
    this.#search = search
    this.#around = around
    // A merged or deleted twin of the same person is no second holder; two live records are.
    for (const { properties, archived } of objects)
      for (const address of archived === true ? [] : addressesOf(properties))
        this.#holders.set(address, (this.#holders.get(address) ?? 0) + 1)
  }

  /** undefined = the record does not answer to any identifier after all. */
  contact({ properties }: CrmObject, externalId: string | undefined): Attribution | undefined {
    const addresses = new Set(addressesOf(properties))
    const reasons: (CandidateReason | undefined)[] = this.#search.identifiers.flatMap(({ kind, value }) => {
      switch (kind) {
        case 'email':
          return addresses.has(value) ? [this.#doubtOf(value)] : []
        case 'external_id':
          return externalId !== undefined && properties[externalId] === value ? [undefined] : []
        case 'phone':
          return hasPhone(properties, value) ? ['same_phone' as const] : []
      }
    })
    if (reasons.length === 0) return undefined
    const name = nameOf(properties)
    const isNamed = name !== '' && this.#search.names.length > 0
    if (isNamed && !this.#search.names.some((known) => isSameName(known, name))) return candidate('differing_names')
    return reasons.includes(undefined) ? CERTAIN : candidate(reasons.find((reason) => reason !== undefined))
  }

  address(email: string): Attribution {
    const doubt = this.#doubtOf(email)
    return doubt === undefined ? CERTAIN : candidate(doubt)
  }

  /** Every address in play: those asked for and those of the contacts found; a doubtful contact makes its addresses doubtful. */
  addresses(contacts: readonly FoundContact[]): ReadonlyMap<string, Attribution> {
    const all = new Map(addressesIn(this.#search.identifiers).map((email) => [email, this.address(email)]))
    for (const { object, attribution } of contacts)
      for (const email of addressesOf(object.properties)) {
        const own = this.address(email)
        all.set(email, own.kind === 'certain' ? attribution : own)
      }
    return all
  }

  #doubtOf(email: string): CandidateReason | undefined {
    const domain = email.slice(email.indexOf('@') + 1)
    if (isRoleMailbox(email)) return 'role_mailbox'
    if (this.#around.seats.has(email)) return 'vendor_seat'
    if (this.#around.ownDomains.some((own) => domain === own || domain.endsWith(`.${own}`))) return 'own_domain'
    return (this.#holders.get(email) ?? 0) > 1 ? 'address_on_two_records' : undefined
  }
}

function candidate(reason: CandidateReason | undefined): Attribution {
  return reason === undefined ? CERTAIN : { kind: 'candidate', reason }
}

function hasPhone(properties: Readonly<Record<string, string | null>>, phone: string): boolean {
  return [properties.phone, properties.mobilephone].some((text) => identifierOf('phone', text)?.value === phone)
}

function learnedFrom(
  { properties }: CrmObject,
  attribution: Attribution,
  { judge, externalId }: { readonly judge: Judge; readonly externalId: string | undefined },
): readonly LearnedIdentifier[] {
  const sure = (one: Attribution): Attribution => (attribution.kind === 'certain' ? one : attribution)
  const others = [
    identifierOf('phone', properties.phone),
    identifierOf('phone', properties.mobilephone),
    externalId === undefined ? undefined : identifierOf('external_id', properties[externalId]),
  ].filter((identifier) => identifier !== undefined)
  return [
    ...addressesOf(properties).map((value) => ({
      kind: 'email' as const,
      value,
      attribution: sure(judge.address(value)),
    })),
    ...others.map((identifier) => ({ ...identifier, attribution: sure(CERTAIN) })),
  ]
}
