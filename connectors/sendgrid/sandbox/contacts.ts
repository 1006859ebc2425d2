import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { pollContactJob, startContactJob } from './jobs.ts'
import { NOT_FOUND, bodyOf, param, refusal, subuserOf, tenantOf, textsIn } from './replies.ts'
import type { Routes } from './replies.ts'
import { LISTS, SEGMENTS } from './state.ts'
import type { SandboxContact, Tenant, World } from './state.ts'

const API = '/v3/marketing'

export const contactRoutes: Routes = (world) => [
  post(`${API}/contacts/search/emails`, (request) => searchEmails(world, request)),
  post(`${API}/contacts/search/identifiers/:kind`, (request) => searchIdentifiers(world, request)),
  post(`${API}/contacts/batch`, (request) => batch(world, request)),
  { method: 'DELETE', path: `${API}/contacts`, handle: (request) => deleteContacts(world, request) },
  { method: 'PUT', path: `${API}/contacts`, handle: (request) => upsertContacts(world, request) },
  { method: 'GET', path: `${API}/contacts/imports/:id`, handle: (request) => jobStatus(world, request) },
  { method: 'GET', path: `${API}/contacts/count`, handle: (request) => count(world, request) },
  { method: 'GET', path: `${API}/lists`, handle: (request) => lists(world, request) },
  { method: 'DELETE', path: `${API}/lists/:id/contacts`, handle: (request) => leaveList(world, request) },
  { method: 'GET', path: `${API}/segments/2.0`, handle: segments },
]

function post(path: string, handle: (request: SandboxRequest) => SandboxReply) {
  return { method: 'POST', path, isChange: false, handle } as const
}

const ADDRESS = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i

function searchEmails(world: World, request: SandboxRequest): SandboxReply {
  const emails = textsIn(request, 'emails')
  if (emails === undefined || emails.length > 100) return refusal(400, 'emails is invalid', 'emails')
  if (emails.some((email) => email.length > 100 || !ADDRESS.test(email))) return refusal(400, 'invalid email', 'emails')
  return found(world, request, {
    values: emails.map((email) => email.toLowerCase()),
    holds: (contact, email) => contact.email === email || contact.alternates.includes(email),
    none: refusal(404, 'contacts not found'),
  })
}

const IDENTIFIER: Readonly<Record<string, (contact: SandboxContact) => string>> = {
  email: ({ email }) => email,
  phone_number_id: ({ phone }) => phone,
  external_id: ({ externalId }) => externalId,
  anonymous_id: ({ anonymousId }) => anonymousId,
}

function searchIdentifiers(world: World, request: SandboxRequest): SandboxReply {
  const valueOf = IDENTIFIER[param(request, 'kind')]
  const values = textsIn(request, 'identifiers')
  // These endpoints refuse without the list of errors.
  if (valueOf === undefined || values === undefined || values.length > 100)
    return { status: 400, json: { field: 'identifiers', message: 'invalid identifiers' } }
  return found(world, request, {
    values,
    holds: (contact, value) => value !== '' && valueOf(contact) === value,
    none: { status: 404, json: { message: 'contacts not found' } },
  })
}

interface Finding {
  readonly values: readonly string[]
  readonly holds: (contact: SandboxContact, value: string) => boolean
  readonly none: SandboxReply
}

function found(world: World, request: SandboxRequest, { values, holds, none }: Finding): SandboxReply {
  const shown = contactsShown(tenantOf(world, request))
  const hits = values.map((value) => [value, shown.find((contact) => holds(contact, value))] as const)
  forgetSeen(world, tenantOf(world, request), hits)
  if (hits.every(([, contact]) => contact === undefined)) return none
  const result = Object.fromEntries(
    hits.map(([value, contact]): [string, JsonValue] => [
      value,
      contact === undefined ? { error: 'contact not found' } : { contact: contactJson(contact) },
    ]),
  )
  return { status: 200, json: { result } }
}

function contactsShown(tenant: Tenant): readonly SandboxContact[] {
  return [...tenant.contacts.values(), ...tenant.ghosts.map(({ contact }) => contact)]
}

/** A ghost of the `once` kind is shown to one search. */
function forgetSeen(
  world: World,
  tenant: Tenant,
  hits: readonly (readonly [string, SandboxContact | undefined])[],
): void {
  if (!world.switches.is('index_lag', 'once')) return
  tenant.ghosts = tenant.ghosts.filter(({ contact }) => !hits.some(([, hit]) => hit === contact))
}

function batch(world: World, request: SandboxRequest): SandboxReply {
  const ids = textsIn(request, 'ids')
  if (ids === undefined || ids.length > 100) return refusal(400, 'ids is invalid', 'ids')
  const { contacts } = tenantOf(world, request)
  const known = ids.flatMap((id) => contacts.get(id) ?? [])
  return { status: 200, json: { result: known.map(contactJson) } }
}

function deleteContacts(world: World, request: SandboxRequest): SandboxReply {
  const { query } = request
  if (query.has('ids[]')) return refusal(400, 'unknown parameter', 'ids[]')
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '')
  const isAll = query.get('delete_all_contacts') === 'true'
  if (ids.length === 0 && !isAll) return refusal(400, 'ids is required', 'ids')
  const contactIds = isAll ? [...tenantOf(world, request).contacts.keys()] : ids
  return started(world, request, { type: 'delete', contactIds })
}

function upsertContacts(world: World, request: SandboxRequest): SandboxReply {
  const contacts = bodyOf(request).contacts
  if (!Array.isArray(contacts) || contacts.length === 0) return refusal(400, 'contacts is required', 'contacts')
  return started(world, request, { type: 'upsert', contacts: contacts as readonly JsonObject[] })
}

function leaveList(world: World, request: SandboxRequest): SandboxReply {
  const contactIds = (request.query.get('contact_ids') ?? '').split(',')
  const { contacts } = tenantOf(world, request)
  if (!LISTS.has(param(request, 'id')) || !contactIds.every((id) => contacts.has(id))) return { status: 404 }
  return started(world, request, { type: 'remove_from_list', contactIds, listId: param(request, 'id') })
}

function started(
  world: World,
  request: SandboxRequest,
  job: {
    readonly type: 'delete' | 'upsert' | 'remove_from_list'
    readonly contactIds?: readonly string[]
    readonly contacts?: readonly JsonObject[]
    readonly listId?: string
  },
): SandboxReply {
  const subuser = subuserOf(request)
  const whole = { contactIds: [], contacts: [], listId: '', ...job, subuser, atMs: request.atMs }
  return { status: 202, json: { job_id: startContactJob(world, whole) } }
}

function jobStatus(world: World, request: SandboxRequest): SandboxReply {
  const job = world.vendor.jobs.get(param(request, 'id'))
  if (job?.subuser !== subuserOf(request)) return NOT_FOUND
  pollContactJob(world, job, request.atMs)
  const requested = job.contactIds.length + job.contacts.length
  return {
    status: 200,
    json: {
      id: job.id,
      status: job.status,
      job_type: job.type,
      results: {
        requested_count: requested,
        deleted_count: job.deleted,
        errored_count: job.status === 'errored' ? requested : 0,
      },
      started_at: new Date(job.atMs).toISOString(),
      finished_at: job.status === 'pending' ? '' : new Date(request.atMs).toISOString(),
    },
  }
}

function count(world: World, request: SandboxRequest): SandboxReply {
  const { size } = tenantOf(world, request).contacts
  return { status: 200, json: { contact_count: size, billable_count: size } }
}

function lists(world: World, request: SandboxRequest): SandboxReply {
  const most = world.switches.is('pages', 'tiny') ? 2 : 1_000
  const size = Math.min(most, Number(request.query.get('page_size') ?? 100))
  const from = Number(request.query.get('page_token') ?? 0)
  const { contacts } = tenantOf(world, request)
  const page = [...LISTS].slice(from, from + size).map(([id, name]) => ({
    id,
    name,
    contact_count: [...contacts.values()].filter(({ listIds }) => listIds.includes(id)).length,
  }))
  const self = 'https://api.sendgrid.com/v3/marketing/lists'
  const next = from + size < LISTS.size ? { next: `${self}?page_size=${size}&page_token=${from + size}` } : {}
  return {
    status: 200,
    json: { result: page, _metadata: { self: `${self}?page_token=${from}`, ...next, count: LISTS.size } },
  }
}

/** The published document describes one segment here; with the only one of the sandbox both readings hold. */
function segments(request: SandboxRequest): SandboxReply {
  const at = new Date(request.atMs).toISOString()
  const [[id, name] = ['', '']] = [...SEGMENTS]
  return {
    status: 200,
    json: {
      id,
      name,
      contacts_count: 1,
      created_at: at,
      updated_at: at,
      sample_updated_at: at,
      next_sample_update: at,
      parent_list_ids: [],
      query_version: '2',
      status: { query_validation: 'VALID' },
    },
  }
}

export function contactJson(contact: SandboxContact): JsonObject {
  return {
    id: contact.id,
    email: contact.email,
    alternate_emails: contact.alternates,
    phone_number_id: contact.phone,
    external_id: contact.externalId,
    anonymous_id: contact.anonymousId,
    ...contact.fields,
    list_ids: contact.listIds,
    segment_ids: contact.segmentIds,
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
    _metadata: { self: `https://api.sendgrid.com/v3/marketing/contacts/${contact.id}` },
  }
}
