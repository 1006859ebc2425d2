import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxDesk } from '../../../src/connector/testing.ts'
import type { switches } from './switches.ts'

export interface SandboxContact {
  readonly id: string
  email: string
  alternates: readonly string[]
  phone: string
  externalId: string
  anonymousId: string
  /** Names, address, custom fields: what the vendor stores besides identifiers. */
  fields: JsonObject
  listIds: readonly string[]
  segmentIds: readonly string[]
  createdAt: string
  updatedAt: string
}

export interface SandboxMessage {
  readonly id: string
  readonly from: string
  to: string
  subject: string
  readonly status: 'processed' | 'delivered'
  readonly atMs: number
  ip: string
  categories: readonly string[]
  customArguments: Readonly<Record<string, string>>
}

export interface ContactJob {
  readonly id: string
  readonly subuser: string
  readonly type: 'delete' | 'upsert' | 'remove_from_list'
  readonly contactIds: readonly string[]
  readonly contacts: readonly JsonObject[]
  readonly listId: string
  readonly atMs: number
  polls: number
  status: 'pending' | 'completed' | 'errored'
  deleted: number
}

export interface EraseJob {
  readonly subuser: string
  readonly emails: readonly string[]
  readonly dueAtMs: number
}

/** A deleted contact that the search still shows. */
export interface Ghost {
  readonly contact: SandboxContact
  readonly untilMs: number
}

export const KINDS = ['bounces', 'blocks', 'invalid_emails', 'spam_reports'] as const
export type Kind = (typeof KINDS)[number]

/** What one account or subuser stores. */
export interface Tenant {
  contacts: Map<string, SandboxContact>
  ghosts: Ghost[]
  suppressions: Record<Kind, Map<string, JsonObject>>
  /** Address → second of its entry. */
  global: Map<string, number>
  /** Group id → addresses. */
  groups: Map<number, Set<string>>
  activity: Map<string, SandboxMessage>
  logs: Map<string, SandboxMessage>
  allowList: string[]
  isAllowListOn: boolean
  legacy: Map<string, JsonObject>
  teammates: Map<string, JsonObject>
  alerts: Map<number, JsonObject>
}

/** Everything that the vendor stores; `structuredClone` copies it whole. */
export interface Vendor {
  tenants: Map<string, Tenant>
  jobs: Map<string, ContactJob>
  eraseJobs: EraseJob[]
  counter: number
}

/** One running account. */
export interface World extends SandboxDesk<Vendor, typeof switches> {
  readonly seed: number
}

export const SUBUSER = 'sandbox-belgium'
export const LISTS = new Map([
  ['9f1c4a60-0b1e-4c55-8f0b-3a1f6f0c1001', 'Newsletter'],
  ['9f1c4a60-0b1e-4c55-8f0b-3a1f6f0c1002', 'Site managers'],
  ['9f1c4a60-0b1e-4c55-8f0b-3a1f6f0c1003', 'Webinar 2026'],
])
export const SEGMENTS = new Map([['5b7d1f20-64c1-4a0e-9c6d-7e2b9d0a2001', 'Opened last month']])
export const GROUPS = new Map([
  [101, 'Product news'],
  [102, 'Invitations'],
])

export function emptyVendor(): Vendor {
  const tenants = new Map(['', SUBUSER].map((name) => [name, newTenant()] as const))
  return { tenants, jobs: new Map(), eraseJobs: [], counter: 0 }
}

function newTenant(): Tenant {
  return {
    contacts: new Map(),
    ghosts: [],
    suppressions: { bounces: new Map(), blocks: new Map(), invalid_emails: new Map(), spam_reports: new Map() },
    global: new Map(),
    groups: new Map([...GROUPS.keys()].map((id) => [id, new Set<string>()] as const)),
    activity: new Map(),
    logs: new Map(),
    allowList: ['example.com'],
    isAllowListOn: true,
    legacy: new Map(),
    teammates: new Map(),
    alerts: new Map(),
  }
}

/** A new id in the vendor's form; the same seed and order give the same ids. */
export function newId(world: World): string {
  world.vendor.counter += 1
  const hex = createHash('sha256').update(`${world.seed}/${world.vendor.counter}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
