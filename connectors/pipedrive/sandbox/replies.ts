import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { bodyOf, cursorOf, offsetOf, sliceOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import type { Desk } from './state.ts'

/** A route and what Pipedrive charges for it. */
export interface PricedRoute extends SandboxRoute {
  readonly tokens: number
  readonly isSearch?: boolean
}

/** Pipedrive's error body. */
export function refuse(status: number, error: string): SandboxReply {
  return { status, json: { success: false, error, errorCode: status, error_info: '', data: null } }
}

export function notFound(): SandboxReply {
  return refuse(404, 'not found')
}

export function ok(data: JsonValue, more: JsonObject = {}): SandboxReply {
  return { status: 200, json: { success: true, data, ...more } }
}

/** The body as an object; empty when it is none. */
export function bodyIn(request: SandboxRequest): JsonObject {
  return bodyOf(request) ?? {}
}

export function idOf(request: SandboxRequest): string {
  return request.params.id ?? ''
}

interface Listed {
  readonly all: readonly JsonValue[]
  /** Largest `limit` that may be asked for. */
  readonly most?: number
}

/** A page of version 2; the switch keeps pages small, so that whoever reads only the first one is seen. */
export function cursorPage(desk: Desk, request: SandboxRequest, { all, most = 500 }: Listed): Paged | SandboxReply {
  const limit = limitOf(request, most)
  if (limit === undefined) return refuse(400, 'The limit is out of range.')
  const page = sliceOf(all, { from: offsetOf(request.query.get('cursor')), size: sizeOf(desk, limit) })
  const next = page.next === undefined ? null : cursorOf(page.next)
  return { entries: page.entries, more: { additional_data: { next_cursor: next } } }
}

export interface Paged {
  readonly entries: readonly JsonValue[]
  readonly more: JsonObject
}

export function isPage(page: Paged | SandboxReply): page is Paged {
  return 'entries' in page
}

export function cursorList(desk: Desk, request: SandboxRequest, listed: Listed): SandboxReply {
  const page = cursorPage(desk, request, listed)
  return isPage(page) ? ok(page.entries, page.more) : page
}

/** A page of version 1. */
export function startList(desk: Desk, request: SandboxRequest, { all, most = 500 }: Listed): SandboxReply {
  const limit = limitOf(request, most)
  if (limit === undefined) return refuse(400, 'The limit is out of range.')
  const page = sliceOf(all, { from: Number(request.query.get('start') ?? '0'), size: sizeOf(desk, limit) })
  const isNested = desk.switches.is('v1_paging', 'nested')
  const window = {
    start: page.from,
    limit: page.size,
    more_items_in_collection: page.next !== undefined,
    // Only the nested form names where to go on.
    ...(page.next !== undefined && isNested ? { next_start: page.next } : {}),
  }
  const { entries } = page
  const data = entries.length === 0 && desk.switches.is('empty_v1_list', 'null') ? null : entries
  return ok(data, { additional_data: isNested ? { pagination: window } : window })
}

function limitOf({ query }: SandboxRequest, most: number): number | undefined {
  const limit = Number(query.get('limit') ?? '100')
  return Number.isInteger(limit) && limit >= 1 && limit <= most ? limit : undefined
}

function sizeOf(desk: Desk, limit: number): number {
  return Math.min(limit, desk.switches.is('page_size', '2') ? 2 : 100)
}

export function idsAsked({ query }: SandboxRequest): readonly string[] | undefined {
  return query.get('ids')?.split(',')
}
