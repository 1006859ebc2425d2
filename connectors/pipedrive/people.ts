import {
  CERTAIN,
  chunks,
  identifierOf,
  isRoleMailbox,
  isSameName,
  objectAt,
  textAt,
} from '../../src/connector/index.ts'
import type { Attribution, Identifier, JsonObject, LearnedIdentifier, Search } from '../../src/connector/index.ts'
import { entriesOf, pagesOfV2, reading, readingUnless } from './answers.ts'
import { listOf } from './client.ts'
import type { Pipedrive } from './client.ts'
import { staffOf } from './control.ts'
import { identifiersOf, isAt, numberOf } from './mapping.ts'
import { optionsOf } from './options.ts'

/** A person that answers to one of the identifiers, and how sure it is the subject's. */
export interface FoundPerson {
  readonly id: string
  readonly person: JsonObject
  readonly attribution: Attribution
  readonly learned: readonly LearnedIdentifier[]
}

type CandidateReason = Extract<Attribution, { kind: 'candidate' }>['reason']

const IDS_PER_CALL = 100
const HITS_PER_PAGE = 100

const COUNTERS = [
  'notes_count',
  'files_count',
  'email_messages_count',
  'activities_count',
  'followers_count',
  'open_deals_count',
  'closed_deals_count',
  'participant_open_deals_count',
  'participant_closed_deals_count',
] as const

/** Finds persons by every identifier and compares each again; certain ones come first. */
export async function findPeople(api: Pipedrive, search: Search): Promise<readonly FoundPerson[]> {
  const ids = new Set<string>()
  for (const identifier of search.identifiers) for (const id of await searchIds(api, identifier)) ids.add(id)
  const persons = (await readPeople(api, [...ids])).filter((person) => !isAt(person, 'is_deleted'))
  const emails = search.identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value)
  const staff = emails.length === 0 || persons.length === 0 ? new Set<string>() : await staffOf(api)
  const judge = judgeOf(api, { search, persons, staff })
  return persons
    .flatMap((person): readonly FoundPerson[] => {
      const attribution = judge.person(person)
      if (attribution === undefined) return []
      return [{ id: textAt(person, 'id'), person, attribution, learned: judge.learned(person, attribution) }]
    })
    .sort((one, other) => Number(one.attribution.kind !== 'certain') - Number(other.attribution.kind !== 'certain'))
}

/** Ids that Pipedrive's index gives for an identifier, over all pages. The index may lag and is not to be trusted alone. */
export async function searchIds(api: Pipedrive, { kind, value }: Identifier): Promise<readonly string[]> {
  if (kind === 'external_id' && optionsOf(api.context).externalIdField === undefined) return []
  const fields = { email: 'email', phone: 'phone', external_id: 'custom_fields' } as const
  const hits = pagesOfV2(async (cursor) => {
    const query = { term: value, fields: fields[kind], exact_match: true, limit: HITS_PER_PAGE }
    const answer = await reading(() => api.persons.searchPersons({ ...query, ...cursor }))
    return { ...answer, data: entriesOf(objectAt(answer, 'data').items) }
  })
  const ids: string[] = []
  for await (const hit of hits) ids.push(textAt(hit, 'item', 'id'))
  return ids.filter((id) => id !== '')
}

/**
 * Persons by id, a hundred a call, with the counters that let empty listings be skipped. Missing ones, and those that the
 * credential may not see, are left out by Pipedrive.
 */
export async function readPeople(api: Pipedrive, ids: readonly string[]): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (const some of chunks(ids, IDS_PER_CALL)) {
    const query = { ids: some.map((id) => String(numberOf(id))).join(','), limit: IDS_PER_CALL }
    const answer = (await readWithConsent(api, query)) ?? (await readPlain(api, query))
    found.push(...entriesOf(answer.data))
  }
  return found
}

interface ByIds {
  readonly ids: string
  readonly limit: number
}

function readPlain(api: Pipedrive, query: ByIds): Promise<JsonObject> {
  return reading(() => api.persons.getPersons({ ...query, include_fields: listOf(...COUNTERS) }))
}

/** With the marketing fields, which a company without Campaigns must not ask for; what it answers then nobody says. */
async function readWithConsent(api: Pipedrive, query: ByIds): Promise<JsonObject | undefined> {
  if (api.known.hasCampaigns === false || optionsOf(api.context).notInUse.has('marketing_status')) return undefined
  const fields = listOf(...COUNTERS, 'marketing_status', 'doi_status')
  const answer = await readingUnless([400, 403], () => api.persons.getPersons({ ...query, include_fields: fields }))
  api.known.hasCampaigns = answer !== undefined
  return answer
}

interface Surroundings {
  readonly search: Search
  readonly persons: readonly JsonObject[]
  readonly staff: ReadonlySet<string>
}

/** Decides what a match is worth (design §3, discover). */
function judgeOf(api: Pipedrive, { search, persons, staff }: Surroundings) {
  const { externalIdField } = optionsOf(api.context)
  const { ownDomains } = api.context.account
  const holders = new Map<string, number>()
  for (const person of persons)
    for (const address of identifiersOf(person, 'email')) holders.set(address, (holders.get(address) ?? 0) + 1)

  const doubtOf = (email: string): CandidateReason | undefined => {
    const domain = email.slice(email.indexOf('@') + 1)
    if (isRoleMailbox(email)) return 'role_mailbox'
    if (staff.has(email)) return 'vendor_seat'
    if (ownDomains.some((own) => domain === own || domain.endsWith(`.${own}`))) return 'own_domain'
    return (holders.get(email) ?? 0) > 1 ? 'address_on_two_records' : undefined
  }
  const externalIdOf = (person: JsonObject): string =>
    externalIdField === undefined ? '' : textAt(person, 'custom_fields', externalIdField).trim()

  const reasonsOf = (person: JsonObject): readonly (CandidateReason | undefined)[] => {
    const emails = identifiersOf(person, 'email')
    const phones = identifiersOf(person, 'phone')
    return search.identifiers.flatMap(({ kind, value }) => {
      switch (kind) {
        case 'email':
          return emails.includes(value) ? [doubtOf(value)] : []
        case 'external_id':
          return externalIdOf(person) === value ? [undefined] : []
        case 'phone':
          return phones.includes(value) ? ['same_phone' as const] : []
      }
    })
  }
  const attributionOf = (reason: CandidateReason | undefined): Attribution =>
    reason === undefined ? CERTAIN : { kind: 'candidate', reason }

  return {
    /** undefined = the record does not answer to any identifier after all. */
    person(person: JsonObject): Attribution | undefined {
      const reasons = reasonsOf(person)
      if (reasons.length === 0) return undefined
      const name = textAt(person, 'name')
      const isStranger = search.names.length > 0 && !search.names.some((known) => isSameName(known, name))
      if (name !== '' && isStranger) return attributionOf('differing_names')
      return reasons.includes(undefined) ? CERTAIN : attributionOf(reasons[0])
    },
    learned(person: JsonObject, attribution: Attribution): readonly LearnedIdentifier[] {
      const sure = (one: Attribution): Attribution => (attribution.kind === 'certain' ? one : attribution)
      const externalId = identifierOf('external_id', externalIdOf(person))
      return [
        ...identifiersOf(person, 'email').map((value) => ({
          kind: 'email' as const,
          value,
          attribution: sure(attributionOf(doubtOf(value))),
        })),
        ...identifiersOf(person, 'phone').map((value) => ({
          kind: 'phone' as const,
          value,
          attribution: sure(CERTAIN),
        })),
        ...(externalId === undefined ? [] : [{ ...externalId, attribution: sure(CERTAIN) }]),
      ]
    },
  }
}
