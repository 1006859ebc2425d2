import type { LegRow, RequestRow } from '../ports/rows.ts'

type Times = Pick<LegRow, 'firstAtMs' | 'lastAtMs' | 'readbacks'>

/**
 * The instant of sealing: now, or the last that a worker's clock named before. Clocks of several machines differ by seconds, and one
 * may be set back; a record whose end lies before its beginning could never be sealed.
 */
export function sealedAt(nowMs: number, request: RequestRow, legs: readonly Times[]): number {
  const seen = legs.flatMap((leg) => [leg.lastAtMs ?? 0, leg.firstAtMs ?? 0, ...leg.readbacks.map((look) => look.atMs)])
  return Math.max(nowMs, request.receivedAtMs, request.approval?.atMs ?? 0, ...seen)
}

/** The instants of a leg in an order that can have happened: none before the receipt, none before the first. */
export function orderedTimes(leg: Times, receivedAtMs: number): Times {
  const readbacks = leg.readbacks.map((look) => ({ ...look, atMs: Math.max(look.atMs, receivedAtMs) }))
  if (leg.firstAtMs === null) return { readbacks, firstAtMs: null, lastAtMs: leg.lastAtMs }
  const others = [leg.lastAtMs ?? leg.firstAtMs, ...leg.readbacks.map((look) => look.atMs)]
  const firstAtMs = Math.max(receivedAtMs, Math.min(leg.firstAtMs, ...others))
  return { readbacks, firstAtMs, lastAtMs: leg.lastAtMs === null ? null : Math.max(leg.lastAtMs, firstAtMs) }
}
