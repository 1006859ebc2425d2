import { retryAfterMs } from '../../src/connector/index.ts'
import type { BucketLimit, HttpCall, InterpretHold } from '../../src/connector/index.ts'
import type { HourOfCalls } from './hour.ts'

const HOUR_MS = 60 * 60 * 1000
const SOURCE = 'developers.brevo.com/docs/api-limits, August 2026, General plans'

/**
 * Brevo counts by groups of endpoints. The hourly figures that it publishes beside those per second are never reached at
 * 80 % of the latter.
 */
export const BUCKETS = {
  contacts: { limit: 10, windowMs: 1_000, scope: 'account', source: SOURCE },
  mail_log: { limit: 2, windowMs: 1_000, scope: 'account', source: SOURCE },
  blocked_contacts: { limit: 1_000, windowMs: 1_000, scope: 'account', source: SOURCE },
  smtp: { limit: 300, windowMs: HOUR_MS, scope: 'account', source: SOURCE },
  everything_else: { limit: 100, windowMs: HOUR_MS, scope: 'account', source: SOURCE },
} as const satisfies Readonly<Record<string, BucketLimit>>

export type Bucket = keyof typeof BUCKETS

/** The group that a call is counted in. `GET /smtp/emails` alone is fast: the text of one mail counts among the slow. */
export function bucketOf(path: string): Bucket {
  const place = path.split('?')[0]?.replace(/^.*?\/v3\//, '/') ?? ''
  if (place === '/smtp/emails') return 'mail_log'
  if (place === '/smtp/blockedContacts') return 'blocked_contacts'
  if (place.startsWith('/smtp/')) return 'smtp'
  return place.startsWith('/contacts') ? 'contacts' : 'everything_else'
}

/** How a call is counted; `hour` keeps what the run has reserved of the hundred calls. */
export function trafficOf({ method, path }: Pick<HttpCall, 'path'> & { readonly method: string }, hour: HourOfCalls) {
  const bucket = bucketOf(path)
  const weight = bucket === 'everything_else' ? hour.weigh() : 1
  return { buckets: { [bucket]: weight }, effect: method !== 'GET' }
}

const LONGEST_MS = HOUR_MS

/**
 * Brevo says in `x-sib-ratelimit-reset` how many seconds are left of the hour (or second) that is used up, and sends no
 * Retry-After; should one come, it wins. The bucket is the call's own, since each call is counted in one.
 */
export const interpretHold: InterpretHold = ({ status, headers }, nowMs) => {
  const isUsedUp = status === 429 || headers['x-sib-ratelimit-remaining'] === '0'
  const reset = headers['x-sib-ratelimit-reset'] ?? ''
  if (!isUsedUp || retryAfterMs(headers['retry-after'], nowMs) !== undefined) return undefined
  if (!/^\d{1,9}(\.\d+)?$/.test(reset)) return undefined
  return { waitMs: Math.min(LONGEST_MS, Math.max(1_000, Math.ceil(Number(reset) * 1_000))) }
}
