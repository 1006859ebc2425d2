import { textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { note } from '../../../src/connector/testing.ts'
import { addComment } from './child-routes.ts'
import { addHistory, newIssue } from './issue-routes.ts'
import type { Garden } from './plant.ts'
import { adf, AGENT, FIELD, instant, newId } from './state.ts'
import type { StoredIssue } from './state.ts'

/** Requests and issues in which the person has every part that one can have. */
export function plantIssues(garden: Garden): void {
  ownRequest(garden)
  sharedRequest(garden)
  othersIssue(garden)
  othersRequest(garden)
  namedOnly(garden)
  watchedOnly(garden)
  privacyRequest(garden)
  archivedRequest(garden)
  reportedBug(garden)
  commentedOnly(garden)
}

function issueOf(garden: Garden, fields: JsonObject): StoredIssue {
  const issue = newIssue(garden.desk, fields)
  garden.issueIds.push(issue.id)
  return issue
}

function requestOf(garden: Garden, project: string, more: JsonObject = {}): StoredIssue {
  const { person, customer } = garden
  return issueOf(garden, {
    project,
    summary: `Leak reported by ${person.key}`,
    description: adf(`Please call ${person.firstName} ${person.lastName} on ${person.phone}.`, person.email),
    environment: adf(`House of ${person.key} in ${person.city}`),
    reporter: { accountId: customer.accountId },
    creator: { accountId: customer.accountId },
    assignee: { accountId: AGENT },
    [FIELD.requestType]: { requestType: { id: '25', name: 'Get help' } },
    [FIELD.notes]: adf(`Customer number ${person.externalId}`),
    [FIELD.callback]: person.phone,
    ...more,
  })
}

function commentBy(garden: Garden, issue: StoredIssue, [author, text]: readonly [string, string]): void {
  const comment = addComment(garden.desk, issue, { author, body: adf(text) })
  note(garden, 'comments', `${issue.id}/${textAt(comment, 'id')}`)
}

function fileBy(garden: Garden, issue: StoredIssue, author: string): void {
  const { desk, person } = garden
  const id = newId(desk.vendor)
  issue.attachments.push({
    id,
    filename: `photo-${id}.txt`,
    author: { accountId: author },
    created: instant(desk.nowMs()),
    size: 20,
    mimeType: 'text/plain',
    content: `${desk.baseUrl}/rest/api/3/attachment/content/${id}`,
    bytes: `picture of ${person.key}`,
  })
  note(garden, 'attachments', id)
}

function workBy(garden: Garden, issue: StoredIssue, author: string): void {
  const { desk } = garden
  const id = newId(desk.vendor)
  const started = instant(desk.nowMs())
  issue.worklogs.push({
    id,
    issueId: issue.id,
    author: { accountId: author },
    comment: adf(`Spoke with ${garden.person.key}`),
    created: started,
    updated: started,
    started,
    timeSpent: '1h',
    timeSpentSeconds: 3_600,
  })
  note(garden, 'worklogs', `${issue.id}/${id}`)
}

function extras(garden: Garden, issue: StoredIssue): void {
  const { desk, person } = garden
  for (const key of ['origin', 'app/score']) {
    issue.properties[key] = { email: person.email, key }
    note(garden, 'properties', `${issue.id}/${key}`)
  }
  const id = Number(newId(desk.vendor))
  issue.links.push({
    id,
    globalId: `crm=${person.key}`,
    object: { url: 'https://crm.example.com/1', title: person.key },
  })
  note(garden, 'remote_links', `${issue.id}/${id}`)
  issue.feedback = { type: 'csat', rating: 4, comment: { body: `Thanks, ${person.firstName}` } }
  note(garden, 'feedback', issue.id)
  const fromString = `Old text of ${person.key}`
  const items = [
    { field: 'description', fieldId: 'description', fieldtype: 'jira', from: '', fromString, to: '', toString: 'New' },
  ]
  for (const author of [garden.customer.accountId, AGENT]) addHistory(desk, issue, { items, author })
  note(garden, 'changelog', issue.id)
  note(garden, 'creators', issue.id)
}

function ownRequest(garden: Garden): void {
  const { customer, desk } = garden
  const issue = requestOf(garden, 'HELP')
  note(garden, 'requests', issue.id)
  for (const text of ['It drips.', 'Still drips.', 'Now it pours.'])
    commentBy(garden, issue, [customer.accountId, text])
  commentBy(garden, issue, [AGENT, `Dear ${garden.person.email}, we come on Monday.`])
  for (const author of [customer.accountId, AGENT, customer.accountId]) fileBy(garden, issue, author)
  for (const author of [AGENT, AGENT, AGENT]) workBy(garden, issue, author)
  extras(garden, issue)
  issue.watchers.push(customer.accountId, AGENT)
  note(garden, 'watches', `${issue.id}/${customer.accountId}`)
  const people = { accountId: customer.accountId, displayName: customer.displayName, active: true }
  issue.approvals.push({
    id: newId(desk.vendor),
    name: 'Costs',
    finalDecision: 'approved',
    canAnswerApproval: false,
    approvers: [{ approver: people, approverDecision: 'approved' }],
  })
  note(garden, 'approvals', issue.id)
  issue.times.push({ id: '10', name: 'Time to first answer', completedCycles: [] })
  note(garden, 'service_levels', issue.id)
  for (const form of ['uuid-1', 'uuid-2']) {
    const id = `${form}-${newId(desk.vendor)}`
    issue.forms.push({ id, name: 'Intake', submitted: true, answers: { 1: { text: garden.person.phone } } })
    note(garden, 'forms', `${issue.id}/${id}`)
  }
}

function sharedRequest(garden: Garden): void {
  const { customer, colleague, person, desk } = garden
  const issue = requestOf(garden, 'FIX', { [FIELD.participants]: [{ accountId: colleague.accountId }] })
  note(garden, 'requests', issue.id)
  commentBy(garden, issue, [customer.accountId, 'Can you both look?'])
  addComment(desk, issue, { author: AGENT, body: adf(`Answer to ${person.email}`) })
  addComment(desk, issue, { author: colleague.accountId, body: adf('I can.') })
  note(garden, 'mentions', issue.id)
  fileBy(garden, issue, customer.accountId)
  extras(garden, issue)
}

function othersIssue(garden: Garden): void {
  const { user, colleague, desk } = garden
  const people = { accountId: user.accountId }
  const issue = issueOf(garden, {
    project: 'BUILD',
    summary: 'Somebody else’s task',
    description: adf('Nothing about anybody.'),
    assignee: people,
    [FIELD.contact]: people,
    [FIELD.approvers]: [people, { accountId: AGENT }],
  })
  note(garden, 'issues_of_others', issue.id)
  for (const text of ['Done.', 'Really done.']) commentBy(garden, issue, [user.accountId, text])
  const mention: JsonObject = {
    type: 'doc',
    version: 1,
    content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { id: user.accountId, text: '@somebody' } }] }],
  }
  addComment(desk, issue, { author: colleague.accountId, body: mention })
  note(garden, 'mentions', issue.id)
  workBy(garden, issue, user.accountId)
  fileBy(garden, issue, user.accountId)
  issue.watchers.push(AGENT, user.accountId)
  note(garden, 'watches', `${issue.id}/${user.accountId}`)
  issue.voters.push(user.accountId)
  note(garden, 'votes', `${issue.id}/${user.accountId}`)
  const change = { field: 'assignee', fieldId: 'assignee', fieldtype: 'jira', from: '', fromString: '' }
  addHistory(desk, issue, { items: [{ ...change, to: user.accountId, toString: user.displayName }] })
  note(garden, 'changelog', issue.id)
}

function othersRequest(garden: Garden): void {
  const { customer, colleague } = garden
  const issue = issueOf(garden, {
    project: 'HELP',
    summary: 'Request of a colleague',
    reporter: { accountId: colleague.accountId },
    creator: { accountId: colleague.accountId },
    [FIELD.participants]: [{ accountId: customer.accountId }],
  })
  note(garden, 'issues_of_others', issue.id)
  commentBy(garden, issue, [customer.accountId, 'The same here.'])
}

function namedOnly(garden: Garden): void {
  const { desk, person } = garden
  const issue = issueOf(garden, { project: 'BUILD', summary: 'Call list', description: adf(`Ask ${person.email}`) })
  addComment(desk, issue, { author: AGENT, body: adf(`or ${person.phone}, number ${person.externalId}`) })
  note(garden, 'mentions', issue.id)
}

function watchedOnly(garden: Garden): void {
  const issue = issueOf(garden, { project: 'BUILD', summary: 'Watched' })
  issue.watchers.push(garden.user.accountId)
  note(garden, 'watches', `${issue.id}/${garden.user.accountId}`)
}

function privacyRequest(garden: Garden): void {
  const issue = requestOf(garden, 'HELP', {
    [FIELD.requestType]: { requestType: { id: '99', name: 'Privacy request' } },
  })
  addComment(garden.desk, issue, { author: AGENT, body: adf('We received your request.') })
  note(garden, 'privacy_requests', issue.id)
}

function archivedRequest(garden: Garden): void {
  const issue = requestOf(garden, 'HELP')
  issue.isArchived = true
  note(garden, 'archived_issues', issue.id)
}

function reportedBug(garden: Garden): void {
  const { user } = garden
  const issue = issueOf(garden, {
    project: 'BUILD',
    summary: 'Button is blue',
    reporter: { accountId: user.accountId },
    creator: { accountId: user.accountId },
  })
  note(garden, 'issues_of_others', issue.id)
  note(garden, 'creators', issue.id)
}

function commentedOnly(garden: Garden): void {
  const issue = issueOf(garden, { project: 'BUILD', summary: 'Open question' })
  commentBy(garden, issue, [garden.user.accountId, 'I know.'])
  note(garden, 'issues_of_others', issue.id)
}
