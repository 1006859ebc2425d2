import { isJsonList } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { nextNumber } from '../../../src/connector/testing.ts'
import type { SandboxDesk } from '../../../src/connector/testing.ts'

/** A document of the vendor that changes. */
export type Doc = Record<string, JsonValue>

export interface Campaign {
  readonly campaignId: number
  readonly atMs: number
  readonly ip: string
}

export interface StoredContact {
  readonly id: number
  email: string
  readonly attributes: Doc
  listIds: number[]
  listUnsubscribed: number[]
  emailBlacklisted: boolean
  smsBlacklisted: boolean
  whatsappBlacklisted: boolean
  readonly createdAtMs: number
  modifiedAtMs: number
  campaigns: Campaign[]
  /** When a deletion that was accepted takes it out of sight. */
  goneAtMs?: number
}

export interface StoredMail {
  readonly uuid: string
  readonly email: string
  readonly messageId: string
  readonly subject: string
  readonly from: string
  readonly body: string
  readonly atMs: number
}

/** An event with what the interface shows of it; `key` is how the connector names it. */
export interface StoredEvent {
  readonly key: string
  readonly atMs: number
  readonly shown: JsonObject
}

export interface StoredObject {
  readonly type: string
  readonly id: number
  readonly shown: JsonObject
  contactIds: number[]
}

export interface StoredProcess {
  readonly dueAtMs: number
  /** The address whose log goes, or the keys of the objects that go. */
  readonly email?: string
  readonly objects?: readonly string[]
}

export type CrmName = 'notes' | 'tasks' | 'files' | 'deals' | 'companies'

/** Everything that one account stores; plain data, so that it can be copied whole. */
export interface Vendor {
  nextId: number
  contacts: Map<number, StoredContact>
  /** Campaigns of contacts that are gone, by address, where the vendor gives them back. */
  pastCampaigns: Map<string, Campaign[]>
  mails: Map<string, StoredMail>
  mailEvents: StoredEvent[]
  blocked: JsonObject[]
  crm: Record<CrmName, Map<string, Doc>>
  fileBytes: Map<string, string>
  objects: Map<string, StoredObject>
  processes: Map<number, StoredProcess>
  sms: StoredEvent[]
  whatsApp: StoredEvent[]
  customEvents: StoredEvent[]
  orders: JsonObject[]
  inbound: Doc[]
}

/** Switches of the sandbox with their values; the first is the default. */
export const SWITCHES = {
  /** No delay after a deletion is documented. */
  contact_delete: ['at_once', 'after_a_minute', 'keeps'],
  /** Whether notes, tasks and files outlive their contact is not documented. */
  crm_after_contact: ['kept', 'gone'],
  blocked_after_contact: ['kept', 'gone'],
  /** Whether a new contact of an old address gets its campaigns back. */
  history_after_recreation: ['gone', 'back'],
  /** The reference says 204, the guide a process, an older page 24 to 48 hours. */
  log_delete: ['at_once', 'a_day_later', 'process'],
  second_log_delete: ['404', '204'],
  events_after_log: ['gone', 'kept'],
  empty_log: ['bare_object', 'empty_list'],
  /** help.brevo.com: a new address lifts the block. */
  blocklist_after_new_address: ['lost', 'kept'],
  batch_max: ['100', '1'],
  batch_with_a_stranger: ['fails_whole', 'passes_over'],
  note_links: ['replaced', 'added'],
  /** The older document shows files without an id. */
  file_ids: ['shown', 'hidden'],
  report_dates: ['any', 'ninety_days'],
  /** Brevo's are good for five minutes, which pass in a moment on the fast clock of a demo. */
  file_address: ['a_day', 'five_minutes'],
  enterprise: ['yes', 'no'],
  object_delete: ['completes', 'fails'],
  retry_after: ['absent', 'present'],
} as const

export type Desk = SandboxDesk<Vendor, typeof SWITCHES>

export const ACCOUNT = {
  organization_id: '5f3c0ffee0ddba11feedfacade',
  user_id: 90_017,
  email: 'owner@brevo-account.example.net',
  companyName: 'Sandbox NV',
} as const

export const SEAT = 'sandra.boxx@brevo-account.example.net'

/** Attributes of the account; all others are passed over in silence. */
export const ATTRIBUTES = ['FIRSTNAME', 'LASTNAME', 'SMS', 'WHATSAPP', 'LANDLINE_NUMBER', 'EXT_ID', 'JOB_TITLE', 'CITY']

export const DAY_MS = 24 * 60 * 60 * 1000
const CROWD = 120

export function emptyVendor(seed: number, nowMs: number): Vendor {
  return {
    nextId: seed * 1_000,
    contacts: new Map(),
    pastCampaigns: new Map(),
    mails: new Map(),
    mailEvents: [],
    // More than a page of other people, newer than whoever is planted: the subject's entries stand on the second page.
    blocked: Array.from({ length: CROWD }, (_, at) => blockedEntry(`crowd.${at}@example.org`, nowMs - at * 1_000)),
    crm: { notes: new Map(), tasks: new Map(), files: new Map(), deals: new Map(), companies: new Map() },
    fileBytes: new Map(),
    objects: new Map(),
    processes: new Map(),
    sms: [],
    whatsApp: [],
    customEvents: [],
    orders: Array.from({ length: CROWD }, (_, at) =>
      orderOf(`crowd-${at}`, { email_id: `crowd.${at}@example.org` }, nowMs - at * 1_000),
    ),
    inbound: [],
  }
}

export function blockedEntry(email: string, atMs: number): JsonObject {
  return {
    email,
    senderEmail: 'news@shop.example.net',
    reason: { code: 'unsubscribedViaEmail', message: 'Unsubscribed via email' },
    blockedAt: isoOf(atMs),
  }
}

export function orderOf(id: string, identifiers: JsonObject, atMs: number): JsonObject {
  return {
    id,
    createdAt: isoOf(atMs),
    updatedAt: isoOf(atMs),
    status: 'completed',
    amount: 308.42,
    products: [{ productId: 'P1', quantity: 2, price: 154.21 }],
    identifiers,
  }
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

export function nextId(vendor: Vendor): number {
  return nextNumber(vendor)
}

/** An id of the CRM: 24 hexadecimal digits. */
export function hexId(vendor: Vendor): string {
  return `61a5cd07${nextNumber(vendor).toString(16).padStart(16, '0')}`
}

export function isVisible({ goneAtMs }: StoredContact, desk: Desk): boolean {
  return goneAtMs === undefined || goneAtMs > desk.nowMs()
}

/** Lets pass what is due: deletions that were accepted, and processes. */
export function sweep(desk: Desk): void {
  const { vendor } = desk
  for (const contact of [...vendor.contacts.values()]) if (!isVisible(contact, desk)) removeContact(desk, contact)
  for (const { dueAtMs, email, objects = [] } of vendor.processes.values()) {
    if (dueAtMs > desk.nowMs()) continue
    if (email !== undefined) removeLog(desk, email, dueAtMs)
    if (desk.switches.is('object_delete', 'completes')) for (const key of objects) vendor.objects.delete(key)
  }
}

/** The log until an instant: mail that was sent since is not of that deletion. */
export function removeLog(desk: Desk, address: string, untilMs: number): void {
  const { vendor } = desk
  const email = address.toLowerCase()
  for (const [uuid, mail] of vendor.mails) if (mail.email === email && mail.atMs <= untilMs) vendor.mails.delete(uuid)
  if (desk.switches.is('events_after_log', 'gone'))
    vendor.mailEvents = vendor.mailEvents.filter(({ shown, atMs }) => shown.email !== email || atMs > untilMs)
}

/** A contact goes with its attributes, lists, campaigns and blocklist; links to it lead nowhere. */
export function removeContact(desk: Desk, { id, email, campaigns }: StoredContact): void {
  const { vendor, switches } = desk
  vendor.contacts.delete(id)
  if (switches.is('history_after_recreation', 'back') && email !== '') vendor.pastCampaigns.set(email, campaigns)
  if (switches.is('blocked_after_contact', 'gone'))
    vendor.blocked = vendor.blocked.filter((entry) => entry.email !== email)
  for (const name of ['deals', 'companies'] as const)
    for (const doc of vendor.crm[name].values())
      doc.linkedContactsIds = numbersIn(doc.linkedContactsIds).filter((one) => one !== id)
  for (const object of vendor.objects.values()) object.contactIds = object.contactIds.filter((one) => one !== id)
  if (switches.is('crm_after_contact', 'gone')) removeChildren(vendor, id)
}

function removeChildren({ crm }: Vendor, id: number): void {
  for (const [name, at] of [
    ['notes', 'contactIds'],
    ['tasks', 'contactsIds'],
    ['files', 'contactId'],
  ] as const)
    for (const [key, doc] of crm[name]) {
      const linked = numbersIn(doc[at])
      if (linked.length === 1 && linked[0] === id) crm[name].delete(key)
    }
}

export function numbersIn(value: JsonValue | undefined): number[] {
  const all = isJsonList(value) ? value : [value ?? null]
  return all.filter((entry) => typeof entry === 'number')
}
