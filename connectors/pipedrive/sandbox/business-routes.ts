import { isJsonList, isJsonObject } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { single } from './child-routes.ts'
import { bodyIn, cursorList, idOf, idsAsked, notFound, ok, refuse, startList } from './replies.ts'
import type { PricedRoute } from './replies.ts'
import { allLive, change, live, remember } from './state.ts'
import type { Desk, Stored } from './state.ts'

/** Deals with participants, projects. */
export function businessRoutes(desk: Desk): readonly PricedRoute[] {
  const participant = '/api/v1/deals/:id/participants'
  return [
    { method: 'GET', path: '/api/v2/deals', tokens: 10, handle: (call) => deals(desk, call, false) },
    { method: 'GET', path: '/api/v2/deals/archived', tokens: 20, handle: (call) => deals(desk, call, true) },
    { method: 'GET', path: '/api/v2/deals/:id', tokens: 1, handle: (call) => single(desk, 'deals', call) },
    { method: 'PATCH', path: '/api/v2/deals/:id', tokens: 5, handle: (call) => updateDeal(desk, call) },
    { method: 'GET', path: participant, tokens: 20, handle: (call) => participants(desk, call) },
    { method: 'DELETE', path: `${participant}/:participant`, tokens: 6, handle: (call) => leave(desk, call) },
    {
      method: 'GET',
      path: '/api/v1/deals/:id/changelog',
      tokens: 20,
      handle: (call) => changelog(desk, call, 'deals'),
    },
    {
      method: 'GET',
      path: '/api/v2/projects/:id/changelog',
      tokens: 10,
      handle: (call) => changelog(desk, call, 'projects'),
    },
    { method: 'GET', path: '/api/v2/projects', tokens: 10, handle: (call) => projects(desk, call, false) },
    { method: 'GET', path: '/api/v2/projects/archived', tokens: 10, handle: (call) => projects(desk, call, true) },
    { method: 'GET', path: '/api/v2/projects/:id', tokens: 1, handle: (call) => single(desk, 'projects', call) },
    { method: 'PATCH', path: '/api/v2/projects/:id', tokens: 5, handle: (call) => updateProject(desk, call) },
  ]
}

function deals(desk: Desk, request: SandboxRequest, isArchived: boolean): SandboxReply {
  const asked = idsAsked(request)
  const person = request.query.get('person_id')
  const all = allLive(desk, 'deals').filter(
    ({ id, fields }) =>
      (asked === undefined ? fields.is_archived === isArchived : asked.includes(id)) &&
      (person === null || fields.person_id === Number(person)),
  )
  const shown = all.map(({ fields }) => fields)
  return asked === undefined
    ? cursorList(desk, request, { all: shown })
    : ok(shown, { additional_data: { next_cursor: null } })
}

function updateDeal(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'deals', idOf(request))
  if (stored === undefined) return notFound()
  const body = bodyIn(request)
  const isFixed = stored.fields.is_archived === true && desk.switches.is('archived_deals', 'fixed')
  if (isFixed || (body.person_id === null && desk.switches.is('unlink_deal', 'refused')))
    return refuse(400, 'not allowed')
  return changed(desk, stored, { key: `deals/${stored.id}`, body })
}

interface Changed {
  readonly key: string
  readonly body: JsonObject
}

/** The changelog keeps what is overwritten. */
function changed(desk: Desk, stored: Stored, { key, body }: Changed): SandboxReply {
  const wanted = { ...body, ...mergedCustom(stored, body) }
  remember(desk, stored, { key, wanted })
  change(desk, stored, wanted)
  return ok(stored.fields)
}

function changelog(desk: Desk, request: SandboxRequest, kind: 'deals' | 'projects'): SandboxReply {
  if (live(desk, kind, idOf(request)) === undefined) return notFound()
  const all = desk.vendor.changelog.get(`${kind}/${idOf(request)}`) ?? []
  return cursorList(desk, request, { all: all.map((one) => ({ ...one })) })
}

function mergedCustom({ fields }: Stored, { custom_fields: wanted }: JsonObject): JsonObject {
  const now = isJsonObject(fields.custom_fields) ? fields.custom_fields : {}
  return isJsonObject(wanted) ? { custom_fields: { ...now, ...wanted } } : {}
}

function participants(desk: Desk, request: SandboxRequest): SandboxReply {
  const all = allLive(desk, 'participants').filter(({ fields }) => fields.deal_id === Number(idOf(request)))
  const shown = all.map(({ fields }) => ({
    id: fields.id ?? null,
    person_id: { value: fields.person_id ?? null },
    active_flag: true,
    related_item_type: 'deal',
    related_item_id: fields.deal_id ?? null,
  }))
  return startList(desk, request, { all: shown })
}

function leave(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const stored = live(desk, 'participants', params.participant ?? '')
  if (stored?.fields.deal_id !== Number(params.id)) return notFound()
  desk.vendor.records.participants.delete(stored.id)
  return ok({ id: Number(stored.id) })
}

function projects(desk: Desk, request: SandboxRequest, isArchived: boolean): SandboxReply {
  const person = request.query.get('person_id')
  // The archive takes no person to filter by (published document).
  if (isArchived && person !== null) return refuse(400, 'person_id is not allowed')
  const all = allLive(desk, 'projects').filter(
    ({ fields }) =>
      (fields.archive_time !== null) === isArchived &&
      (person === null || (isJsonList(fields.person_ids) && fields.person_ids.includes(Number(person)))),
  )
  return cursorList(desk, request, { all: all.map(({ fields }) => fields) })
}

function updateProject(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'projects', idOf(request))
  if (stored === undefined) return notFound()
  const body = bodyIn(request)
  return changed(desk, stored, { key: `projects/${stored.id}`, body })
}
