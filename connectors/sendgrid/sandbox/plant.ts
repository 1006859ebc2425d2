import { normaliseIdentifier } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { InventedPerson, PlantedPerson } from '../../../src/connector/testing.ts'
import { refOf } from '../refs.ts'
import { KINDS, LISTS, SEGMENTS, SUBUSER, newId } from './state.ts'
import type { SandboxContact, Tenant, World } from './state.ts'

const MESSAGES = 4
const DAY_MS = 86_400_000

/** Addresses of a person: the two that were invented, and a former one that stands on a colleague's contact. */
export function addressesOf({ email, secondEmail }: InventedPerson): readonly string[] {
  return [email, secondEmail, formerOf(email)]
}

function formerOf(email: string): string {
  return `old-${email.slice(0, email.indexOf('@'))}@example.net`
}

/** Puts a person into every place of the account, and some also into a subuser's. */
export function plantPerson(world: World, person: InventedPerson, atMs: number): PlantedPerson {
  const planting = { world, person, atMs }
  const account = plantIn(planting, '')
  // The subuser is visited only where the configuration names it: nothing cascades.
  plantIn(planting, SUBUSER)
  const [email, second, former] = addressesOf(person)
  return {
    person,
    identifiers: [
      normaliseIdentifier('email', email ?? ''),
      normaliseIdentifier('email', second ?? ''),
      normaliseIdentifier('email', former ?? ''),
      normaliseIdentifier('phone', person.phone),
      normaliseIdentifier('external_id', person.externalId),
    ],
    refs: account,
  }
}

/** Plants a person of whom the account has a marketing contact and its lists, nothing else. */
export function plantContactOnly(world: World, person: InventedPerson, atMs: number): PlantedPerson {
  const tenant = tenantOf(world, '')
  const contact = contactOf({ world, person, atMs })
  tenant.contacts.set(contact.id, contact)
  return {
    person,
    identifiers: [normaliseIdentifier('email', person.email), normaliseIdentifier('phone', person.phone)],
    refs: contactRefs(contact, (id) => refOf({ subuser: '', id })),
  }
}

function tenantOf(world: World, subuser: string): Tenant {
  const tenant = world.vendor.tenants.get(subuser)
  if (tenant === undefined) throw new Error('the sandbox has no such subuser')
  return tenant
}

function contactRefs(contact: SandboxContact, ref: (id: string) => string): Refs {
  return {
    contact: [ref(contact.id)],
    lists: contact.listIds.map((id) => ref(`${contact.id}/${id}`)),
    segments: contact.segmentIds.map((id) => ref(`${contact.id}/${id}`)),
  }
}

interface Planting {
  readonly world: World
  readonly person: InventedPerson
  readonly atMs: number
}

export type Refs = Record<string, readonly string[]>

function plantIn(planting: Planting, subuser: string): Refs {
  const tenant = tenantOf(planting.world, subuser)
  const ref = (id: string) => refOf({ subuser, id })
  const contacts = plantContacts(planting, tenant)
  const messages = plantMessages(tenant, planting, MESSAGES)
  return {
    ...contactRefs(contacts.contact, ref),
    contact_alternate: [ref(`${contacts.colleague.id}/${formerOf(planting.person.email)}`)],
    email_activity: messages.map(ref),
    email_logs: messages.map(ref),
    message_tags: messages.map(ref),
    ...plantByAddress(planting, tenant, ref),
  }
}

function bareContact(atMs: number): Pick<SandboxContact, 'createdAt' | 'updatedAt' | 'anonymousId'> {
  const createdAt = new Date(atMs - 200 * DAY_MS).toISOString()
  return { createdAt, updatedAt: createdAt, anonymousId: '' }
}

function contactOf({ world, person, atMs }: Planting): SandboxContact {
  return {
    ...bareContact(atMs),
    id: newId(world),
    email: person.email,
    alternates: [person.secondEmail],
    phone: person.phone,
    externalId: person.externalId,
    fields: {
      first_name: person.firstName,
      last_name: person.lastName,
      city: person.city,
      custom_fields: { job_title: `Site manager in ${person.city}` },
    },
    listIds: [...LISTS.keys()],
    segmentIds: [...SEGMENTS.keys()],
  }
}

function plantContacts({ world, person, atMs }: Planting, tenant: Tenant) {
  const contact = contactOf({ world, person, atMs })
  const id = newId(world)
  const colleague: SandboxContact = {
    ...bareContact(atMs),
    id,
    email: `colleague-${id.slice(0, 8)}@example.com`,
    alternates: [formerOf(person.email), `colleague-${id.slice(0, 8)}@example.org`],
    phone: '',
    externalId: '',
    fields: { first_name: 'Colleague', last_name: `Of ${id.slice(0, 4)}`, city: 'Namur' },
    listIds: [],
    segmentIds: [],
  }
  for (const one of [contact, colleague]) tenant.contacts.set(one.id, one)
  return { contact, colleague }
}

/** Messages that were sent to the person, in Email Activity and Email Logs; returns their ids. */
export function plantMessages(tenant: Tenant, { world, person, atMs }: Planting, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => {
    const id = `${newId(world).replaceAll('-', '').slice(0, 22)}.filter0001.recvd`
    const message = {
      id,
      from: 'news@example.be',
      to: person.email,
      subject: `Invitation ${at + 1} for ${person.firstName}`,
      status: 'delivered' as const,
      atMs: atMs - (at + 1) * 60_000,
      ip: '198.51.100.7',
      categories: ['newsletter'],
      customArguments: { campaign: `spring-${at + 1}` },
    }
    tenant.activity.set(id, message)
    tenant.logs.set(id, { ...message })
    return id
  })
}

function plantByAddress({ world, person, atMs }: Planting, tenant: Tenant, ref: (id: string) => string): Refs {
  const { email, secondEmail } = person
  const created = Math.floor(atMs / 1_000) - 86_400
  const reasons: Record<(typeof KINDS)[number], JsonObject> = {
    bounces: { created, email, reason: '550 5.1.1 user unknown', status: '5.1.1' },
    blocks: { created, email, reason: '421 try again later', status: '4.2.1' },
    invalid_emails: { created, email, reason: 'Mail domain mentioned in email address is unknown' },
    spam_reports: { created, email, ip: '192.0.2.25' },
  }
  for (const kind of KINDS) tenant.suppressions[kind].set(email, reasons[kind])
  tenant.suppressions.blocks.set(secondEmail, { ...reasons.blocks, email: secondEmail })
  tenant.global.set(email, created)
  for (const members of tenant.groups.values()) members.add(email)
  tenant.allowList.push(email)
  const legacyId = Buffer.from(email).toString('base64')
  tenant.legacy.set(legacyId, {
    id: legacyId,
    email,
    first_name: person.firstName,
    last_name: person.lastName,
    created_at: created,
    updated_at: created,
  })
  const username = `seat-${newId(world).slice(0, 8)}`
  tenant.teammates.set(username, seatOf(person, username))
  world.vendor.counter += 1
  const alert = 1_000 + world.vendor.counter
  tenant.alerts.set(alert, { id: alert, email_to: email, type: 'usage_limit', percentage: 90, created_at: created })
  return {
    bounces: [ref(email)],
    blocks: [ref(email), ref(secondEmail)],
    invalid_emails: [ref(email)],
    spam_reports: [ref(email)],
    global_unsubscribe: [ref(email)],
    unsubscribe_groups: [...tenant.groups.keys()].map((group) => ref(`${group}/${email}`)),
    address_allow_list: [ref(email)],
    legacy_recipient: [ref(legacyId)],
    teammates: [ref(username)],
    alerts: [ref(String(alert))],
  }
}

function seatOf({ email, firstName, lastName }: InventedPerson, username: string): JsonObject {
  return {
    username,
    email,
    first_name: firstName,
    last_name: lastName,
    user_type: 'teammate',
    is_admin: false,
    phone: '',
    website: '',
    address: '',
    address2: '',
    city: '',
    state: '',
    zip: '',
    country: '',
  }
}
