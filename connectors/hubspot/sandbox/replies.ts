import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { sliceOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import type { Desk } from './state.ts'

/** HubSpot's error body. */
export function refuse(status: number, category: string, more: JsonObject): SandboxReply {
  return {
    status,
    json: { status: 'error', correlationId: '00000000-0000-4000-8000-000000000000', category, ...more },
  }
}

export function notFound(): SandboxReply {
  return refuse(404, 'OBJECT_NOT_FOUND', { message: 'Object not found.' })
}

export function invalid(message: string): SandboxReply {
  return refuse(400, 'VALIDATION_ERROR', { message })
}

export function textIn(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name]
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

export interface PageOf<Entry> {
  readonly entries: readonly Entry[]
  readonly next: string | undefined
}

/** One page; the switch keeps pages small, so that whoever reads only the first page is seen. */
export function pageOf<Entry>(
  desk: Desk,
  all: readonly Entry[],
  asked: { limit: number; after: string | null },
): PageOf<Entry> {
  const size = Math.min(asked.limit, desk.switches.is('page_size', '2') ? 2 : 100)
  const { entries, next } = sliceOf(all, { from: Number(asked.after ?? '0'), size })
  return { entries, next: next === undefined ? undefined : String(next) }
}

export interface ListOf {
  readonly all: readonly JsonValue[]
  /** Largest `limit` that may be asked for. */
  readonly most?: number
}

/** A page as most lists of HubSpot answer it. */
export function listReply(desk: Desk, request: SandboxRequest, { all, most = 100 }: ListOf): SandboxReply {
  const limit = Number(request.query.get('limit') ?? '10')
  if (!Number.isInteger(limit) || limit < 1 || limit > most) return invalid('The limit is out of range.')
  const { entries, next } = pageOf(desk, all, { limit, after: request.query.get('after') })
  return {
    status: 200,
    json: { results: entries, ...(next === undefined ? {} : { paging: { next: { after: next } } }) },
  }
}
