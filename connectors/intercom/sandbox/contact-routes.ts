import { isJsonObject, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { contactSeen, deleteContact, indexLag, participantIds, searchable, storeContact } from './contacts.ts'
import { addressPage, cursorPage, modern, notFound, ok, refuse } from './replies.ts'
import { search } from './search.ts'
import { isVisible } from './state.ts'
import type { Desk, PlaceName, StoredContact } from './state.ts'

const FIELDS = new Set(['id', 'email', 'external_id', 'phone', 'role', 'name'])

/** Contacts and what hangs on them. */
export function contactRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'POST',
      path: '/contacts/search',
      isChange: false,
      handle: (request) =>
        search(desk, request, {
          type: 'list',
          name: 'data',
          records: searchable(desk),
          fieldOf: (record, field) => (FIELDS.has(field) ? [textAt(record, field)] : undefined),
          perPage: 50,
        }),
    },
    { method: 'POST', path: '/contacts/merge', handle: (request) => merge(desk, bodyOf(request)) },
    { method: 'POST', path: '/contacts', handle: (request) => create(desk, bodyOf(request)) },
    {
      method: 'GET',
      path: '/contacts/find_by_external_id/:external',
      handle: (request) => {
        const all = [...desk.vendor.contacts.values()]
        const same = all.filter(({ doc }) => doc.external_id === request.params.external)
        const found = same.find((one) => one.mergedInto !== undefined || isVisible(desk, one))
        return found === undefined ? notFound('User') : show(desk, request, found.id)
      },
    },
    { method: 'GET', path: '/contacts/:id', handle: (request) => show(desk, request, request.params.id ?? '') },
    { method: 'PUT', path: '/contacts/:id', handle: (request) => update(desk, request) },
    { method: 'DELETE', path: '/contacts/:id', handle: (request) => remove(desk, request) },
    { method: 'POST', path: '/contacts/:id/archive', handle: (request) => archive(desk, request) },
    {
      method: 'GET',
      path: '/contacts/:id/merge_history',
      handle: (request) => modern(request, () => mergeHistory(desk, request)),
    },
    ...placeRoutes(desk),
  ]
}

function show(desk: Desk, request: SandboxRequest, id: string): SandboxReply {
  const target = desk.vendor.contacts.get(id)?.mergedInto
  if (target !== undefined && desk.switches.is('merged_by_id', '410') && request.headers['intercom-version'] === '2.16')
    return {
      ...refuse(410, 'contact_merged', 'This contact has been merged.'),
      headers: { link: `</contacts/${target}>; rel="canonical"` },
    }
  const contact = contactSeen(desk, id)
  return contact === undefined ? notFound('User') : ok(contact.doc)
}

function remove(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const contact = desk.vendor.contacts.get(params.id ?? '')
  const isThere = contact !== undefined && contact.goneAtMs === undefined && contact.mergedInto === undefined
  if (!isThere && !(contact?.goneAtMs !== undefined && desk.switches.is('second_delete', '200')))
    return notFound('User')
  if (isThere && desk.switches.is('contact_delete', 'deletes')) deleteContact(desk, contact)
  return ok({ type: 'contact', id: contact.id, external_id: contact.doc.external_id ?? null, deleted: true })
}

/** Archiving hides: search no longer shows the contact, and nothing is deleted. */
function archive(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const contact = contactSeen(desk, params.id ?? '')
  if (contact === undefined) return notFound('User')
  contact.isArchived = true
  return ok({ type: 'contact', id: contact.id, external_id: contact.doc.external_id ?? null, archived: true })
}

const WRITABLE = new Set(['email', 'phone', 'name', 'external_id', 'avatar', 'unsubscribed_from_emails'])

function update(desk: Desk, request: SandboxRequest): SandboxReply {
  const contact = contactSeen(desk, request.params.id ?? '')
  const body = bodyOf(request)
  if (contact === undefined) return notFound('User')
  if (body === undefined) return refuse(400, 'parameter_invalid', 'body is missing')
  const attributes = isJsonObject(body.custom_attributes) ? body.custom_attributes : {}
  const known = new Set(desk.vendor.attributes.map((one) => textAt(one, 'name')))
  if (!Object.keys(attributes).every((name) => known.has(name)))
    return refuse(400, 'parameter_invalid', 'Custom attribute does not exist')
  const written = Object.entries(body).filter(([name]) => WRITABLE.has(name))
  const before = isJsonObject(contact.doc.custom_attributes) ? contact.doc.custom_attributes : {}
  contact.doc = {
    ...contact.doc,
    ...Object.fromEntries(written),
    custom_attributes: { ...before, ...attributes },
  }
  return ok(contact.doc)
}

/** Creates as somebody else's program would; search shows it when the index has caught up. */
function create(desk: Desk, body: JsonObject | undefined): SandboxReply {
  const textOrNull = (name: string) => textAt(body, name) || null
  const contact = storeContact(
    desk,
    {
      role: textAt(body, 'role') === 'lead' ? 'lead' : 'user',
      email: textAt(body, 'email'),
      name: textOrNull('name'),
      phone: textOrNull('phone'),
      externalId: textOrNull('external_id'),
      city: null,
      attributes: {},
    },
    desk.nowMs() + indexLag(desk),
  )
  return ok(contact.doc)
}

/** Only a lead can be merged, and only into a user. Its conversations are the user's from then on. */
function merge(desk: Desk, body: JsonObject | undefined): SandboxReply {
  const from = contactSeen(desk, textAt(body, 'from'))
  const into = contactSeen(desk, textAt(body, 'into'))
  if (from?.doc.role !== 'lead' || into?.doc.role !== 'user')
    return refuse(400, 'parameter_invalid', 'only a lead merges into a user')
  from.mergedInto = into.id
  into.mergeHistory.push({
    type: 'merge_history_item',
    source_contact_id: from.id,
    source_contact_role: 'lead',
    merged_at: Math.floor(desk.nowMs() / 1_000),
  })
  for (const conversation of desk.vendor.conversations.values()) {
    const ids = participantIds(conversation).map((id) => (id === from.id ? into.id : id))
    const contacts = [...new Set(ids)].map((id) => ({ type: 'contact', id }))
    conversation.contacts = { type: 'contact.list', contacts }
  }
  return ok(into.doc)
}

function mergeHistory(desk: Desk, { params, query }: SandboxRequest): SandboxReply {
  const contact = contactSeen(desk, params.id ?? '')
  if (contact?.doc.role !== 'user') return notFound('User')
  const from = Number(query.get('cursor') ?? '0')
  const data = contact.mergeHistory.slice(from, from + 1)
  const hasMore = from + 1 < contact.mergeHistory.length
  return ok({ type: 'list', data, next_cursor: hasMore ? String(from + 1) : null, has_more: hasMore })
}

function placeRoutes(desk: Desk): readonly SandboxRoute[] {
  const onContact = (place: PlaceName, reply: (request: SandboxRequest, all: readonly JsonValue[]) => SandboxReply) =>
    ({
      method: 'GET',
      path: `/contacts/:id/${place}`,
      handle: (request) => {
        const contact = contactSeen(desk, request.params.id ?? '')
        return contact === undefined ? notFound('Contact') : reply(request, contact.places[place])
      },
    }) satisfies SandboxRoute
  const whole = (_: SandboxRequest, all: readonly JsonValue[]) => ok({ type: 'list', data: all })
  return [
    onContact('notes', (request, all) =>
      cursorPage(desk, request.query.get('starting_after') ?? '', { type: 'list', name: 'data', all }),
    ),
    onContact('tags', whole),
    onContact('segments', whole),
    onContact('companies', (request, all) => addressPage(desk, request, { type: 'list', name: 'companies', all })),
    onContact('subscriptions', whole),
    {
      method: 'POST',
      path: '/contacts/:id/subscriptions',
      handle: (request) => choose(desk, request, textAt(bodyOf(request), 'id')),
    },
    {
      method: 'DELETE',
      path: '/contacts/:id/subscriptions/:type',
      handle: (request) => unchoose(desk, request),
    },
  ]
}

const translation = (name: string) => ({ name, description: `${name} of the sandbox`, locale: 'en' })

const subscriptionType = (id: string, consent_type: string, name: string): JsonObject => ({
  type: 'subscription',
  id,
  state: 'live',
  consent_type,
  default_translation: translation(name),
  translations: [translation(name)],
  content_types: ['email'],
})

export const SUBSCRIPTION_TYPES: readonly JsonObject[] = [
  subscriptionType('106', 'opt_out', 'Announcements'),
  subscriptionType('107', 'opt_out', 'Newsletter'),
  subscriptionType('108', 'opt_in', 'Text messages'),
  { ...subscriptionType('109', 'opt_out', 'Old newsletter'), state: 'archived' },
]

function choose(desk: Desk, { params }: SandboxRequest, typeId: string): SandboxReply {
  const contact = contactSeen(desk, params.id ?? '')
  const type = SUBSCRIPTION_TYPES.find((one) => one.id === typeId)
  if (contact === undefined || type === undefined) return notFound()
  contact.places.subscriptions = [...withoutType(contact, typeId), type]
  return ok(type)
}

function unchoose(desk: Desk, { params }: SandboxRequest): SandboxReply {
  const contact = contactSeen(desk, params.id ?? '')
  const type = contact?.places.subscriptions.find((one) => one.id === params.type)
  if (contact === undefined || type === undefined) return notFound()
  contact.places.subscriptions = withoutType(contact, textAt(type, 'id'))
  return ok(type)
}

function withoutType({ places }: StoredContact, typeId: string): JsonObject[] {
  return places.subscriptions.filter((one) => one.id !== typeId)
}
