import { isJsonObject, objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { bodyIn, cursorList, cursorPage, idOf, idsAsked, isPage, notFound, ok, refuse } from './replies.ts'
import type { PricedRoute } from './replies.ts'
import { allLive, change, instant, live, mark, put, remember, USERS } from './state.ts'
import type { Desk, Stored } from './state.ts'

const MINUTE_MS = 60_000

/** Persons, their pictures, changelogs and followers; who the credential is. */
export function personRoutes(desk: Desk): readonly PricedRoute[] {
  return [
    { method: 'GET', path: '/api/v1/users/me', tokens: 2, handle: () => ok(userFacts(desk)) },
    { method: 'GET', path: '/api/v1/users', tokens: 20, handle: () => ok(USERS.map((user) => ({ ...user }))) },
    { method: 'GET', path: '/api/v2/persons/search', tokens: 20, isSearch: true, handle: (call) => search(desk, call) },
    { method: 'GET', path: '/api/v2/persons', tokens: 10, handle: (call) => list(desk, call) },
    { method: 'POST', path: '/api/v2/persons', tokens: 5, handle: (call) => create(desk, call) },
    { method: 'GET', path: '/api/v2/persons/:id', tokens: 1, handle: (call) => read(desk, call) },
    { method: 'PATCH', path: '/api/v2/persons/:id', tokens: 5, handle: (call) => update(desk, call) },
    { method: 'DELETE', path: '/api/v2/persons/:id', tokens: 3, handle: (call) => remove(desk, call) },
    { method: 'GET', path: '/api/v2/persons/:id/picture', tokens: 1, handle: (call) => picture(desk, call) },
    { method: 'DELETE', path: '/api/v1/persons/:id/picture', tokens: 6, handle: (call) => removePicture(desk, call) },
    { method: 'GET', path: '/api/v2/persons/:id/followers', tokens: 10, handle: (call) => followers(desk, call) },
    { method: 'GET', path: '/api/v1/persons/:id/changelog', tokens: 20, handle: (call) => changelog(desk, call) },
    { method: 'GET', path: '/api/v2/organizations/:id', tokens: 1, handle: (call) => organization(desk, call) },
    {
      method: 'GET',
      path: '/pictures/:id',
      tokens: 0,
      isOpen: true,
      handle: (call) => {
        const one = live(desk, 'pictures', idOf(call))
        return one === undefined ? { status: 403 } : { status: 200, body: `picture ${one.id}` }
      },
    },
  ]
}

function userFacts(desk: Desk): JsonObject {
  const isAdmin = desk.switches.is('user', 'administrator')
  const company = {
    company_id: 77,
    company_name: 'Builders',
    company_domain: 'builders',
    timezone_name: 'Europe/Brussels',
  }
  return { ...USERS[0], ...company, is_admin: isAdmin ? 1 : 0, active_flag: true }
}

function search(desk: Desk, request: SandboxRequest): SandboxReply {
  const term = (request.query.get('term') ?? '').toLowerCase()
  const fields = (request.query.get('fields') ?? 'email,phone,name,custom_fields').split(',')
  const hits = [...desk.vendor.records.persons.values()].filter(
    (person) => isIndexed(desk, person) && textsOf(person.fields, fields).some((text) => text.toLowerCase() === term),
  )
  const items = hits.map(({ fields: person }) => ({
    result_score: 0.5,
    item: { id: person.id ?? null, type: 'person', name: person.name ?? null, emails: valuesIn(person.emails) },
  }))
  const page = cursorPage(desk, request, { all: items })
  return isPage(page) ? ok({ items: page.entries }, page.more) : page
}

/** The index may still show what was deleted a moment ago. */
function isIndexed(desk: Desk, { deletedAtMs }: Stored): boolean {
  if (deletedAtMs === undefined) return true
  return desk.switches.is('search_lag', 'a_minute') && deletedAtMs > desk.nowMs() - MINUTE_MS / desk.speed
}

function textsOf(person: JsonObject, fields: readonly string[]): readonly string[] {
  const custom = isJsonObject(person.custom_fields) ? Object.values(person.custom_fields) : []
  const all: Readonly<Record<string, readonly JsonValue[]>> = {
    email: valuesIn(person.emails),
    phone: valuesIn(person.phones),
    name: [person.name ?? ''],
    custom_fields: custom,
  }
  return fields.flatMap((field) => all[field] ?? []).filter((text) => typeof text === 'string')
}

export function valuesIn(entries: JsonValue | undefined): readonly string[] {
  return objectsAt(entries).map((entry) => textAt(entry, 'value'))
}

function list(desk: Desk, request: SandboxRequest): SandboxReply {
  const asked = idsAsked(request)
  if (asked !== undefined && asked.length > 100) return refuse(400, 'Too many ids.')
  const refusal = refusedFields(desk, request)
  if (refusal !== undefined) return refusal
  const isFlagged = desk.switches.is('deleted_person', 'flagged')
  const shown = [...desk.vendor.records.persons.values()].filter(
    ({ id, deletedAtMs }) =>
      (asked === undefined || asked.includes(id)) && (deletedAtMs === undefined || (isFlagged && asked !== undefined)),
  )
  return asked === undefined
    ? cursorList(desk, request, { all: shown.map((person) => facts(desk, person, request)) })
    : ok(
        shown.map((person) => facts(desk, person, request)),
        { additional_data: { next_cursor: null } },
      )
}

/** Only a company with Campaigns may ask for the marketing fields. */
function refusedFields(desk: Desk, { query }: SandboxRequest): SandboxReply | undefined {
  if (desk.switches.is('campaigns', 'on') || !(query.get('include_fields') ?? '').includes('marketing_status'))
    return undefined
  return desk.switches.is('campaigns', '403') ? refuse(403, 'forbidden') : refuse(400, 'include_fields is not valid')
}

const SYNCED = ['im', 'birthday', 'job_title', 'postal_address', 'notes'] as const

function facts(desk: Desk, { id, fields, deletedAtMs }: Stored, { query }: SandboxRequest): JsonObject {
  const asked = (query.get('include_fields') ?? '').split(',')
  const hidden: readonly string[] = [
    'marketing_status',
    'doi_status',
    ...(desk.switches.is('contact_sync', 'on') ? [] : SYNCED),
  ]
  const plain = Object.entries(fields).filter(([name]) => !hidden.includes(name))
  const wanted = Object.entries({
    ...countersOf(desk, id),
    marketing_status: fields.marketing_status ?? null,
    doi_status: fields.doi_status ?? null,
  })
  return {
    ...Object.fromEntries(plain),
    is_deleted: deletedAtMs !== undefined,
    ...Object.fromEntries(wanted.filter(([name]) => asked.includes(name))),
  }
}

function countersOf(desk: Desk, personId: string): JsonObject {
  const id = Number(personId)
  const count = (kind: Parameters<typeof allLive>[1], field = 'person_id'): number =>
    allLive(desk, kind).filter(({ fields }) => fields[field] === id).length
  const deals = allLive(desk, 'deals').filter(({ fields }) => fields.person_id === id && fields.is_archived !== true)
  const takingPart = count('participants')
  return {
    notes_count: count('notes'),
    files_count: count('files'),
    email_messages_count: count('messages'),
    activities_count: count('activities'),
    followers_count: desk.vendor.followers.get(personId)?.length ?? 0,
    open_deals_count: deals.filter(({ fields }) => fields.status === 'open').length,
    closed_deals_count: deals.filter(({ fields }) => fields.status !== 'open').length,
    participant_open_deals_count: takingPart,
    participant_closed_deals_count: 0,
  }
}

function create(desk: Desk, request: SandboxRequest): SandboxReply {
  const fields = bodyIn(request)
  if (textAt(fields, 'name') === '') return refuse(400, 'name is required')
  const person = put(desk, 'persons', { emails: [], phones: [], label_ids: [], custom_fields: {}, ...fields })
  return { ...ok(facts(desk, person, request)), status: 201 }
}

function read(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.records.persons.get(idOf(request))
  if (stored === undefined) return notFound()
  if (stored.deletedAtMs !== undefined && !desk.switches.is('deleted_person', 'flagged'))
    return desk.switches.is('deleted_person', '410') ? refuse(410, 'gone') : notFound()
  return ok(facts(desk, stored, request))
}

function update(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'persons', idOf(request))
  if (stored === undefined) return notFound()
  const body = bodyIn(request)
  if (SYNCED.some((name) => name in body) && desk.switches.is('contact_sync', 'off'))
    return refuse(403, 'contact sync is off')
  const wanted: JsonObject = {
    ...body,
    ...namesOf(body),
    ...customFields(stored, body),
    ...statusOf(desk, stored, body),
  }
  const kept = desk.switches.is('empty_emails', 'keeps')
    ? Object.entries(wanted).filter(
        ([name, value]) => !['emails', 'phones'].includes(name) || objectsAt(value).length > 0,
      )
    : Object.entries(wanted)
  remember(desk, stored, { key: stored.id, wanted: Object.fromEntries(kept) })
  change(desk, stored, Object.fromEntries(kept))
  const isTold = desk.switches.is('patch_answer', 'with_marketing')
  const status = isTold ? { marketing_status: stored.fields.marketing_status ?? null } : {}
  return ok({ ...facts(desk, stored, request), ...status })
}

/** Pipedrive takes a name apart itself. */
function namesOf(body: JsonObject): JsonObject {
  const name = textAt(body, 'name')
  if (name === '') return {}
  const [first = '', ...rest] = name.split(' ')
  return { first_name: first, last_name: rest.join(' ') }
}

function customFields({ fields }: Stored, { custom_fields: wanted }: JsonObject): JsonObject {
  const now = isJsonObject(fields.custom_fields) ? fields.custom_fields : {}
  return isJsonObject(wanted) ? { custom_fields: { ...now, ...wanted } } : {}
}

/** "Only allowed once": a second change is left undone without a word. */
function statusOf(desk: Desk, { id, fields }: Stored, { marketing_status: wanted }: JsonObject): JsonObject {
  if (wanted === undefined || !desk.switches.is('campaigns', 'on'))
    return { marketing_status: fields.marketing_status ?? null }
  const isFree = desk.switches.is('status_change', 'free') || !desk.vendor.decided.has(id)
  if (isFree && wanted !== fields.marketing_status) desk.vendor.decided.add(id)
  return { marketing_status: isFree ? wanted : (fields.marketing_status ?? null) }
}

function remove(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = desk.vendor.records.persons.get(idOf(request))
  if (stored === undefined) return notFound()
  if (stored.deletedAtMs !== undefined) return repeatedDelete(desk, stored.id)
  if (!desk.switches.is('delete_person', 'keeps')) mark(desk, stored)
  return ok({ id: Number(stored.id) })
}

export function repeatedDelete(desk: Desk, id: string): SandboxReply {
  if (desk.switches.is('second_delete', '200')) return ok({ id: Number(id) })
  return desk.switches.is('second_delete', '410') ? refuse(410, 'gone') : notFound()
}

function pictureOf(desk: Desk, personId: string): Stored | undefined {
  return allLive(desk, 'pictures').find(({ fields }) => fields.item_id === Number(personId))
}

function picture(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = pictureOf(desk, idOf(request))
  if (stored === undefined) return notFound()
  const url = `${desk.baseUrl}/pictures/${stored.id}`
  return ok({ ...stored.fields, pictures: { '128': url, '512': url } })
}

function removePicture(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = pictureOf(desk, idOf(request))
  if (stored === undefined) return notFound()
  desk.vendor.records.pictures.delete(stored.id)
  const person = live(desk, 'persons', idOf(request))
  if (person !== undefined) change(desk, person, { picture_id: null })
  return ok({ id: Number(stored.id) })
}

function followers(desk: Desk, request: SandboxRequest): SandboxReply {
  const all = desk.vendor.followers.get(idOf(request)) ?? []
  return cursorList(desk, request, { all: all.map((user_id) => ({ user_id, add_time: instant(0) })) })
}

function changelog(desk: Desk, request: SandboxRequest): SandboxReply {
  const id = idOf(request)
  if (isHidden(desk, id, 'changelog_after_delete')) return notFound()
  return cursorList(desk, request, { all: (desk.vendor.changelog.get(id) ?? []).map((one) => ({ ...one })) })
}

export function isHidden(desk: Desk, personId: string, name: 'changelog_after_delete' | 'flow_after_delete'): boolean {
  const stored = desk.vendor.records.persons.get(personId)
  return stored === undefined || (stored.deletedAtMs !== undefined && desk.switches.is(name, '404'))
}

function organization(desk: Desk, request: SandboxRequest): SandboxReply {
  const stored = live(desk, 'organizations', idOf(request))
  return stored === undefined ? notFound() : ok(stored.fields)
}
