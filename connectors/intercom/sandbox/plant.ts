import { textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantExtent, PlantedPerson } from '../../../src/connector/testing.ts'
import { SUBSCRIPTION_TYPES } from './contact-routes.ts'
import { storeContact } from './contacts.ts'
import type { NewContact } from './contacts.ts'
import type { Garden } from './garden.ts'
import { plantConversations } from './plant-conversations.ts'
import { plantTickets } from './plant-tickets.ts'
import { ADMIN, PLACES, contactId, secondsOf, shortId } from './state.ts'
import type { Desk, StoredContact } from './state.ts'

export interface Planted {
  readonly planted: PlantedPerson
  readonly ownIds: readonly string[]
  readonly colleagueId: string
}

/**
 * Plants a person in every place: a user, two leads, and whatever hangs on them, over more than one page. With the extent `contact`
 * only the user and the leads.
 */
export function plantPerson(desk: Desk, person: InventedPerson, extent: PlantExtent = 'everywhere'): Planted {
  const name = `${person.firstName} ${person.lastName}`
  const attributes = { plan: 'pro' }
  const contact = (fresh: Partial<NewContact> & Pick<NewContact, 'role' | 'email'>): StoredContact =>
    storeContact(desk, { name: null, phone: null, externalId: null, city: person.city, attributes: {}, ...fresh })
  const user = contact({
    role: 'user',
    email: person.email,
    name,
    phone: person.phone,
    externalId: person.externalId,
    attributes,
  })
  // The person wrote before logging in, and once more from another address.
  const leads = [
    contact({ role: 'lead', email: person.email }),
    contact({ role: 'lead', email: person.secondEmail, name }),
  ]
  const garden: Garden = {
    desk,
    person,
    refs: {},
    files: {},
    own: [user, ...leads],
    colleague: contact({ role: 'user', email: `colleague.of.${person.key}@example.org`, name: 'Willem Wouters' }),
    at: secondsOf(desk.nowMs()) - 40 * 86_400,
  }
  for (const own of garden.own) note(garden, 'contact', own.id)
  if (extent === 'everywhere') furnish(garden, user)
  const identifiers = [
    { kind: 'email', value: person.email },
    { kind: 'email', value: person.secondEmail },
    { kind: 'phone', value: person.phone },
    { kind: 'external_id', value: person.externalId },
  ] as const
  return {
    planted: { person, identifiers, refs: garden.refs, attachments: garden.files },
    ownIds: garden.own.map(({ id }) => id),
    colleagueId: garden.colleague.id,
  }
}

function furnish(garden: Garden, user: StoredContact): void {
  plantPlaces(garden, user)
  plantConversations(garden, user)
  plantTickets(garden, user)
  plantObjects(garden, user)
  plantVisitor(garden)
}

const COUNT = 3

function times<Entry>(make: (at: number) => Entry): readonly Entry[] {
  return Array.from({ length: COUNT }, (_, at) => make(at + 1))
}

function plantPlaces(garden: Garden, user: StoredContact): void {
  const { desk, at, person } = garden
  const id = () => shortId(desk.vendor)
  const { places } = user
  const contact = { type: 'contact', id: user.id }
  places.notes = [
    ...times((n) => ({
      type: 'note',
      id: id(),
      created_at: at + n,
      contact,
      author: ADMIN,
      body: `<p>${person.firstName} called, ${n}</p>`,
    })),
  ]
  places.tags = [
    ...times((n) => ({ type: 'tag', id: id(), name: `Tag ${n}`, applied_at: at, applied_by: reference() })),
  ]
  places.segments = [
    ...times((n) => ({
      type: 'segment',
      id: contactId(desk.vendor),
      name: `Segment ${n}`,
      created_at: at,
      updated_at: at,
      person_type: 'user',
    })),
  ]
  places.companies = [
    ...times((n) => ({
      type: 'company',
      id: contactId(desk.vendor),
      name: `Company ${n} of ${person.city}`,
      company_id: `company-${id()}`,
      created_at: at,
    })),
  ]
  places.subscriptions = SUBSCRIPTION_TYPES.filter(({ id: type }) => type === '107' || type === '108').map((one) => one)
  const event = (event_name: string, seconds: number): JsonObject => ({
    type: 'event',
    event_name,
    created_at: at + seconds,
    id: id(),
    intercom_user_id: user.id,
    email: person.email,
    metadata: { page: `page-${seconds}` },
  })
  // Two of the same name in the same second are two events.
  places.events = [event('opened-project', 5), event('opened-project', 5), event('invited-colleague', 9)]
  places.summaries = [
    ...times((n) => ({
      name: `event-${n}`,
      first: '2024-01-14T00:00:00.000Z',
      last: '2026-01-14T00:00:00.000Z',
      count: n,
      description: `event number ${n}`,
    })),
  ]
  noteRefs(garden, user)
}

function reference(): JsonObject {
  return { type: 'admin', id: ADMIN.id }
}

/** Refs as the connector names them: the contact's id and the entry's. */
function noteRefs(garden: Garden, { id, places }: StoredContact): void {
  const parts = {
    notes: 'notes',
    tags: 'tags',
    segments: 'segments',
    companies: 'company_links',
    subscriptions: 'subscriptions',
    events: 'events',
    summaries: 'event_summaries',
  } as const
  for (const place of PLACES) {
    const seen = new Set<string>()
    for (const entry of places[place]) {
      const base = `${id}/${keyOf(entry)}`
      note(garden, parts[place], seen.has(base) ? `${base}/2` : base)
      seen.add(base)
    }
  }
}

function keyOf(entry: JsonObject): string {
  const event = textAt(entry, 'event_name')
  if (event !== '') return `${event}/${textAt(entry, 'created_at')}`
  return textAt(entry, entry.type === undefined ? 'name' : 'id')
}

function plantObjects(garden: Garden, user: StoredContact): void {
  const { desk, at } = garden
  const instances = times((n) => {
    const id = shortId(desk.vendor)
    const doc = {
      id,
      external_id: `order-${id}`,
      external_created_at: at,
      external_updated_at: at,
      created_at: at,
      updated_at: at,
      type: 'Order',
      custom_attributes: { order_number: `No ${n}` },
    }
    desk.vendor.objects.set(`Order/${id}`, { doc, contactIds: [user.id] })
    note(garden, 'custom_objects', `Order/${id}`)
    return doc
  })
  const attributes = { plan: 'pro', order: { type: 'Order.list', instances } }
  user.doc = { ...user.doc, custom_attributes: attributes }
}

function plantVisitor(garden: Garden): void {
  const { desk, person, at } = garden
  const id = contactId(desk.vendor)
  desk.vendor.visitors.set(person.externalId, {
    type: 'visitor',
    id,
    user_id: person.externalId,
    anonymous: true,
    phone: null,
    name: null,
    created_at: at,
    session_count: 4,
    referrer: 'https://search.example.net/',
  })
  note(garden, 'visitors', id)
}
