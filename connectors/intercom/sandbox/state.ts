import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { nextNumber } from '../../../src/connector/testing.ts'
import type { SandboxDesk, SwitchTable } from '../../../src/connector/testing.ts'

/** A document of the vendor that changes. */
export type Doc = Record<string, JsonValue>

/** Lists that hang on one contact. */
export const PLACES = ['notes', 'tags', 'segments', 'companies', 'subscriptions', 'events', 'summaries'] as const
export type PlaceName = (typeof PLACES)[number]

export interface StoredContact {
  readonly id: string
  doc: Doc
  readonly places: Record<PlaceName, JsonObject[]>
  isArchived: boolean
  /** Created through the interface: search shows it only when the index has caught up. */
  indexedAtMs: number
  mergedInto?: string
  mergeHistory: JsonObject[]
  /** When a deletion that was accepted takes it out of sight, and when the search forgets it. */
  goneAtMs?: number
  forgottenAtMs?: number
}

export interface StoredCall {
  readonly doc: JsonObject
  readonly transcript: readonly JsonObject[]
  hasRecording: boolean
}

export interface StoredObject {
  readonly doc: JsonObject
  readonly contactIds: readonly string[]
}

/** Everything that one workspace stores; plain data, so that it can be copied whole. */
export interface Vendor {
  nextId: number
  contacts: Map<string, StoredContact>
  conversations: Map<string, Doc>
  deleted: JsonObject[]
  /** Ratings that outlived their conversation in reports. */
  retainedRatings: Set<string>
  sides: Map<string, readonly JsonObject[]>
  calls: Map<string, StoredCall>
  tickets: Map<string, Doc>
  /** `Order/21`. */
  objects: Map<string, StoredObject>
  /** By the controller's id. */
  visitors: Map<string, JsonObject>
  files: Map<string, string>
  /** Notes of contacts that are gone, where the vendor keeps them. */
  strayNotes: Map<string, JsonObject>
  attributes: JsonObject[]
}

export function emptyVendor(seed: number): Vendor {
  return {
    nextId: seed * 1_000,
    contacts: new Map(),
    conversations: new Map(),
    deleted: [],
    retainedRatings: new Set(),
    sides: new Map(),
    calls: new Map(),
    tickets: new Map(),
    objects: new Map(),
    visitors: new Map(),
    files: new Map(),
    strayNotes: new Map(),
    attributes: [
      { type: 'data_attribute', id: 34, model: 'contact', name: 'plan', data_type: 'string', custom: true },
      { type: 'data_attribute', id: 35, model: 'contact', name: 'dsr_restricted', data_type: 'boolean', custom: true },
    ],
  }
}

/** Switches of the sandbox with their values; the first is the default. */
export const SWITCHES = {
  /** What a merged contact answers by its own id: 410 since version 2.16, 404 before. */
  merged_by_id: ['410', '404'],
  /** intercom-node #333 reads archived contacts by id, intercom-ruby #561 cannot. */
  archived_by_id: ['readable', 'not_found'],
  contact_after_delete: ['gone_at_once', 'gone_after_a_minute'],
  second_delete: ['404', '200'],
  /** A vendor that answers 200 and keeps the contact. */
  contact_delete: ['deletes', 'keeps'],
  notes_after_contact: ['gone', 'kept'],
  tickets_after_contact: ['kept', 'gone'],
  calls_after_conversation: ['gone', 'kept'],
  recordings_after_conversation: ['gone', 'kept'],
  conversation_delete: ['with_metrics', 'no_scope_for_metrics', 'plan_restricted'],
  redaction_files: ['removed', 'kept'],
  /** Whether a message still names its author after the contact is gone. */
  author_after_delete: ['anonymised', 'kept'],
  /** The longest IN list that a search takes. */
  in_max: ['50', '3'],
  index: ['at_once', 'after_minutes'],
  restriction_attribute: ['exists', 'absent'],
  retry_after: ['absent', 'present'],
  page_size: ['2', '150'],
} as const satisfies SwitchTable

/** One running account: its data, switches and clock. */
export type Desk = SandboxDesk<Vendor, typeof SWITCHES>

export const WORKSPACE = 'sbx4habe'
export const ADMIN = { type: 'admin', id: '991267739', name: 'Sandra Boxx', email: 'sandra.boxx@staff.example.net' }

const DAY_MS = 24 * 60 * 60 * 1000
const GRACE_MS = 7 * DAY_MS
export const INDEX_LAG_MS = 3 * 60 * 1000
export const MINUTE_MS = 60 * 1000

/** Destroys what the vendor's support could have brought back until now. */
export function sweep(desk: Desk): void {
  for (const [id, { goneAtMs }] of desk.vendor.contacts)
    if (goneAtMs !== undefined && goneAtMs + GRACE_MS / desk.speed <= desk.nowMs()) desk.vendor.contacts.delete(id)
}

/** A contact's id: 24 hexadecimal digits. */
export function contactId(vendor: Vendor): string {
  return `6762f0d0${nextNumber(vendor).toString(16).padStart(16, '0')}`
}

/** An id as text that no double can hold. */
export function longId(vendor: Vendor): string {
  return String(215_470_000_000_000_000n + BigInt(nextNumber(vendor)))
}

export function shortId(vendor: Vendor): string {
  return String(30_000_000 + nextNumber(vendor))
}

export function secondsOf(ms: number): number {
  return Math.floor(ms / 1_000)
}

/** Whether the vendor shows the contact by its id. */
export function isVisible(desk: Desk, contact: StoredContact | undefined): contact is StoredContact {
  if (contact === undefined || contact.mergedInto !== undefined) return false
  return contact.goneAtMs === undefined || contact.goneAtMs > desk.nowMs()
}
