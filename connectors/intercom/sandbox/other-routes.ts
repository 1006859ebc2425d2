import { textAt } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { SUBSCRIPTION_TYPES } from './contact-routes.ts'
import { contactSeen, participantIds } from './contacts.ts'
import { addressPage, notFound, ok } from './replies.ts'
import { search } from './search.ts'
import { ADMIN, WORKSPACE } from './state.ts'
import type { Desk } from './state.ts'

/** The workspace itself, events, notes by id, tickets, custom objects, visitors and files. */
export function otherRoutes(desk: Desk): readonly SandboxRoute[] {
  return [...workspaceRoutes(desk), ...ticketRoutes(desk), ...objectRoutes(desk)]
}

function workspaceRoutes(desk: Desk): readonly SandboxRoute[] {
  const app = { type: 'app', id_code: WORKSPACE, name: 'Sandbox', region: 'EU', timezone: 'Europe/Brussels' }
  const staff = [{ ...ADMIN, has_inbox_seat: true, team_ids: [] }]
  return [
    { method: 'GET', path: '/me', handle: () => ok({ ...ADMIN, has_inbox_seat: true, email_verified: true, app }) },
    { method: 'GET', path: '/admins', handle: () => ok({ type: 'admin.list', admins: staff }) },
    { method: 'GET', path: '/tags', handle: () => ok({ type: 'list', data: [] }) },
    { method: 'GET', path: '/subscription_types', handle: () => ok({ type: 'list', data: SUBSCRIPTION_TYPES }) },
    {
      method: 'GET',
      path: '/data_attributes',
      handle: () => {
        const isThere = desk.switches.is('restriction_attribute', 'exists')
        const data = desk.vendor.attributes.filter((one) => isThere || one.name !== 'dsr_restricted')
        return ok({ type: 'list', data })
      },
    },
    {
      method: 'GET',
      path: '/notes/:id',
      handle: ({ params }) => {
        const live = [...desk.vendor.contacts.keys()].flatMap((id) => contactSeen(desk, id)?.places.notes ?? [])
        const note = [...live, ...desk.vendor.strayNotes.values()].find((one) => one.id === params.id)
        return note === undefined ? notFound('Note') : ok(note)
      },
    },
    { method: 'GET', path: '/events', handle: (request) => events(desk, request) },
    {
      method: 'GET',
      path: '/visitors',
      handle: ({ query }) => {
        const visitor = desk.vendor.visitors.get(query.get('user_id') ?? '')
        return visitor === undefined ? notFound('Visitor') : ok(visitor)
      },
    },
    {
      method: 'GET',
      path: '/signed/files/:id',
      isOpen: true,
      handle: ({ params, headers }) => {
        const bytes = desk.vendor.files.get(params.id ?? '')
        if (bytes === undefined || headers.authorization !== undefined) return { status: 404 }
        return { status: 200, headers: { 'content-type': 'text/plain' }, body: bytes }
      },
    },
  ]
}

/** Events page by the address of the next page, which names the instant before which it starts. */
function events(desk: Desk, { query, path }: SandboxRequest): SandboxReply {
  const contact = contactSeen(desk, query.get('intercom_user_id') ?? '')
  if (query.get('type') !== 'user' || contact === undefined) return notFound('User')
  const person = { email: textAt(contact.doc, 'email'), intercom_user_id: contact.id }
  if (query.get('summary') === 'true') return ok({ type: 'event.summary', ...person, events: contact.places.summaries })
  const size = desk.switches.is('page_size', '2') ? 2 : Number(query.get('per_page') ?? '50')
  const from = Number(query.get('before') ?? '0')
  const page = contact.places.events.slice(from, from + size)
  const next = new URLSearchParams(query)
  next.set('before', String(from + size))
  const isLast = from + size >= contact.places.events.length
  const pages = isLast ? {} : { pages: { next: `https://api.intercom.io${path}?${next.toString()}` } }
  return ok({ type: 'event.summary', ...person, events: page, ...pages })
}

function ticketRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'POST',
      path: '/tickets/search',
      isChange: false,
      handle: (request) =>
        search(desk, request, {
          type: 'ticket.list',
          name: 'tickets',
          records: [...desk.vendor.tickets.values()],
          fieldOf: (record, field) => {
            if (field === 'contact_ids') return participantIds(record)
            return field === 'id' ? [textAt(record, 'id')] : undefined
          },
          perPage: 20,
        }),
    },
    {
      method: 'GET',
      path: '/tickets/:id',
      handle: ({ params }) => {
        const ticket = desk.vendor.tickets.get(params.id ?? '')
        return ticket === undefined ? notFound('Ticket') : ok(ticket)
      },
    },
    {
      method: 'DELETE',
      path: '/tickets/:id',
      handle: ({ params }) => {
        const id = params.id ?? ''
        return desk.vendor.tickets.delete(id) ? ok({ id, object: 'ticket', deleted: true }) : notFound('Ticket')
      },
    },
  ]
}

function objectRoutes(desk: Desk): readonly SandboxRoute[] {
  const keyOf = ({ params }: SandboxRequest): string => `${params.type ?? ''}/${params.id ?? ''}`
  return [
    {
      method: 'GET',
      path: '/custom_object_instances/:type',
      handle: (request) => {
        const [type, contactId] = [request.params.type ?? '', request.query.get('references_contact_id') ?? '']
        const ofType = [...desk.vendor.objects].filter(([key]) => key.startsWith(`${type}/`))
        // Before 2.16 the filter is unknown and everybody's objects would come.
        const isFiltered = request.headers['intercom-version'] === '2.16'
        const all = ofType.filter(([, { contactIds }]) => !isFiltered || contactIds.includes(contactId))
        if (ofType.length === 0) return notFound('Custom object type')
        return addressPage(desk, request, { type: 'list', name: 'data', all: all.map(([, { doc }]) => doc) })
      },
    },
    {
      method: 'GET',
      path: '/custom_object_instances/:type/:id',
      handle: (request) => {
        const found = desk.vendor.objects.get(keyOf(request))
        return found === undefined ? notFound('Object') : ok(found.doc)
      },
    },
    {
      method: 'DELETE',
      path: '/custom_object_instances/:type/:id',
      handle: (request) => {
        if (!desk.vendor.objects.delete(keyOf(request))) return notFound('Object')
        return ok({ object: request.params.type ?? '', id: request.params.id ?? '', deleted: true })
      },
    },
  ]
}
