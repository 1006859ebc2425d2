import { CERTAIN, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { byOffset, listIn, readObject } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import type { FoundContact } from './contacts.ts'
import {
  candidate,
  createdAt,
  digitsOf,
  emailOf,
  identifiersIn,
  phoneOf,
  unusedRef,
  valuesOf,
  without,
} from './mapping.ts'
import type { Judge } from './mapping.ts'
import { readReport } from './periods.ts'

type Found = AsyncGenerator<FoundRecord, void, undefined>

const SMS_PER_PAGE = 100
const WHATSAPP_PER_PAGE = 5_000
const EVENTS_PER_PAGE = 1_000
const ORDERS_PER_PAGE = 100
const DAYS_A_MONTH = 30.5

/** A number, and how sure it is the subject's alone. */
type Phone = readonly [value: string, attribution: Attribution]

/** What Brevo's logs keep by number, by contact and by order: read, never deleted, since no call deletes it. */
export async function* findActivity(api: Brevo, contacts: readonly FoundContact[], { search, judge }: Asked): Found {
  const { notInUse } = api.options
  const phones = phonesOf(contacts, search)
  if (!notInUse.has('sms_events')) yield* smsEvents(api, phones)
  if (!notInUse.has('whatsapp_events')) yield* whatsAppEvents(api, phones)
  if (!notInUse.has('custom_events')) yield* customEvents(api, contacts)
  if (!notInUse.has('orders')) yield* orders(api, { search, judge })
}

interface Asked {
  readonly search: Search
  readonly judge: Judge
}

/** A number alone is no proof; on a contact that is certain, it is that contact's. */
function phonesOf(contacts: readonly FoundContact[], { identifiers }: Search): readonly Phone[] {
  const onContacts = contacts.flatMap(({ contact, attribution }) =>
    valuesOf(identifiersIn(contact), 'phone').map((value): Phone => [value, attribution]),
  )
  const asked = valuesOf(identifiers, 'phone').map((value): Phone => [value, candidate('same_phone')])
  const certain = onContacts.filter(([, attribution]) => attribution.kind === 'certain')
  return [...new Map([...asked, ...onContacts, ...certain])]
}

function daysBack({ options }: Brevo): number {
  return Math.ceil(options.months * DAYS_A_MONTH)
}

async function* smsEvents(api: Brevo, phones: readonly Phone[]): Found {
  for (const [phone, attribution] of phones) {
    const phoneNumber = digitsOf(phone)
    const events = await readReport(api, {
      limit: SMS_PER_PAGE,
      name: 'events',
      days: daysBack(api),
      send: (query) => api.send((client) => client.transactionalSms.getSmsEvents({ phoneNumber, ...query })),
    })
    const own = events.filter((event) => phoneOf(textAt(event, 'phoneNumber')) === phone)
    yield* messages('sms_events', own, [phone, attribution])
  }
}

async function* whatsAppEvents(api: Brevo, phones: readonly Phone[]): Found {
  for (const [phone, attribution] of phones) {
    const contactNumber = digitsOf(phone)
    const events = await readReport(api, {
      limit: WHATSAPP_PER_PAGE,
      name: 'events',
      days: daysBack(api),
      send: (query) =>
        api.send((client) => client.transactionalWhatsApp.getWhatsappEventReport({ contactNumber, ...query })),
    })
    const own = events.filter((event) => phoneOf(textAt(event, 'contactNumber')) === phone)
    yield* messages('whatsapp_events', own, [phone, attribution])
  }
}

/** An answer's medium has an address that anyone could open: it is left out. */
async function* messages(part: string, events: readonly JsonObject[], [phone, attribution]: Phone): Found {
  const seen = new Set<string>()
  await Promise.resolve()
  for (const event of events) {
    const content = without(event, 'mediaUrl')
    const made = `${digitsOf(phone)}/${textAt(content, 'messageId')}/${textAt(content, 'event')}/${textAt(content, 'date')}`
    yield { part, ref: unusedRef(seen, made), attribution, content, ...createdAt(content, 'date'), learned: [] }
  }
}

/** Unasked, Brevo gives six months of events; the contacts' ids may be repeated. */
async function* customEvents(api: Brevo, contacts: readonly FoundContact[]): Found {
  if (contacts.length === 0) return
  const contact_id = contacts.map(({ id }) => numberOf(id))
  const events = await readReport(api, {
    limit: EVENTS_PER_PAGE,
    name: 'events',
    days: daysBack(api),
    send: (query) => api.send((client) => client.event.getEvents({ contact_id, ...query })),
  })
  const seen = new Set<string>()
  for (const event of events) {
    const contact = contacts.find(({ id }) => id === textAt(event, 'contact_id'))
    if (contact === undefined) continue
    const made = `${contact.id}/${textAt(event, 'event_name')}/${textAt(event, 'event_date')}`
    yield {
      part: 'custom_events',
      ref: unusedRef(seen, made),
      ...(contact.isStub ? {} : { parentRef: contact.id }),
      attribution: contact.attribution,
      content: event,
      ...createdAt(event, 'event_date'),
      learned: [],
    }
  }
}

/** Orders have no filter by person: all are read and compared by the identifiers that an order names. */
async function* orders(api: Brevo, { search, judge }: Asked): Found {
  const all = byOffset({
    limit: ORDERS_PER_PAGE,
    fetch: async (window) =>
      listIn(readObject(await api.send((client) => client.ecommerce.getOrders(window))), 'orders'),
  })
  for await (const order of all) {
    const attribution = orderAttribution(order, { search, judge })
    if (attribution === undefined) continue
    yield {
      part: 'orders',
      ref: textAt(order, 'id'),
      attribution: attribution.kind === 'certain' ? candidate('business_record') : attribution,
      content: order,
      ...createdAt(order),
      learned: [],
      label: `order of ${textAt(order, 'createdAt').slice(0, 10)}`,
    }
  }
}

/** undefined = somebody else's. */
function orderAttribution(order: JsonObject, { search: { identifiers }, judge }: Asked): Attribution | undefined {
  const email = emailOf(textAt(order, 'identifiers', 'email_id') || textAt(order, 'email'))
  if (valuesOf(identifiers, 'external_id').includes(textAt(order, 'identifiers', 'ext_id'))) return CERTAIN
  if (email !== undefined && valuesOf(identifiers, 'email').includes(email)) return judge.address(email)
  const phones = [textAt(order, 'identifiers', 'phone_id'), textAt(order, 'billing', 'phone')].map(phoneOf)
  return valuesOf(identifiers, 'phone').some((phone) => phones.includes(phone)) ? candidate('same_phone') : undefined
}
