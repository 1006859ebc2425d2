import { DAY_MS } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { nextNumber } from '../../../src/connector/testing.ts'
import type { SandboxDesk, SwitchTable } from '../../../src/connector/testing.ts'

/** One record of any CRM object type. */
export interface StoredObject {
  readonly type: string
  readonly id: string
  readonly properties: Record<string, string>
  readonly history: { readonly name: string; readonly value: string; readonly atMs: number }[]
  readonly createdAtMs: number
  updatedAtMs: number
  /** Since when it lies in the recycle bin. */
  archivedAtMs?: number
  /** When a GDPR deletion that was accepted takes it out of sight. */
  goneAtMs?: number
}

export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly extension: string
  readonly bytes: string
  readonly createdAtMs: number
}

export interface StoredThread {
  readonly id: string
  readonly contactId: string
  readonly status: 'OPEN' | 'CLOSED'
  readonly createdAtMs: number
  readonly messages: readonly JsonObject[]
  archivedAtMs?: number
}

export interface StoredForm {
  readonly id: string
  readonly name: string
  submissions: JsonObject[]
}

/** Everything that one HubSpot account stores; plain data, so that it can be copied whole. */
export interface Vendor {
  nextId: number
  objects: Map<string, StoredObject>
  /** `notes/55|contacts/430001`, both ways round. */
  links: Set<string>
  /** Ids of merged contacts and the contact that survived. */
  aliases: Map<string, string>
  files: Map<string, StoredFile>
  threads: Map<string, StoredThread>
  forms: StoredForm[]
  emailEvents: JsonObject[]
  /** By contact id. */
  memberships: Map<string, readonly JsonObject[]>
  participations: Map<string, readonly JsonObject[]>
  enrolments: Map<string, JsonObject>
  behaviour: Map<string, readonly JsonObject[]>
  /** By address. */
  choices: Map<string, readonly JsonObject[]>
  optOuts: Map<string, number>
  blocklist: string[]
  owners: JsonObject[]
}

export function emptyVendor(seed: number): Vendor {
  return {
    nextId: 430_000_000 + seed * 1_000,
    objects: new Map(),
    links: new Set(),
    aliases: new Map(),
    files: new Map(),
    threads: new Map(),
    forms: [],
    emailEvents: [],
    memberships: new Map(),
    participations: new Map(),
    enrolments: new Map(),
    behaviour: new Map(),
    choices: new Map(),
    optOuts: new Map(),
    blocklist: [],
    owners: [],
  }
}

/** Switches of the sandbox with their values; the first is the default. */
export const SWITCHES = {
  /** A vendor that answers 204 and keeps the contact. */
  gdpr_delete: ['erases', 'keeps'],
  second_gdpr_delete: ['204', '404'],
  gdpr_delete_of_archived: ['204', '404'],
  /** How long batch reads go on showing an erased contact. */
  gone_after: ['at_once', 'a_minute'],
  /** Whether an erased contact lies in the recycle bin until it is purged. */
  erased_contact: ['out_of_sight', 'in_recycle_bin'],
  archived_by_email: ['honoured', 'ignored'],
  form_submissions: ['kept', 'scrubbed'],
  email_events: ['kept', 'scrubbed'],
  unknown_ids: ['207', '200'],
  repeated_archive: ['204', '404'],
  association_ids: ['text', 'number'],
  retry_after: ['absent', 'present'],
  /** What becomes of a primary address that is replaced. */
  replaced_address: ['dropped', 'kept_as_secondary'],
  page_size: ['2', '100'],
  scopes: ['all', 'no_conversations'],
} as const satisfies SwitchTable

/** A property that the sandbox's owner made to mark restricted contacts. */
export const RESTRICTION_PROPERTY = 'dsr_processing_restricted'

export type Desk = SandboxDesk<Vendor, typeof SWITCHES>

const RECYCLE_BIN_MS = 90 * DAY_MS
const PURGE_MS = 30 * DAY_MS

/** Lets the vendor's own deadlines pass: purges, delayed deletions. */
export function sweep(desk: Desk): void {
  const { vendor } = desk
  const nowMs = desk.nowMs()
  for (const [key, object] of vendor.objects) {
    const binMs = object.type === 'contacts' && object.goneAtMs !== undefined ? PURGE_MS : RECYCLE_BIN_MS
    const isPurged = object.archivedAtMs !== undefined && object.archivedAtMs + binMs / desk.speed <= nowMs
    const isGone = object.goneAtMs !== undefined && object.archivedAtMs === undefined && object.goneAtMs <= nowMs
    if (isPurged || isGone) vendor.objects.delete(key)
  }
  for (const [id, thread] of vendor.threads)
    if (thread.archivedAtMs !== undefined && thread.archivedAtMs + PURGE_MS / desk.speed <= nowMs)
      vendor.threads.delete(id)
}

export function newId(vendor: Vendor): string {
  return String(nextNumber(vendor))
}

export function objectAt(vendor: Vendor, type: string, id: string): StoredObject | undefined {
  const survivor = type === 'contacts' ? (vendor.aliases.get(id) ?? id) : id
  return vendor.objects.get(`${type}/${survivor}`)
}

export function link(vendor: Vendor, one: StoredObject, other: StoredObject): void {
  vendor.links.add(`${one.type}/${one.id}|${other.type}/${other.id}`)
  vendor.links.add(`${other.type}/${other.id}|${one.type}/${one.id}`)
}

export function unlink(vendor: Vendor, one: string, other: string): void {
  vendor.links.delete(`${one}|${other}`)
  vendor.links.delete(`${other}|${one}`)
}

/** Ids of a type that a live record is linked with, in the order in which they were linked. */
export function linkedIds(vendor: Vendor, from: string, type: string): readonly string[] {
  const prefix = `${from}|${type}/`
  return [...vendor.links]
    .filter((one) => one.startsWith(prefix))
    .map((one) => one.slice(prefix.length))
    .filter((id) => {
      const object = vendor.objects.get(`${type}/${id}`)
      return object !== undefined && object.archivedAtMs === undefined
    })
}

/** Addresses of a contact, lower-case. */
export function emailsOf({ properties }: StoredObject): readonly string[] {
  return [properties.email ?? '', ...(properties.hs_additional_emails ?? '').split(';')]
    .map((email) => email.trim().toLowerCase())
    .filter((email) => email !== '')
}
