import { isJsonObject, listAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { sliceOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { accountOf } from './state.ts'
import type { Desk, StoredIssue, StoredUser } from './state.ts'

export function ok(json: JsonValue): SandboxReply {
  return { status: 200, json }
}

export const NOTHING: SandboxReply = { status: 204 }

export function refuse(status: number, message: string): SandboxReply {
  return { status, json: { errorMessages: [message], errors: {} } }
}

/** The same words for "not there" and "not for you". */
export function notFound(): SandboxReply {
  return refuse(404, 'Issue does not exist or you do not have permission to see it.')
}

/** Refusals of the service desk's interface have words of their own. */
export function deskRefuse(status: number, message: string): SandboxReply {
  return { status, json: { errorMessage: message, i18nErrorMessage: { i18nKey: 'sd.error', parameters: [] } } }
}

function sizeOf(desk: Desk, asked: string | null): number {
  return Math.min(Number(desk.switches.get('page_size')), Number(asked ?? '50'))
}

/** A page of the platform's lists. */
export function pageOf(
  desk: Desk,
  { query }: SandboxRequest,
  [list, all]: readonly [list: string, all: readonly JsonObject[]],
) {
  const slice = sliceOf(all, { from: Number(query.get('startAt') ?? '0'), size: sizeOf(desk, query.get('maxResults')) })
  return {
    startAt: slice.from,
    maxResults: slice.size,
    total: slice.total,
    ...(list === 'values' ? { isLast: slice.next === undefined } : {}),
    [list]: slice.entries,
  }
}

/** A page of the service desk's lists. */
export function deskPage(desk: Desk, { query }: SandboxRequest, all: readonly JsonObject[]): SandboxReply {
  const slice = sliceOf(all, { from: Number(query.get('start') ?? '0'), size: sizeOf(desk, query.get('limit')) })
  return ok({
    size: slice.entries.length,
    start: slice.from,
    limit: slice.size,
    isLastPage: slice.next === undefined,
    values: slice.entries,
  })
}

export function pageSize(desk: Desk): number {
  return Number(desk.switches.get('page_size'))
}

/** An account as the platform shows it. */
export function userSeen(desk: Desk, user: StoredUser): JsonObject {
  const isHidden = user.accountType === 'atlassian' && desk.switches.is('atlassian_email', 'hidden')
  return {
    self: `${desk.baseUrl}/rest/api/3/user?accountId=${encodeURIComponent(user.accountId)}`,
    accountId: user.accountId,
    accountType: user.accountType,
    displayName: user.displayName,
    active: user.active,
    timeZone: 'Europe/Brussels',
    ...(isHidden || user.email === '' ? {} : { emailAddress: user.email }),
  }
}

export function personSeen(desk: Desk, accountId: string): JsonObject {
  const user = desk.vendor.users.get(accountId)
  return user === undefined ? { accountId, displayName: 'Former user', active: false } : userSeen(desk, user)
}

/** A value of a field with the people in it as they are now. */
function fieldSeen(desk: Desk, value: JsonValue): JsonValue {
  if (accountOf(value) !== '') return personSeen(desk, accountOf(value))
  return Array.isArray(value) ? value.map((one: JsonValue) => fieldSeen(desk, one)) : value
}

export function entrySeen(desk: Desk, entry: JsonObject): JsonObject {
  const { author, ...rest } = entry
  const by = personSeen(desk, accountOf(author))
  return { ...rest, author: by, ...(rest.updateAuthor === undefined ? {} : { updateAuthor: by }) }
}

export function issueSeen(desk: Desk, issue: StoredIssue): JsonObject {
  const comments = issue.comments.map((one) => entrySeen(desk, one))
  const worklogs = issue.worklogs.map((one) => entrySeen(desk, one))
  const size = pageSize(desk)
  return {
    id: issue.id,
    key: issue.key,
    self: `${desk.baseUrl}/rest/api/3/issue/${issue.id}`,
    fields: {
      ...Object.fromEntries(Object.entries(issue.fields).map(([name, value]) => [name, fieldSeen(desk, value)])),
      ...(issue.isArchived ? { archiveddate: issue.fields.created ?? null } : {}),
      attachment: issue.attachments.map((one) => entrySeen(desk, without(one, 'bytes'))),
      comment: { comments: comments.slice(0, size), startAt: 0, maxResults: size, total: comments.length },
      worklog: { worklogs: worklogs.slice(0, size), startAt: 0, maxResults: size, total: worklogs.length },
      watches: { watchCount: issue.watchers.length, isWatching: false },
      votes: { votes: issue.voters.length, hasVoted: false },
    },
  }
}

/** A record without one of its members. */
export function without(record: JsonObject, dropped: string): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== dropped))
}

/** Ids in a list of a body, numbers or texts. */
export function idsIn(request: SandboxRequest, name: string): readonly string[] {
  const body = request.json()
  return isJsonObject(body) ? listAt(body, name).map(String) : []
}
