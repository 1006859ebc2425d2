import { isJsonObject, objectsAt, textsAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { gdprDelete } from './gdpr-delete.ts'
import { OWN_TYPE } from './plant.ts'
import { invalid, listReply, notFound, pageOf, textIn } from './replies.ts'
import { emailsOf, newId, objectAt, RESTRICTION_PROPERTY } from './state.ts'
import type { Desk, StoredObject } from './state.ts'

const READ_MAX = 100
const HISTORY_MAX = 50

/** CRM objects: batch calls, list, search, GDPR deletion, properties and schemas. */
export function crmRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'POST', path: '/crm/v3/objects/contacts/gdpr-delete', handle: (request) => gdprDelete(desk, request) },
    {
      method: 'POST',
      path: '/crm/v3/objects/contacts/search',
      isChange: false,
      handle: (request) => search(desk, request),
    },
    { method: 'GET', path: '/crm/v3/objects/contacts', handle: (request) => contactPage(desk, request) },
    { method: 'POST', path: '/crm/v3/objects/:type', handle: (request) => create(desk, request) },
    {
      method: 'POST',
      path: '/crm/v3/objects/:type/batch/read',
      isChange: false,
      handle: (request) => batchRead(desk, request),
    },
    { method: 'POST', path: '/crm/v3/objects/:type/batch/archive', handle: (request) => batchArchive(desk, request) },
    { method: 'POST', path: '/crm/v3/objects/:type/batch/update', handle: (request) => batchUpdate(desk, request) },
    { method: 'GET', path: '/crm/v3/properties/:type', handle: (request) => properties(desk, request) },
    { method: 'GET', path: '/crm-object-schemas/v3/schemas', handle: schemas },
    { method: 'GET', path: '/crm/v3/schemas', handle: schemas },
  ]
}

function batchRead(desk: Desk, request: SandboxRequest): SandboxReply {
  const body = bodyOf(request)
  const type = request.params.type ?? ''
  const history = textsAt(body?.propertiesWithHistory)
  const inputs = objectsAt(body?.inputs).map((input) => textIn(input, 'id') ?? '')
  const max = history.length > 0 ? HISTORY_MAX : READ_MAX
  if (body === undefined || inputs.length === 0) return invalid('The request is not valid.')
  if (inputs.length > max) return invalid(`The maximum number of inputs supported in a batch request is ${max}.`)
  const isArchived = request.query.get('archived') === 'true'
  const idProperty = textIn(body, 'idProperty')
  const found = inputs.map((id) => ({ id, object: find(desk, { type, id, idProperty, isArchived }) }))
  const results = [...new Set(found.flatMap(({ object }) => object ?? []))].map((object) =>
    shown(object, { properties: textsAt(body.properties), history }),
  )
  return batchReply(desk, results, { type, missing: found.filter(({ object }) => !object).map(({ id }) => id) })
}

interface Wanted {
  readonly type: string
  readonly id: string
  readonly idProperty: string | undefined
  readonly isArchived: boolean
}

function find(desk: Desk, { type, id, idProperty, isArchived }: Wanted): StoredObject | undefined {
  const isFit = (object: StoredObject | undefined): boolean =>
    object !== undefined && (object.archivedAtMs !== undefined) === isArchived
  if (idProperty === undefined) {
    const object = objectAt(desk.vendor, type, id)
    return isFit(object) ? object : undefined
  }
  if (isArchived && idProperty === 'email' && desk.switches.is('archived_by_email', 'ignored')) return undefined
  return [...desk.vendor.objects.values()].find(
    (object) =>
      object.type === type &&
      isFit(object) &&
      (idProperty === 'email' ? emailsOf(object).includes(id.toLowerCase()) : object.properties[idProperty] === id),
  )
}

interface Missing {
  readonly type: string
  readonly missing: readonly string[]
}

function batchReply(desk: Desk, results: readonly JsonObject[], { type, missing }: Missing): SandboxReply {
  const at = new Date(desk.nowMs()).toISOString()
  const head = { status: 'COMPLETE', results, startedAt: at, completedAt: at }
  if (missing.length === 0 || (results.length === 0 && desk.switches.is('unknown_ids', '200')))
    return { status: 200, json: head }
  const message = `Could not get some ${type.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`
  return {
    status: 207,
    json: {
      ...head,
      numErrors: 1,
      errors: [
        { status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids: missing }, links: {}, errors: [] },
      ],
    },
  }
}

interface Shown {
  readonly properties: readonly string[]
  readonly history: readonly string[]
}

function shown(object: StoredObject, { properties, history }: Shown): JsonObject {
  const wanted = new Set([...properties, 'hs_object_id'])
  return {
    id: object.id,
    properties: Object.fromEntries([...wanted].map((name) => [name, object.properties[name] ?? null])),
    createdAt: new Date(object.createdAtMs).toISOString(),
    updatedAt: new Date(object.updatedAtMs).toISOString(),
    archived: object.archivedAtMs !== undefined,
    ...(object.archivedAtMs === undefined ? {} : { archivedAt: new Date(object.archivedAtMs).toISOString() }),
    ...(history.length === 0 ? {} : { propertiesWithHistory: historyOf(object, history) }),
  }
}

function historyOf(object: StoredObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = object.history
        .filter((entry) => entry.name === name)
        .map(({ value, atMs }): JsonObject => ({
          value,
          timestamp: new Date(atMs).toISOString(),
          sourceType: 'CRM_UI',
        }))
      return values.length === 0 ? [] : [[name, values]]
    }),
  )
}

function contactPage(desk: Desk, request: SandboxRequest): SandboxReply {
  const isArchived = request.query.get('archived') === 'true'
  const properties = request.query.getAll('properties').flatMap((names) => names.split(','))
  const all = [...desk.vendor.objects.values()].filter(
    (object) => object.type === 'contacts' && (object.archivedAtMs !== undefined) === isArchived,
  )
  return listReply(desk, request, { all: all.map((object) => shown(object, { properties, history: [] })) })
}

function search(desk: Desk, request: SandboxRequest): SandboxReply {
  const body = bodyOf(request)
  const groups = objectsAt(body?.filterGroups).map(({ filters }) => objectsAt(filters))
  if (body === undefined || groups.length > 3 || groups.some((filters) => filters.length > 3))
    return invalid('Too many filters.')
  const isHit = (object: StoredObject, filter: JsonObject): boolean => {
    const stored = searchable(object, textIn(filter, 'propertyName') ?? '') ?? ''
    const value = textIn(filter, 'value') ?? ''
    return filter.operator === 'CONTAINS_TOKEN' ? stored.split(';').includes(value) : stored === value
  }
  const hits = [...desk.vendor.objects.values()].filter(
    (object) =>
      object.type === 'contacts' &&
      // The index never holds deleted records.
      object.archivedAtMs === undefined &&
      groups.some((filters) => filters.every((filter) => isHit(object, filter))),
  )
  const { entries, next } = pageOf(desk, hits, {
    limit: Number(body.limit ?? 10),
    after: textIn(body, 'after') ?? null,
  })
  const results = entries.map((object) => shown(object, { properties: textsAt(body.properties), history: [] }))
  const paging = next === undefined ? {} : { paging: { next: { after: next } } }
  return { status: 200, json: { total: hits.length, results, ...paging } }
}

function searchable({ properties }: StoredObject, name: string): string | undefined {
  switch (name) {
    case 'hs_searchable_calculated_phone_number':
      return properties.phone?.replaceAll(/\D/g, '')
    case 'hs_searchable_calculated_mobile_number':
      return properties.mobilephone?.replaceAll(/\D/g, '')
    default:
      return properties[name]
  }
}

function create(desk: Desk, request: SandboxRequest): SandboxReply {
  const type = request.params.type ?? ''
  const id = newId(desk.vendor)
  const properties = Object.fromEntries(textEntries(bodyOf(request)?.properties))
  // The blocklist stops the interface and imports, not an API write.
  const nowMs = desk.nowMs()
  const object = {
    type,
    id,
    properties: { ...properties, hs_object_id: id },
    history: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  desk.vendor.objects.set(`${type}/${id}`, object)
  return { status: 201, json: shown(object, { properties: Object.keys(properties), history: [] }) }
}

function batchArchive(desk: Desk, request: SandboxRequest): SandboxReply {
  const type = request.params.type ?? ''
  const ids = objectsAt(bodyOf(request)?.inputs).map((input) => textIn(input, 'id') ?? '')
  if (ids.length === 0 || ids.length > READ_MAX) return invalid('A batch has 1 to 100 inputs.')
  const objects = ids.map((id) => objectAt(desk.vendor, type, id))
  const isRepeat = objects.every((object) => object === undefined || object.archivedAtMs !== undefined)
  if (isRepeat && desk.switches.is('repeated_archive', '404')) return notFound()
  for (const object of objects) {
    if (object === undefined || object.archivedAtMs !== undefined) continue
    // Logged e-mails are deleted for good; everything else goes to the recycle bin.
    if (type === 'emails') desk.vendor.objects.delete(`${type}/${object.id}`)
    else object.archivedAtMs = desk.nowMs()
  }
  return { status: 204 }
}

function batchUpdate(desk: Desk, request: SandboxRequest): SandboxReply {
  const type = request.params.type ?? ''
  const inputs = objectsAt(bodyOf(request)?.inputs)
  if (inputs.length === 0 || inputs.length > READ_MAX) return invalid('A batch has 1 to 100 inputs.')
  const updates = inputs.map((input) => ({ input, object: objectAt(desk.vendor, type, textIn(input, 'id') ?? '') }))
  if (type === 'contacts' && updates.some(({ input, object }) => !isValidContact(desk, input, object)))
    return invalid('A property does not exist, or a value of it is taken.')
  const missing = updates.filter(({ object }) => object?.archivedAtMs !== undefined || object === undefined)
  const changed = updates.flatMap(({ input, object }) => {
    if (object === undefined || object.archivedAtMs !== undefined) return []
    write(desk, object, textEntries(input.properties))
    object.updatedAtMs = desk.nowMs()
    return [shown(object, { properties: Object.keys(object.properties), history: [] })]
  })
  return batchReply(desk, changed, { type, missing: missing.map(({ input }) => textIn(input, 'id') ?? '') })
}

function write(desk: Desk, object: StoredObject, entries: readonly (readonly [string, string])[]): void {
  const before = object.properties.email ?? ''
  for (const [name, value] of entries) {
    object.properties[name] = value
    object.history.unshift({ name, value, atMs: desk.nowMs() })
  }
  const { email = '', hs_additional_emails: additional = '' } = object.properties
  if (object.type !== 'contacts' || email === before || before === '') return
  const rest = additional.split(';').filter((one) => one !== '' && one !== email)
  const kept = desk.switches.is('replaced_address', 'kept_as_secondary') ? [...rest, before] : rest
  object.properties.hs_additional_emails = kept.join(';')
}

/** Contacts, unlike activities, refuse a property that nobody made, and an address that another contact has. */
function isValidContact(desk: Desk, input: JsonObject, object: StoredObject | undefined): boolean {
  const known = contactProperties(desk)
  return textEntries(input.properties).every(([name, value]) => {
    if (!known.has(name)) return false
    if (name !== 'email' || value === '') return true
    return [...desk.vendor.objects.values()].every(
      (one) =>
        one.type !== 'contacts' ||
        one === object ||
        one.archivedAtMs !== undefined ||
        !emailsOf(one).includes(value.toLowerCase()),
    )
  })
}

function textEntries(value: JsonValue | undefined): readonly (readonly [string, string])[] {
  return isJsonObject(value)
    ? Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text] as const] : []))
    : []
}

const STANDARD: readonly string[] = ['hs_object_id', 'createdate']
const CONTACT_STANDARD: readonly string[] = [
  'email',
  'hs_additional_emails',
  'firstname',
  'lastname',
  'phone',
  'mobilephone',
  'address',
  'zip',
  'city',
  'country',
  'jobtitle',
  'company',
]

function contactProperties(desk: Desk): ReadonlySet<string> {
  return new Set([...namesOf(desk, 'contacts'), ...CONTACT_STANDARD, RESTRICTION_PROPERTY])
}

function namesOf(desk: Desk, type: string): ReadonlySet<string> {
  const stored = [...desk.vendor.objects.values()].filter((object) => object.type === type)
  return new Set([...STANDARD, ...stored.flatMap((object) => Object.keys(object.properties))])
}

function properties(desk: Desk, request: SandboxRequest): SandboxReply {
  const type = request.params.type ?? ''
  const names = type === 'contacts' ? contactProperties(desk) : namesOf(desk, type)
  const results = [...names].map((name): JsonValue => ({
    name,
    label: name,
    type: 'string',
    fieldType: 'text',
    groupName: 'all',
  }))
  return { status: 200, json: { results } }
}

function schemas(): SandboxReply {
  const labels = { singular: 'Machine', plural: 'Machines' }
  const own = {
    id: '4711',
    objectTypeId: OWN_TYPE,
    name: 'machines',
    labels,
    properties: [],
    associations: [],
    requiredProperties: [],
  }
  return { status: 200, json: { results: [own] } }
}
