import { accountsOfBody, participantsOf } from './participants.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { deskPage, deskRefuse, NOTHING, ok, personSeen, userSeen, without } from './replies.ts'
import { accountOf, CLOUD_ID, DESKS, FIELD, issueAt } from './state.ts'
import type { Desk, StoredIssue, StoredUser } from './state.ts'

const API = '/rest/servicedeskapi'

/** Jira Service Management, and the forms beside it. */
export function deskRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'GET', path: `${API}/servicedesk`, handle: (request) => deskPage(desk, request, DESKS) },
    ...customerRoutes(desk),
    ...organisationRoutes(desk),
    ...requestRoutes(desk),
    { method: 'GET', path: '/_edge/tenant_info', handle: () => ok({ cloudId: CLOUD_ID }) },
  ]
}

/** A customer as the service desk shows it: no type, other links. */
function customerSeen(desk: Desk, user: StoredUser): JsonObject {
  return without(without(userSeen(desk, user), 'accountType'), 'self')
}

function customerRoutes(desk: Desk): readonly SandboxRoute[] {
  const path = `${API}/servicedesk/:id/customer`
  const isOptedIn = ({ headers }: SandboxRequest): boolean => headers['x-experimentalapi'] === 'opt-in'
  return [
    {
      method: 'GET',
      path,
      handle: (request) => {
        if (!isOptedIn(request)) return deskRefuse(412, 'This interface is experimental.')
        const query = (request.query.get('query') ?? '').toLowerCase()
        const hits = [...desk.vendor.users.values()].filter(
          ({ deskIds, email, displayName }) =>
            deskIds.includes(request.params.id ?? '') &&
            [email, displayName].some((text) => text.toLowerCase().includes(query)),
        )
        return deskPage(
          desk,
          request,
          hits.map((user) => customerSeen(desk, user)),
        )
      },
    },
    {
      method: 'DELETE',
      path,
      handle: (request) => {
        if (!isOptedIn(request)) return deskRefuse(412, 'This interface is experimental.')
        if (desk.switches.is('desk_access', 'open')) return deskRefuse(400, 'The service desk is open to everybody.')
        for (const id of accountsOfBody(request)) {
          const user = desk.vendor.users.get(id)
          if (user !== undefined) user.deskIds = user.deskIds.filter((one) => one !== request.params.id)
        }
        // The same for somebody who is no customer there.
        return NOTHING
      },
    },
    {
      method: 'PUT',
      path: `${API}/customer/user/:id/revoke-portal-only-access`,
      handle: ({ params }) => {
        if (!desk.vendor.users.has(params.id ?? '')) return deskRefuse(404, 'The user does not exist.')
        desk.vendor.revoked.push(params.id ?? '')
        return NOTHING
      },
    },
  ]
}

function organisationRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: `${API}/organization`,
      handle: (request) => {
        const user = desk.vendor.users.get(request.query.get('accountId') ?? '')
        if (user === undefined) return deskRefuse(404, 'The user does not exist.')
        return deskPage(
          desk,
          request,
          user.organisationIds.flatMap((id): readonly JsonObject[] => {
            const found = desk.vendor.organisations.get(id)
            return found === undefined ? [] : [found]
          }),
        )
      },
    },
    {
      method: 'DELETE',
      path: `${API}/organization/:id/user`,
      handle: (request) => {
        for (const id of accountsOfBody(request)) {
          const user = desk.vendor.users.get(id)
          if (user !== undefined) user.organisationIds = user.organisationIds.filter((one) => one !== request.params.id)
        }
        return NOTHING
      },
    },
  ]
}

function requestRoutes(desk: Desk): readonly SandboxRoute[] {
  const on =
    (handle: (issue: StoredIssue, request: SandboxRequest) => SandboxReply) =>
    (request: SandboxRequest): SandboxReply => {
      const issue = issueAt(desk, request.params.id ?? '')
      return issue === undefined ? deskRefuse(404, 'The request does not exist.') : handle(issue, request)
    }
  const path = `${API}/request/:id`
  const forms = `/jira/forms/cloud/${CLOUD_ID}/issue/:id/form`
  return [
    {
      method: 'GET',
      path: `${path}/feedback`,
      handle: on(({ feedback }) => (feedback === undefined ? deskRefuse(404, 'There is no feedback.') : ok(feedback))),
    },
    {
      method: 'GET',
      path: `${path}/approval`,
      handle: on((issue, request) => deskPage(desk, request, issue.approvals)),
    },
    { method: 'GET', path: `${path}/sla`, handle: on((issue, request) => deskPage(desk, request, issue.times)) },
    {
      method: 'GET',
      path: `${path}/participant`,
      handle: on((issue, request) =>
        deskPage(
          desk,
          request,
          participantsOf(issue).map((id) => personSeen(desk, id)),
        ),
      ),
    },
    { method: 'DELETE', path: `${path}/participant`, handle: on((issue, request) => leave(desk, issue, request)) },
    {
      method: 'GET',
      path: forms,
      handle: on((issue) => ok(issue.forms.map((form) => without(form, 'answers')))),
    },
    {
      method: 'GET',
      path: `${forms}/:form`,
      handle: on(({ forms: all }, { params }) => {
        const form = all.find(({ id }) => id === params.form)
        return form === undefined ? deskRefuse(404, 'The form does not exist.') : ok(form)
      }),
    },
  ]
}

function leave(desk: Desk, issue: StoredIssue, request: SandboxRequest): SandboxReply {
  const ids = accountsOfBody(request)
  const now = participantsOf(issue)
  const isRefused = ids.some((id) => !now.includes(id) || accountOf(issue.fields.reporter) === id)
  if (isRefused) return deskRefuse(400, 'Not a participant of this request.')
  const rest = now.filter((id) => !ids.includes(id))
  issue.fields[FIELD.participants] = rest.map((accountId) => ({ accountId }))
  return deskPage(
    desk,
    request,
    rest.map((id) => personSeen(desk, id)),
  )
}
