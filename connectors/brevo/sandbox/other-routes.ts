import { isJsonObject, listAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { visible } from './contact-routes.ts'
import { spanMax } from './mail-routes.ts'
import { eventsIn, isRefusal, ok, refuse, reportOf, spanOf, windowOf } from './replies.ts'
import { ACCOUNT, SEAT, nextId, numbersIn } from './state.ts'
import type { Desk, StoredEvent, StoredObject } from './state.ts'

/** The account, reports by number, events, orders, received mail, custom objects, processes. */
export function otherRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'GET', path: '/v3/account', handle: () => ok(account(desk)) },
    { method: 'GET', path: '/v3/organization/invited/users', handle: () => ok({ users: [seat(SEAT)] }) },
    {
      method: 'GET',
      path: '/v3/transactionalSMS/statistics/events',
      handle: (request) => byNumber(desk, request, { events: desk.vendor.sms, name: 'phoneNumber', most: 100 }),
    },
    {
      method: 'GET',
      path: '/v3/whatsapp/statistics/events',
      handle: (request) =>
        byNumber(desk, request, { events: desk.vendor.whatsApp, name: 'contactNumber', most: 5_000 }),
    },
    { method: 'GET', path: '/v3/events', handle: (request) => customEvents(desk, request) },
    { method: 'GET', path: '/v3/orders', handle: (request) => orders(desk, request) },
    { method: 'GET', path: '/v3/inbound/events', handle: (request) => inbound(desk, request) },
    {
      method: 'GET',
      path: '/v3/inbound/events/:uuid',
      handle: ({ params }) => {
        const mail = desk.vendor.inbound.find(({ uuid }) => uuid === params.uuid)
        return mail === undefined ? refuse(404, 'document_not_found', 'Event not found') : ok(inboundDetails(mail))
      },
    },
    { method: 'GET', path: '/v3/objects/:type/associated-records', handle: (request) => associated(desk, request) },
    { method: 'POST', path: '/v3/objects/:type/batch/delete', handle: (request) => deleteObjects(desk, request) },
    { method: 'GET', path: '/v3/processes/:id', handle: ({ params }) => processOf(desk, Number(params.id)) },
  ]
}

function account(desk: Desk): JsonObject {
  return {
    ...ACCOUNT,
    enterprise: desk.switches.is('enterprise', 'yes'),
    firstName: 'Olivia',
    lastName: 'Owner',
    address: { street: 'Kerkstraat 1', city: 'Gent', zipCode: '9000', country: 'Belgium' },
    plan: [{ type: 'subscription', creditsType: 'sendLimit', credits: 5_000 }],
    relay: { enabled: true, data: { userName: ACCOUNT.email, relay: 'smtp-relay.brevo.com', port: 587 } },
    marketingAutomation: { enabled: true, key: 'sandbox' },
  }
}

function seat(email: string): JsonObject {
  return { email, is_owner: 'false', status: 'active', feature_access: { marketing: 'full', crm: 'full' } }
}

interface ByNumber {
  readonly events: readonly StoredEvent[]
  readonly name: string
  readonly most: number
}

function byNumber(desk: Desk, request: SandboxRequest, { events, name, most }: ByNumber): SandboxReply {
  const window = windowOf(request, Math.min(50, most), most)
  if (isRefusal(window)) return window
  const span = spanOf(desk, request, { most: spanMax(desk), usual: 30 })
  if (isRefusal(span)) return span
  const number = request.query.get(name)
  const all = events.filter(({ shown }) => number === null || textAt(shown, name) === number)
  return reportOf('events', eventsIn(all, span), window)
}

function customEvents(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 100, 10_000)
  if (isRefusal(window)) return window
  const span = spanOf(desk, request, { most: spanMax(desk), usual: 183 })
  if (isRefusal(span)) return span
  const ids = request.query.getAll('contact_id')
  const all = desk.vendor.customEvents.filter(
    ({ shown }) => ids.length === 0 || ids.includes(textAt(shown, 'contact_id')),
  )
  const found = eventsIn(all, span)
  const page = found.slice(window.offset, window.offset + window.limit).map(({ shown }) => shown)
  return ok({ count: found.length, events: page })
}

function orders(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 50, 100)
  if (isRefusal(window)) return window
  const all = desk.vendor.orders.toSorted((one, other) =>
    textAt(other, 'createdAt').localeCompare(textAt(one, 'createdAt')),
  )
  return ok({ count: all.length, orders: all.slice(window.offset, window.offset + window.limit) })
}

const INBOUND_NAMES = new Set(['uuid', 'date', 'sender', 'recipient'])

function inbound(desk: Desk, request: SandboxRequest): SandboxReply {
  const window = windowOf(request, 100, 500)
  if (isRefusal(window)) return window
  const sender = request.query.get('sender')
  const all = desk.vendor.inbound.filter((mail) => sender === null || mail.sender === sender)
  const page = all.slice(window.offset, window.offset + window.limit)
  return ok({
    events: page.map((mail) => Object.fromEntries(Object.entries(mail).filter(([name]) => INBOUND_NAMES.has(name)))),
  })
}

function inboundDetails({ date: receivedAt = '', sender = '', recipient = '', subject = '' }: JsonObject): JsonObject {
  return {
    receivedAt,
    deliveredAt: receivedAt,
    sender,
    recipient,
    subject,
    attachments: [],
    logs: [{ date: receivedAt, type: 'received' }],
  }
}

const PER_PAGE = 20

/** What a contact or an object is associated with. */
function associated(desk: Desk, { params, query }: SandboxRequest): SandboxReply {
  const [type, id] = [params.type ?? '', Number(query.get('id'))]
  const all = type === 'contact' ? objectsOf(desk, id) : contactsOf(desk, desk.vendor.objects.get(`${type}/${id}`))
  if (all === undefined) return refuse(404, 'document_not_found', 'Record does not exist')
  const types = query.getAll('type')
  const wanted = all.filter((item) => types.length === 0 || types.includes(textAt(item, 'type')))
  const offset = Number(query.get('offset') ?? '0')
  const items = wanted.slice(offset, offset + PER_PAGE)
  return ok({ items, has_more: offset + PER_PAGE < wanted.length, offset })
}

function objectsOf(desk: Desk, contactId: number): readonly JsonObject[] | undefined {
  if (!visible(desk).some(({ id }) => id === contactId)) return undefined
  return [...desk.vendor.objects.values()]
    .filter(({ contactIds }) => contactIds.includes(contactId))
    .map(({ type, shown }) => ({ type, object: shown }))
}

function contactsOf(desk: Desk, object: StoredObject | undefined): readonly JsonObject[] | undefined {
  return object?.contactIds.flatMap((id) => {
    const contact = visible(desk).find((one) => one.id === id)
    return contact === undefined ? [] : [{ type: 'contact', object: { id, attributes: { email: contact.email } } }]
  })
}

const OBJECTS_DELAY_MS = 90_000

function deleteObjects(desk: Desk, request: SandboxRequest): SandboxReply {
  const identifiers = bodyOf(request)?.identifiers
  const ids = isJsonObject(identifiers) ? numbersIn(listAt({ identifiers }, 'identifiers', 'ids')) : []
  if (ids.length === 0 || ids.length > 1_000) return refuse(400, 'invalid_parameter', 'identifiers are not valid')
  const processId = nextId(desk.vendor)
  const type = request.params.type ?? ''
  desk.vendor.processes.set(processId, {
    dueAtMs: desk.nowMs() + OBJECTS_DELAY_MS / desk.speed,
    objects: ids.map((id) => `${type}/${id}`),
  })
  return { status: 202, json: { processId, message: 'Object records deletion is being processed' } }
}

function processOf(desk: Desk, id: number): SandboxReply {
  const process = desk.vendor.processes.get(id)
  if (process === undefined) return refuse(404, 'document_not_found', 'Process ID does not exist')
  const isOver = process.dueAtMs <= desk.nowMs()
  const end = process.objects !== undefined && desk.switches.is('object_delete', 'fails') ? 'failed' : 'completed'
  return ok({ id, name: 'CONTACT_EXPORT', status: isOver ? end : 'in_process' })
}
