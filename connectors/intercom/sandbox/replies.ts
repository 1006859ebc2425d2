import { isJsonObject } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { cursorOf, offsetOf, sliceOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, Slice } from '../../../src/connector/testing.ts'
import type { Desk } from './state.ts'

/** Intercom's error body. */
export function refuse(status: number, code: string, message: string): SandboxReply {
  return {
    status,
    json: { type: 'error.list', request_id: '00000000-0000-4000-8000-000000000000', errors: [{ code, message }] },
  }
}

export function notFound(what = 'Resource'): SandboxReply {
  return refuse(404, 'not_found', `${what} Not Found`)
}

export function ok(json: JsonValue): SandboxReply {
  return { status: 200, json }
}

/** An endpoint that a version before 2.16 does not have. */
export function modern(request: SandboxRequest, reply: () => SandboxReply): SandboxReply {
  if (request.headers['intercom-version'] === '2.16') return reply()
  return refuse(400, 'intercom_version_invalid', 'Requested resource is not available in current API version')
}

/** Pages are small by default, so that whoever reads only the first is seen. */
function sizeOf(desk: Desk, asked: number): number {
  return Math.min(asked, desk.switches.is('page_size', '2') ? 2 : 150)
}

function pagesDoc({ from, size, total }: Slice<JsonValue>): JsonObject {
  return {
    type: 'pages',
    page: Math.floor(from / size) + 1,
    per_page: size,
    total_pages: Math.max(1, Math.ceil(total / size)),
  }
}

export interface ListDoc {
  readonly type: string
  /** Name of the list in the answer. */
  readonly name: string
  readonly all: readonly JsonValue[]
  readonly perPage?: number
}

/** A page by cursor: search, notes. */
export function cursorPage(desk: Desk, after: string, { type, name, all, perPage = 50 }: ListDoc): SandboxReply {
  const page = sliceOf(all, { from: offsetOf(after), size: sizeOf(desk, perPage) })
  const next = page.next === undefined ? {} : { next: { per_page: page.size, starting_after: cursorOf(page.next) } }
  return ok({ type, [name]: page.entries, total_count: all.length, pages: { ...pagesDoc(page), ...next } })
}

/** A page by number with the address of the next: companies, custom objects. */
export function addressPage(desk: Desk, request: SandboxRequest, list: ListDoc): SandboxReply {
  const { reply, next } = numberPage(desk, request, list)
  const query = new URLSearchParams(request.query)
  query.set('page', String(next ?? 0))
  // The vendor writes its own host there, whatever host was asked.
  const address = next === undefined ? null : `https://api.intercom.io${request.path}?${query.toString()}`
  return ok({ ...reply, pages: { ...pagesOf(reply), next: address } })
}

function pagesOf(reply: JsonObject): JsonObject {
  return isJsonObject(reply.pages) ? reply.pages : {}
}

/** A page by number alone: deleted conversations, side conversations. */
export function numberPage(
  desk: Desk,
  request: SandboxRequest,
  { type, name, all, perPage = 20 }: ListDoc,
): { readonly reply: JsonObject; readonly next: number | undefined } {
  const asked = Number(request.query.get('per_page') ?? perPage)
  const size = sizeOf(desk, asked)
  const number = Math.max(1, Number(request.query.get('page') ?? '1'))
  const page = sliceOf(all, { from: (number - 1) * size, size })
  const reply = { type, [name]: page.entries, total_count: all.length, pages: pagesDoc(page) }
  return { reply, next: page.next === undefined ? undefined : number + 1 }
}
