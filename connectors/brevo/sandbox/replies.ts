import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import type { SandboxReply, SandboxRequest } from '../../../src/connector/testing.ts'
import { DAY_MS, isoOf } from './state.ts'
import type { Desk, StoredEvent } from './state.ts'

/** Brevo's error body. */
export function refuse(status: number, code: string, message: string): SandboxReply {
  return { status, json: { code, message } }
}

export function contactNotFound(): SandboxReply {
  return refuse(404, 'document_not_found', 'Contact does not exist')
}

/** The CRM names no code. */
export function documentNotFound(): SandboxReply {
  return { status: 404, json: { message: 'Document not found' } }
}

export const DONE: SandboxReply = { status: 204 }

export function ok(json: JsonValue): SandboxReply {
  return { status: 200, json }
}

export function invalid(message: string): SandboxReply {
  return refuse(400, 'invalid_parameter', message)
}

export interface Window {
  readonly limit: number
  readonly offset: number
}

/** The page that a call asks for, or the refusal of a size that is over the documented maximum. */
export function windowOf({ query }: SandboxRequest, usual: number, most: number): Window | SandboxReply {
  const limit = Number(query.get('limit') ?? usual)
  if (!(limit >= 0 && limit <= most)) return refuse(400, 'out_of_range', `Limit exceeds max value`)
  return { limit, offset: Number(query.get('offset') ?? '0') }
}

export function isRefusal(value: object): value is SandboxReply {
  return 'status' in value
}

export interface Dates {
  /** Longest span in days. */
  readonly most: number
  /** Days back when no date is given. */
  readonly usual: number
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What `startDate` and `endDate` (or `days`) ask for; both or none, none in the future, no longer than the vendor lets. */
export function spanOf(desk: Desk, { query }: SandboxRequest, { most, usual }: Dates): Span | SandboxReply {
  const [start, end, days] = [query.get('startDate'), query.get('endDate'), query.get('days')]
  const nowMs = desk.nowMs()
  if ((start === null) !== (end === null)) return refuse(400, 'missing_parameter', 'Both dates are mandatory')
  if (start === null || end === null) {
    const back = Number(days ?? usual)
    if (!(back > 0 && back <= Math.max(most, usual))) return refuse(400, 'out_of_range', 'Days are out of range')
    return { fromMs: nowMs - back * DAY_MS, toMs: nowMs }
  }
  if (days !== null) return invalid('Days are not compatible with dates')
  const [fromMs, toMs] = [Date.parse(start), Date.parse(end)]
  if (Number.isNaN(fromMs) || Number.isNaN(toMs) || fromMs > toMs) return invalid('Dates are not valid')
  if (end > isoOf(nowMs).slice(0, 10)) return invalid('End date is in the future')
  if (toMs - fromMs > most * DAY_MS) return refuse(400, 'out_of_range', 'Time period exceeds maximum')
  return { fromMs, toMs: toMs + DAY_MS - 1 }
}

export function eventsIn(events: readonly StoredEvent[], { fromMs, toMs }: Span): readonly StoredEvent[] {
  return events.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).toSorted((one, other) => other.atMs - one.atMs)
}

/** Where a report finds nothing, the list's name is left out. */
export function reportOf(name: string, events: readonly StoredEvent[], { limit, offset }: Window): SandboxReply {
  const shown: readonly JsonObject[] = events.slice(offset, offset + limit).map((event) => event.shown)
  return ok(events.length === 0 ? {} : { [name]: shown })
}
