import { isJsonList, isJsonObject, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { DONE, contactNotFound, invalid, isRefusal, ok, refuse, spanOf } from './replies.ts'
import { ACCOUNT, ATTRIBUTES, DAY_MS, isVisible, isoOf, nextId, numbersIn, removeContact } from './state.ts'
import type { Campaign, Desk, StoredContact } from './state.ts'

const MINUTE_MS = 60_000

/** Contacts, their attributes, lists and campaigns. */
export function contactRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'GET',
      path: '/v3/contacts/attributes',
      handle: () => ok({ attributes: ATTRIBUTES.map((name) => ({ name, category: 'normal', type: 'text' })) }),
    },
    { method: 'GET', path: '/v3/contacts/lists/:id', handle: ({ params }) => list(desk, Number(params.id)) },
    { method: 'POST', path: '/v3/contacts/batch', handle: (request) => updateAll(desk, request) },
    { method: 'POST', path: '/v3/contacts', handle: (request) => create(desk, bodyOf(request)) },
    { method: 'GET', path: '/v3/contacts/:id/campaignStats', handle: (request) => campaignStats(desk, request) },
    {
      method: 'GET',
      path: '/v3/contacts/:id',
      handle: (request) => {
        const contact = wanted(desk, request)
        return contact === undefined ? contactNotFound() : ok(shown(desk, contact))
      },
    },
    {
      method: 'PUT',
      path: '/v3/contacts/:id',
      handle: (request) => {
        const contact = wanted(desk, request)
        return contact === undefined ? contactNotFound() : update(desk, contact, bodyOf(request) ?? {})
      },
    },
    { method: 'DELETE', path: '/v3/contacts/:id', handle: (request) => remove(desk, request) },
  ]
}

function list(desk: Desk, id: number): SandboxReply {
  const members = visible(desk).filter(({ listIds }) => listIds.includes(id)).length
  if (!(id > 0 && id < 100)) return refuse(404, 'document_not_found', 'List ID does not exist')
  return ok({
    id,
    name: `List ${id}`,
    totalSubscribers: members,
    uniqueSubscribers: members,
    totalBlacklisted: 0,
    folderId: 1,
    createdAt: '2020-01-01T00:00:00.000Z',
  })
}

export function visible(desk: Desk): readonly StoredContact[] {
  return [...desk.vendor.contacts.values()].filter((contact) => isVisible(contact, desk))
}

const TYPES: Readonly<Record<string, string>> = {
  ext_id: 'EXT_ID',
  phone_id: 'SMS',
  whatsapp_id: 'WHATSAPP',
  landline_number_id: 'LANDLINE_NUMBER',
}

/** Without a type a number is a contact's id before it is anything else. */
function wanted(desk: Desk, { params, query }: SandboxRequest): StoredContact | undefined {
  const identifier = params.id ?? ''
  const type = query.get('identifierType') ?? (/^\d+$/.test(identifier) ? 'contact_id' : 'email_id')
  if (type === 'contact_id') return visible(desk).find(({ id }) => String(id) === identifier)
  if (type === 'email_id') return byEmail(desk, identifier)
  const attribute = TYPES[type] ?? ''
  return visible(desk).find(({ attributes }) => attributes[attribute] === identifier.replace(/^\+/, ''))
}

export function byEmail(desk: Desk, email: string): StoredContact | undefined {
  const address = email.toLowerCase()
  return address === '' ? undefined : visible(desk).find((contact) => contact.email === address)
}

function shown(desk: Desk, contact: StoredContact): JsonObject {
  const { id, email, attributes, listIds, listUnsubscribed } = contact
  const { emailBlacklisted, smsBlacklisted, whatsappBlacklisted } = contact
  const recent = contact.campaigns.filter(({ atMs }) => atMs > desk.nowMs() - 90 * DAY_MS)
  return {
    ...(email === '' ? {} : { email }),
    id,
    emailBlacklisted,
    smsBlacklisted,
    whatsappBlacklisted,
    createdAt: isoOf(contact.createdAtMs),
    modifiedAt: isoOf(contact.modifiedAtMs),
    listIds,
    ...(listUnsubscribed.length === 0 ? {} : { listUnsubscribed }),
    attributes,
    statistics: statisticsOf(recent),
  }
}

function statisticsOf(campaigns: readonly Campaign[]): JsonObject {
  const sent = campaigns.map(({ campaignId, atMs }) => ({ campaignId, eventTime: isoOf(atMs) }))
  return {
    messagesSent: sent,
    delivered: sent,
    opened: campaigns.map(({ campaignId, atMs, ip }) => ({ campaignId, count: 1, eventTime: isoOf(atMs + 1_000), ip })),
    unsubscriptions: { userUnsubscription: [], adminUnsubscription: [] },
  }
}

function campaignStats(desk: Desk, request: SandboxRequest): SandboxReply {
  const contact = wanted(desk, request)
  if (contact === undefined) return contactNotFound()
  const span = spanOf(desk, request, { most: 90, usual: 90 })
  if (isRefusal(span)) return span
  return ok(statisticsOf(contact.campaigns.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs)))
}

function create(desk: Desk, body: JsonObject | undefined): SandboxReply {
  const attributes = isJsonObject(body?.attributes) ? body.attributes : {}
  const [email, sms] = [textAt(body, 'email').toLowerCase(), textAt(attributes, 'SMS').replace(/^\+/, '')]
  if (body === undefined || (email === '' && sms === ''))
    return refuse(400, 'missing_parameter', 'email, SMS or ext_id is required')
  const known = byEmail(desk, email) ?? visible(desk).find((one) => sms !== '' && one.attributes.SMS === sms)
  if (known !== undefined)
    return body.updateEnabled === true
      ? update(desk, known, body)
      : refuse(400, 'duplicate_parameter', 'Contact already exist')
  const contact = storeContact(desk, { email })
  update(desk, contact, body)
  return { status: 201, json: { id: contact.id } }
}

export function storeContact(desk: Desk, fresh: Partial<StoredContact>): StoredContact {
  const id = nextId(desk.vendor)
  const contact: StoredContact = {
    id,
    email: '',
    attributes: {},
    listIds: [],
    listUnsubscribed: [],
    emailBlacklisted: false,
    smsBlacklisted: false,
    whatsappBlacklisted: false,
    createdAtMs: desk.nowMs(),
    modifiedAtMs: desk.nowMs(),
    campaigns: desk.vendor.pastCampaigns.get(fresh.email ?? '') ?? [],
    ...fresh,
  }
  desk.vendor.contacts.set(id, contact)
  return contact
}

/** Attributes that the account does not have are passed over in silence; an identifier of somebody else is a conflict. */
function update(desk: Desk, contact: StoredContact, body: JsonObject): SandboxReply {
  const attributes = isJsonObject(body.attributes) ? body.attributes : {}
  const moved = textAt(attributes, 'EMAIL').toLowerCase()
  const holder = byEmail(desk, moved)
  if (holder !== undefined && holder !== contact)
    return refuse(400, 'duplicate_parameter', 'email is already associated')
  applyFlags(contact, body)
  for (const [name, value] of Object.entries(attributes))
    if (ATTRIBUTES.includes(name)) contact.attributes[name] = name === 'SMS' ? plain(value) : value
  if (moved !== '' && moved !== contact.email) {
    contact.email = moved
    // Even when the same call sets the block.
    if (desk.switches.is('blocklist_after_new_address', 'lost')) contact.emailBlacklisted = false
  }
  contact.modifiedAtMs = desk.nowMs()
  return DONE
}

function plain(value: JsonValue): JsonValue {
  return typeof value === 'string' ? value.replace(/^\+/, '') : value
}

function applyFlags(contact: StoredContact, body: JsonObject): void {
  if (typeof body.emailBlacklisted === 'boolean') contact.emailBlacklisted = body.emailBlacklisted
  if (typeof body.smsBlacklisted === 'boolean') contact.smsBlacklisted = body.smsBlacklisted
  const [added, left] = [numbersIn(body.listIds), numbersIn(body.unlinkListIds)]
  contact.listIds = [...new Set([...contact.listIds, ...added])].filter((id) => !left.includes(id))
}

function updateAll(desk: Desk, request: SandboxRequest): SandboxReply {
  const contacts = bodyOf(request)?.contacts
  const items = isJsonList(contacts) ? contacts.filter(isJsonObject) : []
  if (items.length === 0) return refuse(400, 'missing_parameter', 'contacts is missing')
  if (items.length > Number(desk.switches.get('batch_max'))) return invalid('too many contacts')
  const found = items.map((item) => visible(desk).find(({ id, email }) => id === item.id || email === item.email))
  if (found.includes(undefined) && desk.switches.is('batch_with_a_stranger', 'fails_whole'))
    return refuse(400, 'document_not_found', 'Contact does not exist')
  items.forEach((item, at) => {
    const contact = found[at]
    if (contact !== undefined) update(desk, contact, item)
  })
  return DONE
}

function remove(desk: Desk, request: SandboxRequest): SandboxReply {
  const contact = wanted(desk, request)
  if (contact === undefined) return contactNotFound()
  if (contact.email === ACCOUNT.email)
    return refuse(405, 'method_not_allowed', 'You’re not allowed to delete registered email contact with Brevo')
  if (desk.switches.is('contact_delete', 'keeps')) return DONE
  if (desk.switches.is('contact_delete', 'after_a_minute')) contact.goneAtMs ??= desk.nowMs() + MINUTE_MS / desk.speed
  else removeContact(desk, contact)
  return DONE
}
