import { objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { repeatedDelete } from './person-routes.ts'
import { bodyIn, cursorList, idOf, idsAsked, notFound, ok, refuse, startList } from './replies.ts'
import type { PricedRoute } from './replies.ts'
import { allLive, change, live, mark, USERS } from './state.ts'
import type { Desk, Kind, Stored } from './state.ts'

/** Notes with comments, activities, leads, files, mail, calls. */
export function childRoutes(desk: Desk): readonly PricedRoute[] {
  return [
    ...noteRoutes(desk),
    ...activityRoutes(desk),
    ...leadRoutes(desk),
    ...fileRoutes(desk),
    ...mailRoutes(desk),
    ...callRoutes(desk),
  ]
}

function noteRoutes(desk: Desk): readonly PricedRoute[] {
  const comments = '/api/v1/notes/:id/comments'
  return [
    { method: 'GET', path: '/api/v1/notes', tokens: 20, handle: (call) => byPerson(desk, call, 'notes') },
    { method: 'GET', path: '/api/v1/notes/:id', tokens: 2, handle: (call) => readText(desk, 'notes', idOf(call)) },
    {
      method: 'PUT',
      path: '/api/v1/notes/:id',
      tokens: 10,
      handle: (call) => write(desk, call, { kind: 'notes', id: idOf(call) }),
    },
    {
      method: 'DELETE',
      path: '/api/v1/notes/:id',
      tokens: 6,
      handle: (call) => erase(desk, { kind: 'notes', id: idOf(call) }, true),
    },
    { method: 'GET', path: comments, tokens: 20, handle: (call) => commentsOf(desk, call) },
    {
      method: 'GET',
      path: `${comments}/:comment`,
      tokens: 2,
      handle: (call) => readText(desk, 'comments', commentId(call)),
    },
    {
      method: 'PUT',
      path: `${comments}/:comment`,
      tokens: 10,
      handle: (call) => write(desk, call, { kind: 'comments', id: commentId(call) }),
    },
    {
      method: 'DELETE',
      path: `${comments}/:comment`,
      tokens: 6,
      handle: (call) => erase(desk, { kind: 'comments', id: commentId(call) }, true),
    },
  ]
}

function commentId({ params }: SandboxRequest): string {
  return params.comment ?? ''
}

function commentsOf(desk: Desk, request: SandboxRequest): SandboxReply {
  if (live(desk, 'notes', idOf(request)) === undefined) return notFound()
  const all = allLive(desk, 'comments').filter(({ fields }) => fields.object_id === idOf(request))
  return startList(desk, request, { all: all.map(({ fields }) => fields) })
}

function byPerson(desk: Desk, request: SandboxRequest, kind: Kind): SandboxReply {
  const id = Number(request.query.get('person_id') ?? '0')
  const all = allLive(desk, kind).filter(({ fields }) => fields.person_id === id)
  return startList(desk, request, { all: all.map(({ fields }) => fields) })
}

/** A note or comment; one that is marked as deleted may still show its text. */
function readText(desk: Desk, kind: 'notes' | 'comments', id: string): SandboxReply {
  const stored = desk.vendor.records[kind].get(id)
  if (stored === undefined) return notFound()
  const isDeleted = stored.deletedAtMs !== undefined
  if (isDeleted && desk.switches.is('deleted_note', '404')) return notFound()
  return ok({ ...stored.fields, active_flag: !isDeleted })
}

function write(desk: Desk, request: SandboxRequest, { kind, id }: Place): SandboxReply {
  const stored = live(desk, kind, id)
  if (stored === undefined) return notFound()
  change(desk, stored, { content: textAt(bodyIn(request), 'content') })
  return ok({ ...stored.fields, active_flag: true })
}

interface Place {
  readonly kind: Kind
  readonly id: string
}

/** Marks it as deleted; older answers say `true`, newer ones the id. */
function erase(desk: Desk, { kind, id }: Place, isPlain = false): SandboxReply {
  const stored = desk.vendor.records[kind].get(id)
  if (stored === undefined) return notFound()
  if (stored.deletedAtMs !== undefined) return repeatedDelete(desk, id)
  mark(desk, stored)
  return ok(isPlain ? true : { id: stored.fields.id ?? id })
}

function activityRoutes(desk: Desk): readonly PricedRoute[] {
  const path = '/api/v2/activities/:id'
  return [
    { method: 'GET', path: '/api/v2/activities', tokens: 10, handle: (call) => activities(desk, call) },
    { method: 'GET', path, tokens: 1, handle: (call) => single(desk, 'activities', call) },
    { method: 'PATCH', path, tokens: 5, handle: (call) => updateActivity(desk, call) },
    { method: 'DELETE', path, tokens: 3, handle: (call) => erase(desk, { kind: 'activities', id: idOf(call) }) },
  ]
}

/** By person: the primary participant's only. */
function activities(desk: Desk, request: SandboxRequest): SandboxReply {
  const asked = idsAsked(request)
  const person = request.query.get('person_id')
  const all = allLive(desk, 'activities').filter(
    ({ id, fields }) => (asked?.includes(id) ?? true) && (person === null || fields.person_id === Number(person)),
  )
  const shown = all.map(({ fields }) => withoutGuests(fields, request))
  return asked === undefined
    ? cursorList(desk, request, { all: shown })
    : ok(shown, { additional_data: { next_cursor: null } })
}

function withoutGuests(fields: JsonObject, { query }: SandboxRequest): JsonObject {
  const isAsked = query.get('include_fields') === 'attendees'
  return Object.fromEntries(Object.entries(fields).filter(([name]) => isAsked || name !== 'attendees'))
}

export function single(desk: Desk, kind: Kind, request: SandboxRequest): SandboxReply {
  const stored = live(desk, kind, idOf(request))
  return stored === undefined ? notFound() : ok(stored.fields)
}

function updateActivity(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'activities', idOf(request))
  if (stored === undefined) return notFound()
  const body = bodyIn(request)
  change(desk, stored, body)
  if ('participants' in body) {
    const primary = objectsAt(body.participants).find((one) => one.primary === true)
    change(desk, stored, { person_id: primary?.person_id ?? null })
  }
  return ok(stored.fields)
}

function leadRoutes(desk: Desk): readonly PricedRoute[] {
  const list = (isArchived: boolean) => (request: SandboxRequest) => {
    const id = Number(request.query.get('person_id') ?? '0')
    const all = allLive(desk, 'leads').filter(
      ({ fields }) => fields.person_id === id && fields.is_archived === isArchived,
    )
    return startList(desk, request, { all: all.map(({ fields }) => fields) })
  }
  return [
    { method: 'GET', path: '/api/v1/leads', tokens: 20, handle: list(false) },
    { method: 'GET', path: '/api/v1/leads/archived', tokens: 40, handle: list(true) },
    { method: 'GET', path: '/api/v1/leads/:id', tokens: 2, handle: (call) => single(desk, 'leads', call) },
    {
      method: 'DELETE',
      path: '/api/v1/leads/:id',
      tokens: 6,
      handle: (call) => erase(desk, { kind: 'leads', id: idOf(call) }),
    },
  ]
}

function fileRoutes(desk: Desk): readonly PricedRoute[] {
  const ofPerson = (request: SandboxRequest): SandboxReply => {
    const all = allLive(desk, 'files').filter(({ fields }) => fields.person_id === Number(idOf(request)))
    const shown = all.map(({ id, fields }) => ({ ...shownFile(fields), url: `https://files.example.net/${id}` }))
    return startList(desk, request, { all: shown, most: 100 })
  }
  return [
    { method: 'GET', path: '/api/v1/persons/:id/files', tokens: 20, handle: ofPerson },
    { method: 'GET', path: '/api/v1/files/:id', tokens: 2, handle: (call) => readFile(desk, call) },
    { method: 'GET', path: '/api/v1/files/:id/download', tokens: 20, handle: (call) => download(desk, call) },
    {
      method: 'DELETE',
      path: '/api/v1/files/:id',
      tokens: 6,
      handle: (call) => erase(desk, { kind: 'files', id: idOf(call) }),
    },
    { method: 'GET', path: '/store/:id', tokens: 0, isOpen: true, handle: (call) => bytesOf(desk, idOf(call)) },
  ]
}

function shownFile(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'bytes'))
}

function readFile(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.records.files.get(idOf(request))
  const isDeleted = stored?.deletedAtMs !== undefined
  if (stored === undefined || (isDeleted && desk.switches.is('deleted_file', '404'))) return notFound()
  return ok({ ...shownFile(stored.fields), active_flag: !isDeleted })
}

function download(desk: Desk, request: SandboxRequest): SandboxReply {
  if (desk.switches.is('download', 'direct')) return bytesOf(desk, idOf(request))
  const host = request.headers.host ?? ''
  return { status: 302, headers: { location: `http://${host}/store/${idOf(request)}` } }
}

function bytesOf(desk: Desk, id: string): SandboxReply {
  const stored = live(desk, 'files', id)
  return stored === undefined ? { status: 404 } : { status: 200, body: textAt(stored.fields, 'bytes') }
}

function mailRoutes(desk: Desk): readonly PricedRoute[] {
  const path = '/api/v1/mailbox/mailThreads/:id'
  return [
    { method: 'GET', path: '/api/v1/persons/:id/mailMessages', tokens: 20, handle: (call) => messages(desk, call) },
    { method: 'GET', path, tokens: 2, handle: (call) => readThread(desk, call) },
    { method: 'DELETE', path, tokens: 6, handle: (call) => removeThread(desk, call) },
  ]
}

function messages(desk: Desk, request: SandboxRequest): SandboxReply {
  const isAll = desk.switches.is('other_mailboxes', 'shown')
  const all = allLive(desk, 'messages').filter(
    ({ fields }) =>
      fields.person_id === Number(idOf(request)) &&
      (isAll || fields.user_id === USERS[0].id) &&
      live(desk, 'threads', textAt(fields, 'mail_thread_id')) !== undefined,
  )
  const shown = all.map(({ fields }) => ({
    object: 'mailMessage',
    timestamp: textAt(fields, 'message_time'),
    data: mailOf(fields, request),
  }))
  return startList(desk, request, { all: shown })
}

function mailOf(fields: JsonObject, { query }: SandboxRequest): JsonObject {
  const hidden = ['person_id', ...(query.get('include_body') === '1' ? [] : ['body'])]
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !hidden.includes(name)))
}

function readThread(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.records.threads.get(idOf(request))
  const isDeleted = stored?.deletedAtMs !== undefined
  if (stored === undefined || isForeign(desk, stored) || (isDeleted && desk.switches.is('deleted_thread', '404')))
    return notFound()
  return ok({ ...stored.fields, deleted_flag: isDeleted ? 1 : 0 })
}

function isForeign(desk: Desk, { fields }: Stored): boolean {
  return fields.user_id !== USERS[0].id && desk.switches.is('other_mailboxes', 'hidden')
}

/** Only in the mailbox of the credential's user. */
function removeThread(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.records.threads.get(idOf(request))
  if (stored?.fields.user_id !== USERS[0].id) return notFound()
  return erase(desk, { kind: 'threads', id: stored.id })
}

function callRoutes(desk: Desk): readonly PricedRoute[] {
  return [
    { method: 'GET', path: '/api/v1/callLogs/:id', tokens: 2, handle: (call) => single(desk, 'calls', call) },
    { method: 'DELETE', path: '/api/v1/callLogs/:id', tokens: 6, handle: (call) => removeCall(desk, call) },
  ]
}

function removeCall(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'calls', idOf(request))
  const isForeign = stored !== undefined && stored.fields.user_id !== USERS[0].id
  if (isForeign && desk.switches.is('other_users_calls', 'forbidden')) return refuse(403, 'forbidden')
  return erase(desk, { kind: 'calls', id: idOf(request) }, true)
}
