import { isJsonObject, objectsAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { invalid, pageOf, textIn } from './replies.ts'
import { linkedIds, objectAt, unlink } from './state.ts'
import type { Desk } from './state.ts'

const READ_MAX = 1_000
const PAGE_MAX = 500

/** Associations v4. */
export function associationRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    {
      method: 'POST',
      path: '/crm/v4/associations/:from/:to/batch/read',
      isChange: false,
      handle: (request) => read(desk, request),
    },
    {
      method: 'POST',
      path: '/crm/v4/associations/:from/:to/batch/archive',
      handle: (request) => archive(desk, request),
    },
  ]
}

function read(desk: Desk, request: SandboxRequest): SandboxReply {
  const { from = '', to = '' } = request.params
  const inputs = objectsAt(bodyOf(request)?.inputs)
  if (inputs.length === 0 || inputs.length > READ_MAX) return invalid('A batch has 1 to 1000 inputs.')
  const results: JsonObject[] = []
  const errors: JsonObject[] = []
  for (const input of inputs) {
    const id = textIn(input, 'id') ?? ''
    const object = objectAt(desk.vendor, from, id)
    const linked = object?.archivedAtMs === undefined ? linkedIds(desk.vendor, `${from}/${object?.id ?? id}`, to) : []
    if (linked.length === 0) errors.push(noLinks(id, { from, to }))
    else results.push(linkResult(desk, id, { linked, after: textIn(input, 'after') ?? null }))
  }
  const at = new Date(desk.nowMs()).toISOString()
  const head = { status: 'COMPLETE', results, startedAt: at, completedAt: at }
  return errors.length === 0
    ? { status: 200, json: head }
    : { status: 207, json: { ...head, numErrors: errors.length, errors } }
}

interface Linked {
  readonly linked: readonly string[]
  readonly after: string | null
}

function linkResult(desk: Desk, id: string, { linked, after }: Linked): JsonObject {
  const { entries, next } = pageOf(desk, linked, { limit: PAGE_MAX, after })
  const isNumber = desk.switches.is('association_ids', 'number')
  const to = entries.map((one): JsonValue => ({
    toObjectId: isNumber ? Number(one) : one,
    associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 201, label: null }],
  }))
  return { from: { id }, to, ...(next === undefined ? {} : { paging: { next: { after: next } } }) }
}

/** Normal for a contact without any, and no error of the call. */
function noLinks(id: string, { from, to }: { readonly from: string; readonly to: string }): JsonObject {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to} is associated with ${from} ${id}.`,
    context: { fromObjectId: [id] },
    links: {},
    errors: [],
  }
}

function archive(desk: Desk, request: SandboxRequest): SandboxReply {
  const { from = '', to = '' } = request.params
  for (const input of objectsAt(bodyOf(request)?.inputs)) {
    const source = isJsonObject(input.from) ? textIn(input.from, 'id') : undefined
    for (const target of objectsAt(input.to))
      unlink(desk.vendor, `${from}/${source ?? ''}`, `${to}/${textIn(target, 'id') ?? ''}`)
  }
  return { status: 204 }
}
