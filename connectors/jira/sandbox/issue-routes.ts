import { isJsonObject, objectAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf, cursorOf, offsetOf, sliceOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { readQuery } from './jql.ts'
import { entrySeen, idsIn, issueSeen, notFound, NOTHING, ok, pageSize, personSeen, refuse } from './replies.ts'
import { FIELD, instant, isListed, issueAt, newId, plainOf, processedBy, stateOf } from './state.ts'
import { BOT } from './state.ts'
import type { Desk, StoredIssue } from './state.ts'

const ISSUE = '/rest/api/3/issue/:id'

/** Searching, reading, changing and deleting issues. */
export function issueRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'POST', path: '/rest/api/3/search/jql', isChange: false, handle: (request) => search(desk, request) },
    { method: 'POST', path: '/rest/api/3/issue/bulkfetch', isChange: false, handle: (one) => bulkFetch(desk, one) },
    {
      method: 'POST',
      path: '/rest/api/3/changelog/bulkfetch',
      isChange: false,
      handle: (one) => changelogs(desk, one),
    },
    {
      method: 'POST',
      path: '/rest/api/3/bulk/issues/delete',
      handle: (request) => bulkDelete(desk, request, false),
      lie: (request) => bulkDelete(desk, request, true),
    },
    { method: 'GET', path: '/rest/api/3/bulk/queue/:id', handle: (request) => progress(desk, request) },
    { method: 'PUT', path: '/rest/api/3/issue/archive', handle: (request) => archive(desk, request) },
    { method: 'PUT', path: ISSUE, handle: (request) => edit(desk, request) },
    { method: 'POST', path: '/rest/api/3/issue', handle: (request) => create(desk, request) },
    { method: 'GET', path: '/rest/api/3/field', handle: () => ok(fields()) },
  ]
}

function search(desk: Desk, request: SandboxRequest): SandboxReply {
  const body = bodyOf(request)
  const query = readQuery(desk, textAt(body, 'jql'))
  if (query === undefined) return refuse(400, 'The query is not valid.')
  const hits = [...desk.vendor.issues.values()].filter((issue) => isListed(desk, issue) && query(issue))
  const size = Math.min(pageSize(desk), Number(textAt(body, 'maxResults') || '50'))
  const slice = sliceOf(hits, { from: offsetOf(textAt(body, 'nextPageToken')), size })
  return ok({
    issues: slice.entries.map(({ id }) => ({ id })),
    isLast: slice.next === undefined,
    ...(slice.next === undefined ? {} : { nextPageToken: cursorOf(slice.next) }),
  })
}

function bulkFetch(desk: Desk, request: SandboxRequest): SandboxReply {
  const ids = idsIn(request, 'issueIdsOrKeys')
  if (ids.length > 100) return refuse(400, 'Too many issues.')
  const found = ids.flatMap((id) => issueAt(desk, id) ?? [])
  const missing = ids.filter((id) => issueAt(desk, id) === undefined)
  return ok({
    issues: found.map((issue) => issueSeen(desk, issue)),
    issueErrors: missing.map((id) => ({ id, errorMessage: 'Issue does not exist or you do not have permission.' })),
  })
}

function changelogs(desk: Desk, request: SandboxRequest): SandboxReply {
  const ids = idsIn(request, 'issueIdsOrKeys')
  const all = ids.flatMap((id) => {
    const issue = issueAt(desk, id)
    return issue === undefined ? [] : issue.history.map((one) => ({ issueId: issue.id, one: entrySeen(desk, one) }))
  })
  const size = pageSize(desk)
  const slice = sliceOf(all, { from: offsetOf(textAt(bodyOf(request), 'nextPageToken')), size })
  return ok({
    issueChangeLogs: slice.entries.map(({ issueId, one }) => ({ issueId, changeHistories: [one] })),
    ...(slice.next === undefined ? {} : { nextPageToken: cursorOf(slice.next) }),
  })
}

function bulkDelete(desk: Desk, request: SandboxRequest, isLie: boolean): SandboxReply {
  const ids = idsIn(request, 'selectedIssueIdsOrKeys')
  if (ids.length === 0 || ids.length > 1_000 || ids.some((id) => issueAt(desk, id) === undefined))
    return { status: 400, json: { errors: [{ message: 'Some of the issues in the issueIdsOrKeys are not valid' }] } }
  const taskId = newId(desk.vendor)
  desk.vendor.tasks.set(taskId, { ids, startedMs: desk.nowMs(), isLie, isOver: false })
  return { status: 201, json: { taskId } }
}

function progress(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const taskId = params.id ?? ''
  const task = desk.vendor.tasks.get(taskId)
  if (task === undefined) return { status: 400, json: { errors: [{ message: 'The task does not exist' }] } }
  const status = stateOf(desk, task)
  const processed = status === 'COMPLETE' ? processedBy(desk, task) : []
  return ok({
    taskId,
    status,
    progressPercent: status === 'COMPLETE' ? 100 : 10,
    totalIssueCount: task.ids.length,
    processedAccessibleIssues: processed.map(Number),
    invalidOrInaccessibleIssueCount: status === 'COMPLETE' ? task.ids.length - processed.length : 0,
    created: instant(task.startedMs),
  })
}

function archive(desk: Desk, request: SandboxRequest): SandboxReply {
  const issues = idsIn(request, 'issueIdsOrKeys').flatMap((id) => issueAt(desk, id) ?? [])
  for (const issue of issues) issue.isArchived = true
  return ok({ errors: {}, numberOfIssuesUpdated: issues.length })
}

function create(desk: Desk, request: SandboxRequest): SandboxReply {
  const wanted = objectAt(bodyOf(request), 'fields')
  const issue = newIssue(desk, { project: textAt(wanted, 'project', 'key') || 'BUILD', ...wanted })
  return { status: 201, json: { id: issue.id, key: issue.key, self: `${desk.baseUrl}/rest/api/3/issue/${issue.id}` } }
}

/** Stores an issue; `project` is a key, every other member a field. */
export function newIssue(desk: Desk, { project, ...more }: JsonObject): StoredIssue {
  const { vendor } = desk
  const id = newId(vendor)
  const projectKey = typeof project === 'string' ? project : textAt({ project: project ?? null }, 'project', 'key')
  const issue: StoredIssue = {
    id,
    key: `${projectKey}-${id.slice(-6)}`,
    fields: {
      project: {
        key: projectKey,
        name: projectKey,
        projectTypeKey: ['HELP', 'FIX', 'PRIVACY'].includes(projectKey) ? 'service_desk' : 'software',
      },
      created: instant(desk.nowMs() - 200 * 86_400_000),
      reporter: { accountId: BOT },
      creator: { accountId: BOT },
      assignee: null,
      description: null,
      environment: null,
      [FIELD.participants]: [],
      [FIELD.approvers]: [],
      [FIELD.organisations]: [],
      [FIELD.contact]: null,
      [FIELD.notes]: null,
      [FIELD.callback]: null,
      ...more,
    },
    comments: [],
    worklogs: [],
    attachments: [],
    watchers: [],
    voters: [],
    properties: {},
    links: [],
    history: [],
    updatedBy: [],
    feedback: undefined,
    approvals: [],
    times: [],
    forms: [],
    isArchived: false,
  }
  vendor.issues.set(id, issue)
  return issue
}

function edit(desk: Desk, request: SandboxRequest): SandboxReply {
  const issue = issueAt(desk, request.params.id ?? '')
  if (issue === undefined) return notFound()
  if (issue.isArchived) return refuse(400, 'Archived issues cannot be edited.')
  const change = objectAt(bodyOf(request), 'fields')
  if (Object.keys(change).length === 0) return refuse(400, 'one of ‘fields’ or ‘update’ required')
  const isQuiet = request.query.get('notifyUsers') === 'false'
  if (isQuiet && desk.switches.is('quiet_edit', 'ignored')) return NOTHING
  const items = Object.entries(change).map(([field, value]) => itemOf(issue, field, value))
  for (const [field, value] of Object.entries(change)) issue.fields[field] = value
  addHistory(desk, issue, { items })
  return NOTHING
}

function itemOf(issue: StoredIssue, field: string, value: JsonValue): JsonObject {
  const before = issue.fields[field] ?? null
  return {
    field,
    fieldId: field,
    fieldtype: field.startsWith('customfield') ? 'custom' : 'jira',
    from: namesIn(before),
    fromString: plainOf(before) || namesIn(before),
    to: namesIn(value),
    toString: plainOf(value) || namesIn(value),
  }
}

function namesIn(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((one: JsonValue) => namesIn(one)).join(', ')}]`
  return isJsonObject(value) ? textAt(value, 'accountId') || textAt(value, 'id') : ''
}

export function addHistory(
  desk: Desk,
  issue: StoredIssue,
  { items, author = BOT }: { readonly items: readonly JsonObject[]; readonly author?: string },
): void {
  issue.history.push({ id: newId(desk.vendor), author: { accountId: author }, created: instant(desk.nowMs()), items })
  issue.updatedBy.push(author)
}

/** In the older code base a deleted comment's text is written into the history. */
export function commentHistory(desk: Desk, issue: StoredIssue, text: string): void {
  if (desk.switches.is('comment_in_history', 'kept'))
    addHistory(desk, issue, {
      items: [{ field: 'Comment', fieldtype: 'jira', fromString: text, from: '', to: '', toString: '' }],
    })
}

export function watchersSeen(desk: Desk, issue: StoredIssue): JsonObject {
  return {
    self: `${desk.baseUrl}/rest/api/3/issue/${issue.id}/watchers`,
    isWatching: false,
    watchCount: issue.watchers.length,
    watchers: issue.watchers.map((id) => personSeen(desk, id)),
  }
}

function fields(): readonly JsonObject[] {
  const custom = (id: string, name: string, schema: JsonObject): JsonObject => ({
    id,
    key: id,
    name,
    custom: true,
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: [`cf[${id.slice(12)}]`, name],
    schema: { ...schema, customId: Number(id.slice(12)) },
  })
  const kind = (name: string): string => `com.atlassian.jira.plugin.system.customfieldtypes:${name}`
  const desk = (name: string): string => `com.atlassian.servicedesk:${name}`
  return [
    { id: 'summary', key: 'summary', name: 'Summary', custom: false, schema: { type: 'string', system: 'summary' } },
    // Names are the customer's own: nothing may depend on them.
    custom(FIELD.requestType, 'Type de demande', { type: 'sd-customerrequesttype', custom: desk('vp-origin') }),
    custom(FIELD.participants, 'Deelnemers', { type: 'array', items: 'user', custom: desk('sd-request-participants') }),
    custom(FIELD.approvers, 'Goedkeurders', { type: 'array', items: 'user', custom: kind('multiuserpicker') }),
    custom(FIELD.organisations, 'Organisations', {
      type: 'array',
      items: 'sd-customerorganization',
      custom: desk('sd-customer-organizations'),
    }),
    custom(FIELD.contact, 'Contact on site', { type: 'user', custom: kind('userpicker') }),
    custom(FIELD.notes, 'Notes on the customer', { type: 'string', custom: kind('textarea') }),
    custom(FIELD.callback, 'Call back', { type: 'string', custom: kind('textfield') }),
  ]
}
