import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { invalid, listReply, notFound, pageOf } from './replies.ts'
import type { Desk } from './state.ts'

/** What is kept by address: subscription choices, form submissions, e-mail events. */
export function addressRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: '/communication-preferences/v4/statuses/:email',
      handle: ({ params }) => choices(desk, params.email ?? ''),
    },
    {
      method: 'GET',
      path: '/communication-preferences/v4/statuses/:email/unsubscribe-all',
      handle: ({ params }) => optOut(desk, params.email ?? ''),
    },
    {
      method: 'POST',
      path: '/communication-preferences/v4/statuses/:email/unsubscribe-all',
      handle: (request) => unsubscribe(desk, request),
    },
    // The SDK calls it with a slash at the end.
    { method: 'GET', path: '/marketing/v3/forms/', handle: (request) => forms(desk, request) },
    { method: 'GET', path: '/marketing/v3/forms', handle: (request) => forms(desk, request) },
    {
      method: 'GET',
      path: '/form-integrations/v1/submissions/forms/:id',
      handle: (request) => {
        const form = desk.vendor.forms.find(({ id }) => id === request.params.id)
        return form === undefined ? notFound() : listReply(desk, request, { all: form.submissions, most: 50 })
      },
    },
    { method: 'GET', path: '/email/public/v1/events', handle: (request) => events(desk, request) },
  ]
}

function forms(desk: Desk, request: SandboxRequest): SandboxReply {
  const all = desk.vendor.forms.map(({ id, name }) => ({ id, name, formType: 'hubspot', archived: false }))
  return listReply(desk, request, { all })
}

function choices(desk: Desk, email: string): SandboxReply {
  const stored = desk.vendor.choices.get(email.toLowerCase())
  const unknown: JsonObject = {
    subscriberIdString: email,
    subscriptionId: 87914424,
    channel: 'EMAIL',
    status: 'NOT_SPECIFIED',
  }
  return { status: 200, json: { status: 'COMPLETE', results: stored ?? [unknown] } }
}

function optOut(desk: Desk, email: string): SandboxReply {
  const sinceMs = desk.vendor.optOuts.get(email.toLowerCase())
  const result: JsonObject = {
    wideStatusType: 'PORTAL_WIDE',
    status: 'UNSUBSCRIBED',
    channel: 'EMAIL',
    subscriberIdString: email,
  }
  return { status: 200, json: { status: 'COMPLETE', results: sinceMs === undefined ? [] : [result] } }
}

function unsubscribe(desk: Desk, request: SandboxRequest): SandboxReply {
  const email = (request.params.email ?? '').toLowerCase()
  if (request.query.get('channel') !== 'EMAIL' || !email.includes('@')) return invalid('The request is not valid.')
  const { optOuts, choices: stored } = desk.vendor
  const isRepeat = optOuts.has(email)
  if (!isRepeat) optOuts.set(email, desk.nowMs())
  stored.set(
    email,
    (stored.get(email) ?? [{ subscriptionId: 87914424, channel: 'EMAIL', subscriberIdString: email }]).map(
      (choice) => ({
        ...choice,
        status: 'UNSUBSCRIBED',
      }),
    ),
  )
  const results = (stored.get(email) ?? []).map((choice) => ({
    ...choice,
    setStatusSuccessReason: isRepeat ? 'NO_STATUS_CHANGE' : 'UNSUBSCRIBE_FROM_ALL_OCCURRED',
  }))
  return { status: 200, json: { status: 'COMPLETE', results } }
}

function events(desk: Desk, request: SandboxRequest): SandboxReply {
  const recipient = request.query.get('recipient')?.toLowerCase()
  const hits = desk.vendor.emailEvents.filter((event) => recipient === undefined || event.recipient === recipient)
  const limit = Number(request.query.get('limit') ?? '10')
  const { entries, next } = pageOf(desk, hits, { limit, after: request.query.get('offset') })
  return { status: 200, json: { events: entries, hasMore: next !== undefined, offset: next ?? '' } }
}
