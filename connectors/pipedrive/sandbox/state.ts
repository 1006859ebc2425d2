import { DAY_MS } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { nextNumber } from '../../../src/connector/testing.ts'
import type { SandboxDesk, SwitchTable } from '../../../src/connector/testing.ts'

/** The places of the vendor that hold records by id. */
export const KINDS = [
  'persons',
  'activities',
  'deals',
  'projects',
  'organizations',
  'notes',
  'comments',
  'files',
  'leads',
  'calls',
  'threads',
  'messages',
  'participants',
  'pictures',
] as const
export type Kind = (typeof KINDS)[number]

export interface Stored {
  readonly id: string
  fields: JsonObject
  /** Since when it is marked as deleted. */
  deletedAtMs?: number
}

export interface Change {
  readonly field_key: string
  readonly old_value: JsonValue
  readonly new_value: JsonValue
  readonly time: string
}

/** Everything that one company stores; plain data, so that it can be copied whole. */
export interface Vendor {
  nextId: number
  records: Record<Kind, Map<string, Stored>>
  /** By person id; of other records by kind and id. */
  changelog: Map<string, readonly Change[]>
  /** By person id. */
  followers: Map<string, readonly number[]>
  /** What only a person's flow shows. */
  flow: { readonly personId: string; readonly object: string; readonly timestamp: string; readonly data: JsonObject }[]
  /** Persons whose marketing status was changed once. */
  decided: Set<string>
}

export function emptyVendor(seed: number): Vendor {
  return {
    nextId: 10_000 + seed * 50_000,
    records: {
      persons: new Map(),
      activities: new Map(),
      deals: new Map(),
      projects: new Map(),
      organizations: new Map(),
      notes: new Map(),
      comments: new Map(),
      files: new Map(),
      leads: new Map(),
      calls: new Map(),
      threads: new Map(),
      messages: new Map(),
      participants: new Map(),
      pictures: new Map(),
    },
    changelog: new Map(),
    followers: new Map(),
    flow: [],
    decided: new Set(),
  }
}

/** Switches of the sandbox with their values; the first is the default. */
export const SWITCHES = {
  /** A vendor that says yes to the deletion and keeps the person. */
  delete_person: ['deletes', 'keeps'],
  /** How a person that is marked as deleted answers. */
  deleted_person: ['404', 'flagged', '410'],
  second_delete: ['404', '200', '410'],
  /** Whether an empty list clears the addresses. */
  empty_emails: ['clears', 'keeps'],
  deleted_note: ['404', 'flagged'],
  deleted_file: ['flagged', '404'],
  deleted_thread: ['404', 'flagged'],
  other_mailboxes: ['shown', 'hidden'],
  other_users_calls: ['deletable', 'forbidden'],
  /** Whether the company has Campaigns, and what asking for its fields comes to when not. */
  campaigns: ['on', '400', '403'],
  status_change: ['once', 'free'],
  patch_answer: ['without_marketing', 'with_marketing'],
  contact_sync: ['on', 'off'],
  /** How long the search goes on showing a deleted person. */
  search_lag: ['none', 'a_minute'],
  changelog_after_delete: ['404', 'kept'],
  flow_after_delete: ['404', 'kept'],
  unlink_deal: ['accepted', 'refused'],
  archived_deals: ['changeable', 'fixed'],
  empty_v1_list: ['null', 'empty'],
  v1_paging: ['nested', 'direct'],
  comments_in_flow: ['named', 'unnamed'],
  download: ['direct', 'redirected'],
  retry_after: ['absent', 'present'],
  user: ['administrator', 'regular'],
  page_size: ['2', '100'],
} as const satisfies SwitchTable

/** One running account: its data, switches and clock. */
export type Desk = SandboxDesk<Vendor, typeof SWITCHES>

const PURGE_MS = 30 * DAY_MS
const PURGED: readonly Kind[] = ['persons', 'activities', 'deals', 'files', 'projects']

/** Lets the purges pass that are due. */
export function sweep(desk: Desk): void {
  const dueMs = desk.nowMs() - PURGE_MS / desk.speed
  for (const kind of PURGED)
    for (const [id, { deletedAtMs }] of desk.vendor.records[kind]) {
      if (deletedAtMs === undefined || deletedAtMs > dueMs) continue
      desk.vendor.records[kind].delete(id)
      if (kind === 'persons') desk.vendor.changelog.delete(id)
    }
}

export function newId(vendor: Vendor): string {
  return String(nextNumber(vendor))
}

export function instant(ms: number): string {
  return new Date(ms).toISOString()
}

/** Kinds whose ids are words and no numbers. */
const WORD_IDS: readonly Kind[] = ['leads', 'comments', 'calls']

/** Stores a new record under the next id. */
export function put(desk: Desk, kind: Kind, fields: JsonObject): Stored {
  const atMs = desk.nowMs() - 200 * DAY_MS
  const number = newId(desk.vendor)
  const isWord = WORD_IDS.includes(kind)
  const id = isWord ? `adf21080-0e10-11eb-879b-${number.padStart(12, '0')}` : number
  const own = isWord ? id : Number(id)
  const stored = { id, fields: { id: own, add_time: instant(atMs), update_time: instant(atMs), ...fields } }
  desk.vendor.records[kind].set(id, stored)
  return stored
}

/** The record in use; undefined when it is not there or marked as deleted. */
export function live(desk: Desk, kind: Kind, id: string): Stored | undefined {
  const stored = desk.vendor.records[kind].get(id)
  return stored?.deletedAtMs === undefined ? stored : undefined
}

export function allLive(desk: Desk, kind: Kind): readonly Stored[] {
  return [...desk.vendor.records[kind].values()].filter(({ deletedAtMs }) => deletedAtMs === undefined)
}

export function change(desk: Desk, stored: Stored, fields: JsonObject): void {
  stored.fields = { ...stored.fields, ...fields, update_time: instant(desk.nowMs()) }
}

export function mark(desk: Desk, stored: Stored): void {
  stored.deletedAtMs = desk.nowMs()
  stored.fields = { ...stored.fields, update_time: instant(desk.nowMs()) }
}

interface Remembered {
  /** A person's id, or the kind and id of another record. */
  readonly key: string
  readonly wanted: JsonObject
}

/** The changelog keeps what a change overwrites. */
export function remember(desk: Desk, { fields }: Stored, { key, wanted }: Remembered): void {
  const time = instant(desk.nowMs())
  const changes = Object.entries(wanted)
    .filter(([name, value]) => JSON.stringify(fields[name]) !== JSON.stringify(value))
    .map(([name, value]): Change => ({ field_key: name, old_value: said(fields[name]), new_value: said(value), time }))
  desk.vendor.changelog.set(key, [...(desk.vendor.changelog.get(key) ?? []), ...changes])
}

function said(value: JsonValue | undefined): JsonValue {
  return value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)
}

/** The users of the company; the first one is the credential's. */
export const USERS = [
  { id: 501, name: 'Admin Peeters', email: 'admin.peeters@vendor-seat.example.net' },
  { id: 502, name: 'Sales Maes', email: 'sales.maes@vendor-seat.example.net' },
] as const

/** The custom field that holds the customer number, and one that says where the person was met. */
export const CUSTOMER_FIELD = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'
export const MET_FIELD = 'b2c3d4e5f60718293a4b5c6d7e8f9012345678a1'

/** Custom fields that the sandbox’s owner made for an objection and a restriction. */
export const OBJECTION_FIELD = 'c3d4e5f60718293a4b5c6d7e8f9012345678a1b2'
export const RESTRICTION_FIELD = 'd4e5f60718293a4b5c6d7e8f9012345678a1b2c3'
