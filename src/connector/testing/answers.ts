import type { JsonObject } from '../../domain/json.ts'
import { isJsonObject } from '../read-json.ts'
import type { BucketState } from './limits.ts'
import type { SandboxRequest } from './routes.ts'

/** A call's body as an object; undefined when it is none. */
export function bodyOf(request: SandboxRequest): JsonObject | undefined {
  const body = request.json()
  return isJsonObject(body) ? body : undefined
}

/** The part of a list that one page shows. */
export interface Slice<Entry> {
  readonly entries: readonly Entry[]
  readonly from: number
  readonly size: number
  readonly total: number
  /** Where the next page begins; undefined after the last one. */
  readonly next: number | undefined
}

export function sliceOf<Entry>(
  all: readonly Entry[],
  { from, size }: { readonly from: number; readonly size: number },
): Slice<Entry> {
  const end = from + size
  return { entries: all.slice(from, end), from, size, total: all.length, next: end < all.length ? end : undefined }
}

/** A cursor that says nothing to whoever gets it. */
export function cursorOf(offset: number): string {
  return Buffer.from(`after:${offset}`).toString('base64url')
}

/** The offset behind a cursor; 0 for none and for what is no cursor of ours. */
export function offsetOf(cursor: string | null): number {
  return Number(/^after:(\d{1,9})$/.exec(Buffer.from(cursor ?? '', 'base64url').toString())?.[1] ?? '0')
}

/** Whole seconds until a used-up bucket lets go, at least one: what a Retry-After says. */
export function secondsToReset({ resetAtMs, nowMs }: BucketState): string {
  return String(Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000)))
}
