import { listAt, textAt } from '../../../src/connector/index.ts'
import { countRefs } from '../../../src/connector/testing.ts'
import { accountOf, FIELD, isBlank, issueAt } from './state.ts'
import type { Desk, StoredIssue } from './state.ts'
import type { Planted } from './plant.ts'

/** How many of the person's records each part still shows. */
export function countRemaining(desk: Desk, one: Planted): Readonly<Record<string, number>> {
  return countRefs(one.planted, (part, ref) => isThere(desk, one, [part, ref]))
}

function isThere(desk: Desk, one: Planted, [part, ref]: readonly [string, string]): boolean {
  const at = ref.indexOf('/')
  const [first, second] = at < 0 ? [ref, ''] : [ref.slice(0, at), ref.slice(at + 1)]
  const user = desk.vendor.users.get(part === 'user_properties' ? first : second)
  switch (part) {
    case 'account':
    case 'atlassian_account':
      return desk.vendor.users.get(ref)?.active === true
    case 'desks':
      return user?.deskIds.includes(first) === true
    case 'organisations':
      return user?.organisationIds.includes(first) === true
    case 'groups':
      return user?.groups.some((group) => textAt(group, 'groupId') === first) === true
    case 'user_properties':
      return user?.properties[second] !== undefined
    case 'filters':
      return desk.vendor.filters.has(ref)
    case 'dashboards':
      return desk.vendor.dashboards.has(ref)
    case 'audit_log':
      return desk.vendor.audit.some((entry) => textAt(entry, 'id') === ref)
    case 'attachments':
      return one.issueIds.some(
        (id) => issueAt(desk, id)?.attachments.some((file) => textAt(file, 'id') === ref) === true,
      )
    case 'archived_issues':
      return desk.vendor.issues.get(ref)?.deletedAtMs === undefined
    default: {
      const issue = issueAt(desk, first)
      return issue !== undefined && isOnIssue(issue, one, [part, second])
    }
  }
}

function isOnIssue(issue: StoredIssue, { own, planted }: Planted, [part, second]: readonly [string, string]): boolean {
  const isOwn = (value: Parameters<typeof accountOf>[0]): boolean => own.includes(accountOf(value))
  switch (part) {
    case 'requests':
      return isOwn(issue.fields.reporter) || !isBlanked(issue)
    case 'issues_of_others':
      return hasPart(issue, own)
    case 'comments':
      return issue.comments.some(({ id }) => id === second)
    case 'worklogs':
      return issue.worklogs.some(({ id }) => id === second)
    case 'watches':
      return issue.watchers.includes(second)
    case 'votes':
      return issue.voters.includes(second)
    case 'creators':
      return isOwn(issue.fields.creator)
    case 'changelog':
      return issue.history.length > 0
    case 'properties':
      return issue.properties[second] !== undefined
    case 'remote_links':
      return issue.links.some((link) => textAt(link, 'id') === second)
    case 'mentions': {
      const text = JSON.stringify([issue.fields, issue.comments])
      return text.includes(planted.person.email) || own.some((id) => text.includes(id))
    }
    default:
      return true
  }
}

function isBlanked({ fields }: StoredIssue): boolean {
  return ['summary', 'description', 'environment', FIELD.notes, FIELD.callback].every((name) => isBlank(fields[name]))
}

function hasPart({ fields, comments, worklogs, attachments }: StoredIssue, own: readonly string[]): boolean {
  const named = ['reporter', 'assignee', FIELD.contact].map((name) => accountOf(fields[name]))
  const listed = [FIELD.participants, FIELD.approvers].flatMap((name) => listAt(fields, name).map(accountOf))
  const authors = [...comments, ...worklogs, ...attachments].map(({ author }) => accountOf(author))
  return [...named, ...listed, ...authors].some((id) => own.includes(id))
}

/** Everything the site stores on the person as canonical text. */
export function takePicture(desk: Desk, { planted, own, issueIds }: Planted): string {
  const { vendor } = desk
  const refs = planted.refs
  return JSON.stringify({
    users: own.map((id) => vendor.users.get(id)),
    issues: issueIds.map((id) => vendor.issues.get(id)),
    filters: (refs.filters ?? []).map((id) => vendor.filters.get(id)),
    dashboards: (refs.dashboards ?? []).map((id) => vendor.dashboards.get(id)),
    audit: vendor.audit.filter((entry) => (refs.audit_log ?? []).includes(textAt(entry, 'id'))),
    revoked: vendor.revoked.filter((id) => own.includes(id)),
  })
}
