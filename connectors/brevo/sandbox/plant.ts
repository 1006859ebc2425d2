import { note } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantExtent, PlantedPerson } from '../../../src/connector/testing.ts'
import { storeContact } from './contact-routes.ts'
import { plantCrm } from './plant-crm.ts'
import { DAY_MS, blockedEntry, isoOf, nextId, orderOf } from './state.ts'
import type { Desk, StoredContact, StoredEvent } from './state.ts'

export interface Planted {
  readonly planted: PlantedPerson
  readonly ownIds: readonly number[]
}

/** Where one person is being planted. */
export interface Garden {
  readonly desk: Desk
  readonly person: InventedPerson
  readonly name: string
  readonly refs: Record<string, string[]>
  readonly files: Record<string, number>
  /** The two contacts that are this person, the customer first. */
  readonly own: readonly [StoredContact, StoredContact]
  readonly colleague: StoredContact
}

/**
 * Plants a person in every place: a customer, a second contact under another address that is on the blocklist, and what
 * hangs on them. With the extent `contact` only these two and what goes with them.
 */
export function plantPerson(desk: Desk, person: InventedPerson, extent: PlantExtent): Planted {
  const { own, colleague } = contactsFor(desk, person)
  const name = `${person.firstName} ${person.lastName}`
  const garden: Garden = { desk, person, name, refs: {}, files: {}, own, colleague }
  for (const contact of own) noteContact(garden, contact)
  if (extent === 'everywhere') furnish(garden)
  const identifiers = [
    { kind: 'email', value: person.email },
    { kind: 'email', value: person.secondEmail },
    { kind: 'phone', value: person.phone },
    { kind: 'external_id', value: person.externalId },
  ] as const
  return {
    planted: { person, identifiers, refs: garden.refs, attachments: garden.files },
    ownIds: own.map(({ id }) => id),
  }
}

function contactsFor(desk: Desk, person: InventedPerson): Pick<Garden, 'own' | 'colleague'> {
  const nowMs = desk.nowMs()
  const names = { FIRSTNAME: person.firstName, LASTNAME: person.lastName }
  const customer = storeContact(desk, {
    email: person.email,
    attributes: { ...names, SMS: person.phone.slice(1), EXT_ID: person.externalId, CITY: person.city },
    listIds: [12, 14],
    listUnsubscribed: [9],
    createdAtMs: nowMs - 200 * DAY_MS,
    modifiedAtMs: nowMs - 3 * DAY_MS,
    campaigns: [10, 120].map((days, at) => ({ campaignId: 40 + at, atMs: nowMs - days * DAY_MS, ip: '192.0.2.7' })),
  })
  const second = storeContact(desk, {
    email: person.secondEmail,
    attributes: { ...names },
    listIds: [12],
    emailBlacklisted: true,
    createdAtMs: nowMs - 20 * DAY_MS,
    modifiedAtMs: nowMs - 2 * DAY_MS,
    campaigns: [{ campaignId: 41, atMs: nowMs - 5 * DAY_MS, ip: '192.0.2.8' }],
  })
  const colleague = storeContact(desk, {
    email: `colleague.of.${person.key}@example.org`,
    attributes: { FIRSTNAME: 'Willem', LASTNAME: 'Wouters' },
    listIds: [12],
  })
  return { own: [customer, second], colleague }
}

function noteContact(garden: Garden, { id, listIds, listUnsubscribed }: StoredContact): void {
  note(garden, 'contact', String(id))
  note(garden, 'campaign_statistics', String(id))
  note(garden, 'marketing_blocklist', String(id))
  for (const listId of [...listIds, ...listUnsubscribed]) note(garden, 'lists', `${id}/${listId}`)
}

function furnish(garden: Garden): void {
  plantCrm(garden)
  if (garden.desk.switches.is('enterprise', 'yes')) plantObjects(garden)
  for (const days of [10, 95, 400]) plantMail(garden, garden.person.email, days)
  plantMail(garden, garden.person.secondEmail, 5)
  plantBlocks(garden)
  plantMessages(garden)
  plantShop(garden)
}

function plantObjects(garden: Garden): void {
  const { desk, own, colleague } = garden
  const [customer] = own
  for (const contactIds of [[customer.id], [customer.id], [customer.id, colleague.id]]) {
    const id = nextId(desk.vendor)
    const shown = { id, ext_id: `vehicle-${id}`, attributes: { plate: `1-ABC-${id}` }, created_at: isoOf(desk.nowMs()) }
    desk.vendor.objects.set(`vehicle/${id}`, { type: 'vehicle', id, shown, contactIds })
    note(garden, 'custom_objects', `vehicle/${id}`)
  }
}

/** A mail with its text, and what became of it. */
function plantMail(garden: Garden, email: string, daysAgo: number): void {
  const { desk, name } = garden
  const number = nextId(desk.vendor)
  const atMs = desk.nowMs() - daysAgo * DAY_MS
  const [uuid, messageId] = [uuidOf(number), `<2026.${number}@relay.example.net>`]
  const subject = `Invoice ${number}`
  desk.vendor.mails.set(uuid, {
    uuid,
    email,
    messageId,
    subject,
    from: 'billing@shop.example.net',
    body: `<p>Dear ${name}, here is your invoice.</p>`,
    atMs,
  })
  note(garden, 'transactional_emails', uuid)
  for (const [event, at] of [
    ['delivered', atMs + 1_000],
    ['opened', atMs + 60_000],
  ] as const) {
    const ip = event === 'opened' ? { ip: '198.51.100.4' } : {}
    const shown = { email, date: isoOf(at), subject, messageId, event, from: 'billing@shop.example.net', ...ip }
    const key = `${messageId}/${event}/${isoOf(at)}`
    desk.vendor.mailEvents.push({ key, atMs: at, shown })
    note(garden, 'transactional_events', key)
  }
}

function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

function plantBlocks(garden: Garden): void {
  const { desk, person } = garden
  const entry = blockedEntry(person.email, desk.nowMs() - 30 * DAY_MS)
  desk.vendor.blocked.push(entry)
  note(garden, 'transactional_blocklist', `${person.email}/news@shop.example.net`)
}

/** SMS and WhatsApp by number, custom events by contact, a received mail by sender. */
function plantMessages(garden: Garden): void {
  const { desk, person, own } = garden
  const number = person.phone.slice(1)
  for (const [event, days] of [
    ['sent', 30],
    ['replies', 29],
  ] as const) {
    const [messageId, date] = [String(nextId(desk.vendor)), isoOf(ago(garden, days))]
    const reply = event === 'replies' ? { reply: 'STOP' } : {}
    const shown = { phoneNumber: number, date, messageId, event, ...reply }
    keep(garden, 'sms_events', { key: `${number}/${messageId}/${event}/${date}`, atMs: ago(garden, days), shown })
  }
  for (const [event, days] of [
    ['sent', 150],
    ['reply', 149],
  ] as const) {
    const [messageId, date] = [`wa-${nextId(desk.vendor)}`, isoOf(ago(garden, days))]
    const body = event === 'reply' ? { body: 'Thank you' } : {}
    const shown = { contactNumber: number, date, messageId, event, senderNumber: '32470000001', ...body }
    keep(garden, 'whatsapp_events', { key: `${number}/${messageId}/${event}/${date}`, atMs: ago(garden, days), shown })
  }
  for (const days of [12, 300]) {
    const event_date = isoOf(ago(garden, days))
    const shown = { contact_id: own[0].id, event_name: 'cart_updated', event_date, event_properties: { total: days } }
    keep(garden, 'custom_events', { key: `${own[0].id}/cart_updated/${event_date}`, atMs: ago(garden, days), shown })
  }
  const uuid = uuidOf(nextId(desk.vendor))
  const received = { date: isoOf(ago(garden, 4)), sender: person.email, recipient: 'reply@shop.example.net' }
  desk.vendor.inbound.push({ uuid, ...received, subject: 'Re: Invoice' })
  note(garden, 'inbound_emails', uuid)
}

function ago({ desk }: Garden, days: number): number {
  return desk.nowMs() - days * DAY_MS
}

function keep(garden: Garden, part: 'sms_events' | 'whatsapp_events' | 'custom_events', event: StoredEvent): void {
  const { sms, whatsApp, customEvents } = garden.desk.vendor
  const events = { sms_events: sms, whatsapp_events: whatsApp, custom_events: customEvents }
  events[part].push(event)
  note(garden, part, event.key)
}

function plantShop(garden: Garden): void {
  const { desk, person } = garden
  const own = [{ email_id: person.email }, { ext_id: person.externalId }]
  own.forEach((identifiers, at) => {
    const id = `order-${nextId(desk.vendor)}`
    const order = orderOf(id, identifiers, desk.nowMs() - (40 + at) * DAY_MS)
    desk.vendor.orders.push({ ...order, billing: { city: person.city, phone: person.phone } })
    note(garden, 'orders', id)
  })
}
