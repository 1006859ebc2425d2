import { isJsonObject, textAt, textsAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { DONE, documentNotFound, isRefusal, ok, refuse, windowOf } from './replies.ts'
import { DAY_MS, hexId, isoOf, numbersIn } from './state.ts'
import type { CrmName, Desk, Doc } from './state.ts'

/** Notes, tasks, files, deals and companies. */
export function crmRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    ...noteRoutes(desk),
    ...taskRoutes(desk),
    ...fileRoutes(desk),
    ...businessRoutes(desk, {
      name: 'deals',
      path: '/v3/crm/deals',
      filter: 'filters[linkedContactsIds]',
      title: 'deal_name',
    }),
    ...businessRoutes(desk, { name: 'companies', path: '/v3/companies', filter: 'linkedContactsIds', title: 'name' }),
  ]
}

function docs(desk: Desk, name: CrmName): readonly Doc[] {
  return [...desk.vendor.crm[name].values()].toReversed()
}

function one(desk: Desk, name: CrmName, reply: (doc: Doc, request: SandboxRequest) => SandboxReply) {
  return (request: SandboxRequest): SandboxReply => {
    const doc = desk.vendor.crm[name].get(request.params.id ?? '')
    return doc === undefined ? documentNotFound() : reply(doc, request)
  }
}

function deletion(desk: Desk, name: CrmName) {
  return one(desk, name, (_, { params }) => {
    desk.vendor.crm[name].delete(params.id ?? '')
    return DONE
  })
}

/** A page of the documents that hang on the contact of the query. */
function page(desk: Desk, request: SandboxRequest, { name, at, filter }: Filtered): readonly Doc[] | SandboxReply {
  const window = windowOf(request, 50, 1_000)
  if (isRefusal(window)) return window
  const asked = request.query.get(filter)
  const all = docs(desk, name).filter((doc) => asked === null || numbersIn(doc[at]).includes(Number(asked)))
  const from = name === 'companies' ? (pageOf(request) - 1) * window.limit : window.offset
  return all.slice(from, from + window.limit)
}

/** Companies count pages, from 1. */
function pageOf({ query }: SandboxRequest): number {
  return Number(query.get('page') ?? '1')
}

interface Filtered {
  readonly name: CrmName
  /** Where the documents name their contacts. */
  readonly at: string
  readonly filter: string
}

function onContacts({ query }: SandboxRequest): boolean {
  return query.get('entity') === 'contacts' && /^\d+(,\d+)*$/.test(query.get('entityIds') ?? '')
}

function noteRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: '/v3/crm/notes',
      handle: (request) => {
        if (!onContacts(request)) return refuse(400, 'invalid_parameter', 'entity is not valid')
        const found = page(desk, request, { name: 'notes', at: 'contactIds', filter: 'entityIds' })
        return isRefusal(found) ? found : ok(found)
      },
    },
    {
      method: 'POST',
      path: '/v3/crm/notes',
      handle: (request) => {
        const note = { ...bodyOf(request), id: hexId(desk.vendor), createdAt: isoOf(desk.nowMs()) }
        desk.vendor.crm.notes.set(note.id, note)
        return ok({ id: note.id })
      },
    },
    { method: 'GET', path: '/v3/crm/notes/:id', handle: one(desk, 'notes', ok) },
    {
      method: 'PATCH',
      path: '/v3/crm/notes/:id',
      handle: one(desk, 'notes', (note, request) => patchNote(desk, note, bodyOf(request) ?? {})),
    },
    { method: 'DELETE', path: '/v3/crm/notes/:id', handle: deletion(desk, 'notes') },
  ]
}

/** Links that a change leaves out are gone with it, or are only ever added to. */
function patchNote(desk: Desk, note: Doc, change: JsonObject): SandboxReply {
  if (typeof change.text !== 'string') return refuse(400, 'missing_parameter', 'text is missing')
  const isAdded = desk.switches.is('note_links', 'added')
  const contactIds = [...(isAdded ? numbersIn(note.contactIds) : []), ...numbersIn(change.contactIds)]
  const linked = (name: string): readonly JsonValue[] => [
    ...(isAdded ? textsAt(note, name) : []),
    ...textsAt(change, name),
  ]
  Object.assign(note, {
    text: change.text,
    contactIds: [...new Set(contactIds)],
    dealIds: [...new Set(linked('dealIds'))],
    companyIds: [...new Set(linked('companyIds'))],
    updatedAt: isoOf(desk.nowMs()),
  })
  return DONE
}

function taskRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: '/v3/crm/tasks',
      handle: (request) => {
        const found = page(desk, request, { name: 'tasks', at: 'contactsIds', filter: 'filter[contacts]' })
        return isRefusal(found) ? found : ok({ items: found })
      },
    },
    { method: 'GET', path: '/v3/crm/tasks/:id', handle: one(desk, 'tasks', ok) },
    {
      method: 'PATCH',
      path: '/v3/crm/tasks/:id',
      handle: one(desk, 'tasks', (task, request) => {
        Object.assign(task, bodyOf(request), { updatedAt: isoOf(desk.nowMs()) })
        return DONE
      }),
    },
    { method: 'DELETE', path: '/v3/crm/tasks/:id', handle: deletion(desk, 'tasks') },
  ]
}

const FIVE_MINUTES_MS = 5 * 60 * 1000

function fileRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: '/v3/crm/files',
      handle: (request) => {
        if (!onContacts(request)) return refuse(400, 'invalid_parameter', 'entity is not valid')
        const found = page(desk, request, { name: 'files', at: 'contactId', filter: 'entityIds' })
        if (isRefusal(found)) return found
        return ok(desk.switches.is('file_ids', 'shown') ? found : found.map(withoutId))
      },
    },
    { method: 'GET', path: '/v3/crm/files/:id/data', handle: one(desk, 'files', ok) },
    {
      method: 'GET',
      path: '/v3/crm/files/:id',
      handle: one(desk, 'files', ({ id = '' }) => {
        const until = desk.nowMs() + (desk.switches.is('file_address', 'a_day') ? DAY_MS : FIVE_MINUTES_MS)
        return ok({ fileUrl: `${desk.baseUrl}/store/${textAt({ id }, 'id')}.${until}` })
      }),
    },
    { method: 'DELETE', path: '/v3/crm/files/:id', handle: deletion(desk, 'files') },
    {
      method: 'GET',
      path: '/store/:token',
      isOpen: true,
      handle: ({ params }) => {
        const [id = '', until = '0'] = (params.token ?? '').split('.')
        const bytes = desk.vendor.fileBytes.get(id)
        if (bytes === undefined || Number(until) < desk.nowMs()) return { status: 403, body: 'Request has expired' }
        return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: bytes }
      },
    },
  ]
}

function withoutId(file: Doc): Doc {
  return Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'id'))
}

interface Business {
  readonly name: 'deals' | 'companies'
  readonly path: string
  readonly filter: string
  /** The attribute that `name` of a change writes. */
  readonly title: string
}

function businessRoutes(desk: Desk, { name, path, filter, title }: Business): readonly SandboxRoute[] {
  return [
    { method: 'GET', path, handle: (request) => businessPage(desk, request, { name, filter }) },
    { method: 'GET', path: `${path}/:id`, handle: one(desk, name, ok) },
    {
      method: 'PATCH',
      path: `${path}/:id`,
      handle: one(desk, name, (doc, request) => {
        const change = bodyOf(request) ?? {}
        const attributes = isJsonObject(change.attributes) ? change.attributes : {}
        const named = typeof change.name === 'string' ? { [title]: change.name } : {}
        doc.attributes = { ...(isJsonObject(doc.attributes) ? doc.attributes : {}), ...attributes, ...named }
        // Whoever writes the list replaces everybody's links.
        if (change.linkedContactsIds !== undefined) doc.linkedContactsIds = numbersIn(change.linkedContactsIds)
        return name === 'companies' ? ok(doc) : DONE
      }),
    },
    {
      method: 'PATCH',
      path: `${path}/link-unlink/:id`,
      handle: one(desk, name, (doc, request) => {
        const change = bodyOf(request) ?? {}
        const left = numbersIn(change.unlinkContactIds)
        const linked = [...numbersIn(doc.linkedContactsIds), ...numbersIn(change.linkContactIds)]
        doc.linkedContactsIds = [...new Set(linked)].filter((id) => !left.includes(id))
        return DONE
      }),
    },
  ]
}

function businessPage(
  desk: Desk,
  request: SandboxRequest,
  { name, filter }: Pick<Business, 'name' | 'filter'>,
): SandboxReply {
  const found = page(desk, request, { name, at: 'linkedContactsIds', filter })
  return isRefusal(found) ? found : ok({ items: found })
}
