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
