import { pages, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { list, present, reading, readingOrAbsent } from './answers.ts'
import type { HubSpot } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { contentOf, mergedIdsOf, msOf, nameOf, plain } from './mapping.ts'
import { propertyNames, readLinks, readObjects } from './objects.ts'
import { optionsOf } from './options.ts'

/** The type id of contacts in the lists API. */
const CONTACT_TYPE_ID = '0-1'
const EVENTS_PER_PAGE = 1_000
const PARTICIPATIONS_PER_PAGE = 100

/** Everything that HubSpot keeps on a contact itself and loses with it. */
export async function* findOnContact(
  api: HubSpot,
  contact: FoundContact,
): AsyncGenerator<FoundRecord, void, undefined> {
  yield contactRecord(contact)
  yield* historyOf(api, contact)
  // HubSpot shows nothing more of a contact in the recycle bin.
  if (contact.object.archived === true) return
  const { notInUse } = optionsOf(api.context)
  const places = [
    { part: 'company_links', find: companyLinks },
    { part: 'list_memberships', find: memberships },
    { part: 'marketing_events', find: participations },
    { part: 'sequences', find: enrolments },
    { part: 'behavioural_events', find: behaviouralEvents },
  ]
  for (const { part, find } of places) {
    if (notInUse.has(part)) continue
    for await (const found of find(api, contact.object.id))
      yield {
        part,
        ref: found.ref,
        parentRef: contact.object.id,
        attribution: contact.attribution,
        content: found.content,
        learned: [],
      }
  }
}

function contactRecord({ object, attribution, learned }: FoundContact): FoundRecord {
  const createdAtMs = msOf(object.createdAt)
  const { city, email } = object.properties
  const created = createdAtMs === undefined ? '' : `created ${new Date(createdAtMs).toISOString().slice(0, 10)}`
  return {
    part: 'contact',
    ref: object.id,
    attribution,
    content: contentOf(object, { mergedIds: mergedIdsOf(object.properties) }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    learned,
    label: [nameOf(object.properties), email, city, created].filter((part) => (part ?? '') !== '').join(', '),
  }
}

async function* historyOf(api: HubSpot, { object, attribution }: FoundContact): AsyncGenerator<FoundRecord, void> {
  if (optionsOf(api.context).notInUse.has('property_history')) return
  const history = await propertyNames(api, 'contacts')
  const isArchived = object.archived ?? false
  const read = await readObjects(api, {
    type: 'contacts',
    ids: [object.id],
    properties: ['email'],
    history,
    isArchived,
  })
  for (const { id, propertiesWithHistory } of read)
    yield {
      part: 'property_history',
      ref: id,
      parentRef: object.id,
      attribution,
      content: { values: plain(propertiesWithHistory) },
      learned: [],
    }
}

/** A record of a place, before it is attributed. */
export interface Found {
  readonly ref: string
  readonly content: JsonValue
}

async function* companyLinks(api: HubSpot, contactId: string): AsyncGenerator<Found, void, undefined> {
  const links = await readLinks(api, { from: 'contacts', to: 'companies', ids: [contactId] })
  const ids = links.get(contactId) ?? []
  const companies = await readObjects(api, { type: 'companies', ids, properties: ['name', 'domain'] })
  for (const company of companies) yield { ref: `${contactId}/${company.id}`, content: contentOf(company) }
}

/** Lists that the contact is on. */
export async function* memberships(api: HubSpot, contactId: string): AsyncGenerator<Found, void, undefined> {
  const answer = await readingOrAbsent(async () =>
    list(present(await api.memberships.getLists(CONTACT_TYPE_ID, contactId)).results),
  )
  for (const membership of answer ?? []) yield { ref: `${contactId}/${membership.listId}`, content: plain(membership) }
}

/** Marketing events that the contact attended, registered for or cancelled. */
export async function* participations(api: HubSpot, contactId: string): AsyncGenerator<Found, void, undefined> {
  const read = pages(async (after) => {
    const answer = await readingOrAbsent(async () => {
      const { participations } = api
      const page = present(
        await participations.getParticipationsBreakdownByContactId(
          contactId,
          undefined,
          PARTICIPATIONS_PER_PAGE,
          after,
        ),
      )
      return { entries: list(page.results), next: page.paging?.next?.after }
    })
    if (answer === undefined) return { entries: [] }
    return { entries: answer.entries, ...(answer.next === undefined ? {} : { next: answer.next }) }
  })
  for await (const participation of read) yield { ref: participation.id, content: plain(participation) }
}

/** Sales sequences that the contact is enrolled in. Raw: the SDK has no class for them. */
export async function* enrolments(api: HubSpot, contactId: string): AsyncGenerator<Found, void, undefined> {
  const enrolment = await readingOrAbsent(() => api.get(`/automation/v4/sequences/enrollments/contact/${contactId}`))
  if (enrolment !== undefined && textAt(enrolment, 'id') !== '')
    yield { ref: textAt(enrolment, 'id'), content: enrolment satisfies JsonObject }
}

/** Visits and custom events of the contact, as one record: a visit between plan and act is no new record. */
export async function* behaviouralEvents(api: HubSpot, contactId: string): AsyncGenerator<Found, void, undefined> {
  const read = pages(async (after) => {
    // Raw: the SDK's method wants the id as a number, which large ids do not survive.
    const query = new URLSearchParams({ objectType: 'contact', objectId: contactId, limit: String(EVENTS_PER_PAGE) })
    if (after !== undefined) query.set('after', after)
    const answer = await readingOrAbsent(() => api.get(`/events/v3/events?${query.toString()}`))
    if (answer === undefined) return { entries: [] }
    const next = textAt(answer, 'paging', 'next', 'after')
    return { entries: await entriesOf(answer, 'results'), ...(next === '' ? {} : { next }) }
  })
  const events: JsonValue[] = []
  for await (const event of read) events.push(event)
  if (events.length > 0) yield { ref: contactId, content: { events } }
}

/** The list of a raw answer. @throws DsrError `VENDOR_ANSWER_UNREADABLE` when it is not there. */
export async function entriesOf(answer: JsonObject, name: string): Promise<readonly JsonValue[]> {
  return reading(() => Promise.resolve(list(answer[name] as readonly JsonValue[] | undefined)))
}
