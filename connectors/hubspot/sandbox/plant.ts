import { DAY_MS } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import type { InventedPerson, PlantedPerson } from '../../../src/connector/testing.ts'
import { store } from './garden.ts'
import type { Garden } from './garden.ts'
import { plantAddresses, plantPlaces } from './plant-places.ts'
import { link, newId } from './state.ts'
import type { Desk, StoredObject } from './state.ts'

export const OWN_TYPE = '2-4711'

/** What the sandbox remembers of a planted person besides the public refs. */
export interface Planted {
  readonly planted: PlantedPerson
  /** Contacts of the person that are in use, then the one in the recycle bin. */
  readonly contactIds: readonly string[]
  /** Keys of every stored object that belongs to the person's picture, the colleague's included. */
  readonly keys: readonly string[]
  readonly emails: readonly string[]
}

/** Plants a person in every place of the depth, with a colleague who shares a note. */
export function plantPerson(desk: Desk, person: InventedPerson): Planted {
  const garden: Garden = { desk, vendor: desk.vendor, person, refs: {}, keys: [] }
  const contact = plantContact(garden)
  const leftover = plantLeftover(garden)
  const company = store(garden, 'companies', { name: `${person.city} Builders`, domain: `${person.key}.example.net` })
  const colleague = store(garden, 'contacts', {
    email: `colleague.${person.key}@example.net`,
    firstname: 'Noor',
    lastname: 'Colpaert',
  })
  link(garden.vendor, contact, company)
  note(garden, 'company_links', `${contact.id}/${company.id}`)
  plantActivities(garden, { contact, company, colleague })
  plantBusiness(garden, contact)
  plantThreads(garden, { contact, colleague })
  plantPlaces(garden, contact)
  plantAddresses(garden)
  return plantedIn(garden, [contact.id, leftover.id])
}

/** Plants a person of whom HubSpot has a contact and nothing else. */
export function plantContactOnly(desk: Desk, person: InventedPerson): Planted {
  const garden: Garden = { desk, vendor: desk.vendor, person, refs: {}, keys: [] }
  return plantedIn(garden, [plantContact(garden).id])
}

function plantedIn({ person, refs, keys }: Garden, contactIds: readonly string[]): Planted {
  return {
    planted: {
      person,
      identifiers: [
        { kind: 'email', value: person.email },
        { kind: 'phone', value: person.phone },
      ],
      refs,
      attachments: { attachments: refs.attachments?.length ?? 0 },
    },
    contactIds,
    keys,
    emails: [person.email, person.secondEmail],
  }
}

function plantContact(garden: Garden): StoredObject {
  const { person, vendor } = garden
  const merged = newId(vendor)
  const contact = store(garden, 'contacts', {
    email: person.email,
    hs_additional_emails: person.secondEmail,
    firstname: person.firstName,
    lastname: person.lastName,
    phone: person.phone,
    city: person.city,
    customer_number: person.externalId,
    hs_merged_object_ids: merged,
    hs_calculated_merged_vids: `${merged}:1600000000000`,
  })
  contact.history.push({ name: 'city', value: 'Namur', atMs: contact.createdAtMs - DAY_MS })
  vendor.aliases.set(merged, contact.id)
  note(garden, 'contact', contact.id)
  note(garden, 'property_history', contact.id)
  return contact
}

/** An earlier contact of the same person that somebody deleted: still in the recycle bin. */
function plantLeftover(garden: Garden): StoredObject {
  const { person, desk } = garden
  const leftover = store(garden, 'contacts', {
    email: person.email,
    firstname: person.firstName,
    lastname: person.lastName,
  })
  leftover.archivedAtMs = desk.nowMs() - 10 * DAY_MS
  note(garden, 'contact', leftover.id)
  note(garden, 'property_history', leftover.id)
  return leftover
}

interface Parties {
  readonly contact: StoredObject
  readonly company: StoredObject
  readonly colleague: StoredObject
}

function plantActivities(garden: Garden, { contact, company, colleague }: Parties): void {
  const { person, vendor } = garden
  const name = `${person.firstName} ${person.lastName}`
  const child = (type: string, properties: Readonly<Record<string, string>>): StoredObject => {
    const object = store(garden, type, properties)
    link(vendor, contact, object)
    note(garden, type, object.id)
    return object
  }
  child('notes', { hs_note_body: `Wants to see the ${person.city} site.` })
  const withFile = child('notes', {
    hs_note_body: `Plans of ${name}`,
    hs_attachment_ids: `${file(garden, 'plans', 'pdf')};${file(garden, 'photo', 'jpg')}`,
  })
  link(vendor, withFile, company)
  const shared = child('notes', {
    hs_note_body: `Noor Colpaert met ${name} (${person.email}, ${person.phone}) about the ${person.key} crane.`,
  })
  link(vendor, shared, colleague)
  child('calls', {
    hs_call_title: `Call with ${name}`,
    hs_call_body: 'Asked about the date.',
    hs_call_recording_url: `https://recordings.example.net/${person.key}.mp3`,
  })
  note(garden, 'call_recordings', `recording-${person.key}`)
  note(garden, 'call_transcripts', `transcript-${person.key}`)
  child('meetings', { hs_meeting_title: `Site visit ${person.city}`, hs_meeting_body: `With ${name}` })
  child('tasks', { hs_task_subject: `Call ${person.firstName} back`, hs_task_body: person.phone })
  child('communications', { hs_communication_channel_type: 'SMS', hs_communication_body: `Hello ${person.firstName}` })
  child('postal_mail', { hs_postal_mail_body: `Letter to ${person.city}` })
  child('emails', {
    hs_email_subject: 'Offer',
    hs_email_text: 'See attached.',
    hs_attachment_ids: file(garden, 'offer', 'pdf'),
  })
  child('emails', { hs_email_subject: 'Thanks', hs_email_text: `Kind regards, ${name}` })
  child('leads', { hs_lead_name: `${name} crane hire` })
  const mention = store(garden, 'notes', { hs_note_body: `Ask Noor; ${name} recommended her.` })
  link(vendor, mention, colleague)
  note(garden, 'mentions', mention.id)
}

function file(garden: Garden, name: string, extension: string): string {
  const { vendor, desk, person } = garden
  const id = newId(vendor)
  const bytes = `${name} of ${person.key}`
  vendor.files.set(id, {
    id,
    name: `${name}-${person.key}`,
    extension,
    bytes,
    createdAtMs: desk.nowMs() - 100 * DAY_MS,
  })
  note(garden, 'attachments', id)
  return id
}

function plantBusiness(garden: Garden, contact: StoredObject): void {
  const { person, vendor } = garden
  const name = `${person.firstName} ${person.lastName}`
  const record = (type: string, properties: Readonly<Record<string, string>>): StoredObject => {
    const object = store(garden, type, properties)
    link(vendor, contact, object)
    return object
  }
  const business = (type: string, properties: Readonly<Record<string, string>>): void =>
    note(garden, type, record(type, properties).id)
  business('tickets', { subject: 'Crane is late', content: `${name} cannot work. Phone ${person.phone}` })
  business('deals', { dealname: `Crane for ${name}`, amount: '12000', description: `Contact ${person.email}` })
  business('orders', {
    hs_order_name: `Order of ${name}`,
    hs_billing_address_email: person.email,
    hs_total_price: '12000',
  })
  business('quotes', { hs_title: `Quote for ${person.city}` })
  business('invoices', { hs_number: `INV-${person.key}`, hs_amount_billed: '12000' })
  business('feedback_submissions', { hs_survey_name: 'NPS', hs_value: '9' })
  const machine = record(OWN_TYPE, { machine_name: `Crane ${person.key}` })
  note(garden, 'custom_objects', `${OWN_TYPE}/${machine.id}`)
}

function plantThreads(garden: Garden, { contact, colleague }: Pick<Parties, 'contact' | 'colleague'>): void {
  const { person } = garden
  const own = { actorId: `V-${contact.id}`, name: person.firstName }
  const agent = { actorId: 'A-90001', name: 'Support' }
  const attachment = { type: 'FILE', fileId: file(garden, 'screenshot', 'png') }
  thread(garden, { contactId: contact.id, status: 'OPEN', part: 'threads' }, [
    { senders: [own], text: `Hi, ${person.firstName} here`, attachments: [attachment] },
    { senders: [agent], text: 'How can we help?' },
    { senders: [own], text: 'The crane…', truncationStatus: 'TRUNCATED_TO_MOST_RECENT_REPLY' },
  ])
  thread(garden, { contactId: contact.id, status: 'CLOSED', part: 'threads' }, [{ senders: [own], text: 'Thanks' }])
  thread(garden, { contactId: colleague.id, status: 'OPEN', part: 'thread_copies' }, [
    {
      senders: [{ actorId: `V-${colleague.id}`, name: 'Noor' }],
      recipients: [{ actorId: `E-${person.email}`, recipientField: 'CC' }],
      text: 'As discussed.',
    },
  ])
}

interface ThreadSeed {
  readonly contactId: string
  readonly status: 'OPEN' | 'CLOSED'
  readonly part: string
}

function thread(garden: Garden, { contactId, status, part }: ThreadSeed, messages: readonly JsonObject[]): void {
  const { vendor, desk } = garden
  const id = newId(vendor)
  vendor.threads.set(id, {
    id,
    contactId,
    status,
    createdAtMs: desk.nowMs() - 20 * DAY_MS,
    messages: messages.map((message) => ({
      id: `m-${newId(vendor)}`,
      type: 'MESSAGE',
      truncationStatus: 'NOT_TRUNCATED',
      ...message,
    })),
  })
  note(garden, part, id)
}
