import { DsrError } from '../domain/errors.ts'

/** A published limit of a vendor. `weight` of a call defaults to 1 (Pipedrive counts tokens). */
export interface BucketLimit {
  /** Published maximum of calls (or tokens) in one window. */
  readonly limit: number
  readonly windowMs: number
  /** Whose quota it is: two accounts with the same scope key share it. */
  readonly scope: 'account' | 'credential' | 'address'
  /** Where the figure comes from: document and date, or "unpublished: conservative". */
  readonly source: string
}

/** We never take more than this share of a published limit in any window, wherever the window starts. */
export const SHARE_OF_LIMIT = 0.8

export interface LimiterAsk {
  /** Quota owner and bucket: `hubspot-main/ten_seconds`. No secret, no identifier. */
  readonly key: string
  readonly limit: BucketLimit
  readonly weight: number
}

export type LimiterAnswer = { readonly kind: 'granted' } | { readonly kind: 'wait'; readonly waitMs: number }

/**
 * Counts calls for all workers of an installation. Guarantees: over any window of `windowMs`, wherever it starts, at most
 * 80 % of `limit` is granted (at least 1); nothing is granted before a hold has passed; a lost store restarts *empty*,
 * that is, with nothing to spend until a window has passed.
 */
export interface LimiterStore {
  /** Takes from all buckets or from none. */
  take(asks: readonly LimiterAsk[]): Promise<LimiterAnswer>
  /** Nothing of this key before `untilMs` (a vendor's Retry-After, an exhausted daily quota). Later holds win, earlier ones do not shorten. */
  hold(key: string, untilMs: number): Promise<void>
}

/** How much of a published limit may be granted in any one window: 80 % rounded down, at least 1. */
export interface KeptLimit {
  readonly most: number
  readonly windowMs: number
}

/**
 * The limit as we keep it: what every store counts with.
 *
 * @throws DsrError `CONNECTOR_BUG` when a figure is not a positive whole number, so that a slip of the pen never reads
 *   as "no limit".
 */
export function normaliseLimit({ limit, windowMs }: Pick<BucketLimit, 'limit' | 'windowMs'>): KeptLimit {
  if (!isCount(limit) || limit === 0 || !isCount(windowMs) || windowMs === 0)
    throw new DsrError('CONNECTOR_BUG', 'a published limit is not a positive whole number')
  return { most: Math.max(1, Math.floor(limit * SHARE_OF_LIMIT)), windowMs }
}

/** An ask as the stores count it: one per key. */
export interface KeptAsk extends KeptLimit {
  readonly key: string
  readonly weight: number
}

/**
 * Adds up asks of the same key and leaves out nothing: an ask of weight 0 still respects a hold.
 *
 * @throws DsrError `CONNECTOR_BUG` when one call weighs more than its bucket may ever grant, or a weight is no count.
 */
export function normaliseAsks(asks: readonly LimiterAsk[]): readonly KeptAsk[] {
  const kept = new Map<string, KeptAsk>()
  for (const { key, limit, weight } of asks) {
    const ask = { key, ...normaliseLimit(limit), weight: weight + (kept.get(key)?.weight ?? 0) }
    if (!isCount(ask.weight) || ask.weight > ask.most)
      throw new DsrError('CONNECTOR_BUG', 'a call weighs more than its bucket may grant in one window')
    kept.set(key, ask)
  }
  return [...kept.values()]
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
