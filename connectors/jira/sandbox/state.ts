import { ERASED_TEXT, listAt, objectAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { nextNumber } from '../../../src/connector/testing.ts'
import type { SandboxDesk } from '../../../src/connector/testing.ts'

/** A document of the vendor that changes. */
export type Doc = Record<string, JsonValue>

export interface StoredUser {
  readonly accountId: string
  readonly accountType: 'atlassian' | 'customer'
  displayName: string
  email: string
  active: boolean
  deskIds: string[]
  organisationIds: string[]
  groups: JsonObject[]
  properties: Record<string, JsonValue>
}

export interface StoredIssue {
  readonly id: string
  readonly key: string
  readonly fields: Doc
  comments: Doc[]
  worklogs: Doc[]
  attachments: Doc[]
  watchers: string[]
  voters: string[]
  properties: Record<string, JsonValue>
  links: JsonObject[]
  history: JsonObject[]
  /** Who changed it or commented on it: account ids. */
  updatedBy: string[]
  feedback: JsonObject | undefined
  approvals: JsonObject[]
  times: JsonObject[]
  forms: JsonObject[]
  isArchived: boolean
  deletedAtMs?: number
}

export interface Task {
  readonly ids: readonly string[]
  readonly startedMs: number
  readonly isLie: boolean
  isOver: boolean
}

/** Everything that one site stores; plain data, so that it can be copied whole. */
export interface Vendor {
  nextId: number
  users: Map<string, StoredUser>
  issues: Map<string, StoredIssue>
  filters: Map<string, JsonObject>
  dashboards: Map<string, JsonObject>
  organisations: Map<string, JsonObject>
  audit: JsonObject[]
  tasks: Map<string, Task>
  revoked: string[]
}

/** Switches of the sandbox with their values; the first is the default. */
export const SWITCHES = {
  /** Whether an answer to a rejected credential says so in its header (jira.js issue 418), or a gateway drops that. */
  login_reason: ['told', 'untold'],
  updated_by: ['works', 'refused'],
  atlassian_email: ['shown', 'hidden'],
  index: ['at_once', 'lagging'],
  bulk_task: ['completes', 'partial', 'dead'],
  /** In the code base of Jira Server a deleted comment's text goes into the history; of Cloud nobody says. */
  comment_in_history: ['kept', 'absent'],
  /** "If the user doesn't have the necessary permission the request is ignored": the flag, or the whole edit. */
  quiet_edit: ['works', 'ignored'],
  delete_user: ['deletes', 'refused', 'forbidden'],
  user_after_delete: ['former_user', 'not_found'],
  desk_access: ['restricted', 'open'],
  archived_by_id: ['readable', 'hidden'],
  audit_log: ['readable', 'forbidden'],
  page_size: ['2', '100'],
  retry_after: ['present', 'absent'],
} as const

export type Desk = SandboxDesk<Vendor, typeof SWITCHES>

export const CLOUD_ID = '11223344-a1b2-3b33-c444-def123456789'
export const BOT = '557058:5b10ac8d-habe-4a5e-b07a-000000000001'
export const AGENT = '557058:5b10ac8d-habe-4a5e-b07a-000000000002'

export const FIELD = {
  requestType: 'customfield_10010',
  participants: 'customfield_10020',
  approvers: 'customfield_10021',
  organisations: 'customfield_10022',
  contact: 'customfield_10030',
  notes: 'customfield_10040',
  callback: 'customfield_10050',
} as const

export const DESKS = [
  { id: '1', projectId: '10100', projectKey: 'HELP', projectName: 'Help desk', projectTypeKey: 'service_desk' },
  { id: '2', projectId: '10101', projectKey: 'FIX', projectName: 'Repairs', projectTypeKey: 'service_desk' },
] as const

const staff = (accountId: string, displayName: string, email: string): StoredUser => ({
  accountId,
  accountType: 'atlassian',
  displayName,
  email,
  active: true,
  deskIds: [],
  organisationIds: [],
  groups: [],
  properties: {},
})

export function emptyVendor(seed: number): Vendor {
  return {
    nextId: seed * 1_000,
    users: new Map(
      [
        staff(BOT, 'Habeas', 'habeas-bot@staff.example.net'),
        staff(AGENT, 'Sandra Boxx', 'sandra.boxx@staff.example.net'),
      ].map((user) => [user.accountId, user]),
    ),
    issues: new Map(),
    filters: new Map(),
    dashboards: new Map(),
    organisations: new Map(),
    audit: [],
    tasks: new Map(),
    revoked: [],
  }
}

const TASK_MS = 5_000
const INDEX_LAG_MS = 5 * 60_000

/** Lets jobs come to their end. */
export function sweep(desk: Desk): void {
  for (const task of desk.vendor.tasks.values()) {
    if (task.isOver || stateOf(desk, task) !== 'COMPLETE') continue
    task.isOver = true
    for (const id of task.isLie ? [] : processedBy(desk, task)) {
      const issue = desk.vendor.issues.get(id)
      if (issue !== undefined) issue.deletedAtMs ??= desk.nowMs()
    }
  }
}

export function stateOf(desk: Desk, task: Task): 'ENQUEUED' | 'RUNNING' | 'COMPLETE' | 'DEAD' {
  const ageMs = (desk.nowMs() - task.startedMs) * desk.speed
  if (ageMs < TASK_MS / 4) return 'ENQUEUED'
  if (ageMs < TASK_MS) return 'RUNNING'
  return desk.switches.is('bulk_task', 'dead') ? 'DEAD' : 'COMPLETE'
}

export function processedBy(desk: Desk, { ids }: Task): readonly string[] {
  return desk.switches.is('bulk_task', 'partial') ? ids.slice(1) : ids
}

/** The issue by its number or key, if the credential may see it. */
export function issueAt(desk: Desk, idOrKey: string): StoredIssue | undefined {
  const { issues } = desk.vendor
  const issue = issues.get(idOrKey) ?? [...issues.values()].find(({ key }) => key === idOrKey.toUpperCase())
  if (issue === undefined || issue.deletedAtMs !== undefined) return undefined
  return issue.isArchived && desk.switches.is('archived_by_id', 'hidden') ? undefined : issue
}

/** Whether the search lists it: never what is archived, and with a lag what is gone. */
export function isListed(desk: Desk, issue: StoredIssue): boolean {
  if (issue.isArchived) return false
  if (issue.deletedAtMs === undefined) return true
  return desk.switches.is('index', 'lagging') && desk.nowMs() < issue.deletedAtMs + INDEX_LAG_MS / desk.speed
}

export function newId(vendor: Vendor): string {
  return String(10_000_000 + nextNumber(vendor))
}

/** An instant in Jira's words, whose zone has no colon. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000')
}

export function adf(...texts: readonly string[]): JsonObject {
  return {
    type: 'doc',
    version: 1,
    content: texts.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
  }
}

/** The words of a text or document, one after the other. */
export function plainOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  const own = textAt(value, 'text') || textAt(value, 'attrs', 'text')
  return [own, ...listAt(value, 'content').map(plainOf)].filter((text) => text !== '').join(' ')
}

export function isBlank(value: JsonValue | undefined): boolean {
  return ['', ERASED_TEXT].includes(plainOf(value).trim())
}

export function accountOf(value: JsonValue | undefined): string {
  return textAt(objectAt({ value: value ?? null }, 'value'), 'accountId')
}
