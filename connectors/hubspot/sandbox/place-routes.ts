import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { SCOPES } from '../manifest.ts'
import { listReply, notFound } from './replies.ts'
import { objectAt } from './state.ts'
import type { Desk } from './state.ts'

const DAILY_CALLS = 250_000

/** The account itself, its users, and what it keeps by contact id. */
export function placeRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'GET', path: '/account-info/v3/details', handle: details },
    {
      method: 'GET',
      path: '/account-info/v3/api-usage/daily/private-apps',
      handle: () => ({
        status: 200,
        json: { results: [{ name: 'Habeas', usageLimit: DAILY_CALLS, currentUsage: 1_200, fetchStatus: 'SUCCESS' }] },
      }),
    },
    {
      method: 'POST',
      path: '/oauth/v2/private-apps/get/access-token-info',
      isChange: false,
      handle: () => ({ status: 200, json: { userId: 1, hubId: 1, appId: 2, scopes: [...grantedScopes(desk)] } }),
    },
    // The SDK calls it with a slash at the end.
    { method: 'GET', path: '/crm/v3/owners/', handle: (request) => owners(desk, request) },
    { method: 'GET', path: '/crm/v3/owners', handle: (request) => owners(desk, request) },
    {
      method: 'GET',
      path: '/crm/v3/lists/records/:type/:id/memberships',
      handle: ({ params }) => ofContact(desk, params.id ?? '', desk.vendor.memberships),
    },
    {
      method: 'GET',
      path: '/marketing/v3/marketing-events/participations/contacts/:id/breakdown',
      handle: (request) =>
        isKnown(desk, request.params.id ?? '')
          ? listReply(desk, request, { all: desk.vendor.participations.get(request.params.id ?? '') ?? [] })
          : notFound(),
    },
    {
      method: 'GET',
      path: '/automation/v4/sequences/enrollments/contact/:id',
      handle: ({ params }) => {
        const enrolment = desk.vendor.enrolments.get(params.id ?? '')
        return enrolment === undefined ? notFound() : { status: 200, json: enrolment }
      },
    },
    {
      method: 'GET',
      path: '/events/v3/events',
      handle: (request) =>
        listReply(desk, request, {
          all: desk.vendor.behaviour.get(request.query.get('objectId') ?? '') ?? [],
          most: 1_000,
        }),
    },
  ]
}

/** Scopes of the sandbox's token under the current switch. */
export function grantedScopes(desk: Desk): readonly string[] {
  const all = SCOPES.map(({ scope }) => scope)
  return desk.switches.is('scopes', 'all') ? all : all.filter((scope) => !scope.startsWith('conversations.'))
}

function details(): SandboxReply {
  return {
    status: 200,
    json: {
      portalId: 6_210_337,
      accountType: 'SANDBOX',
      timeZone: 'Europe/Brussels',
      uiDomain: 'app-eu1.hubspot.com',
      dataHostingLocation: 'eu1',
      utcOffset: '+01:00',
    },
  }
}

function owners(desk: Desk, request: SandboxRequest): SandboxReply {
  const email = request.query.get('email')
  const hits = desk.vendor.owners.filter((owner) => email === null || owner.email === email.toLowerCase())
  return { status: 200, json: { results: hits } }
}

function isKnown(desk: Desk, id: string): boolean {
  return objectAt(desk.vendor, 'contacts', id) !== undefined
}

function ofContact(desk: Desk, id: string, place: ReadonlyMap<string, readonly JsonObject[]>): SandboxReply {
  return isKnown(desk, id) ? { status: 200, json: { results: place.get(id) ?? [] } } : notFound()
}
