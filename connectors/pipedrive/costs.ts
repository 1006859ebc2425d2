import { SHARE_OF_LIMIT } from '../../src/connector/index.ts'
import type { BucketLimit, HttpCall } from '../../src/connector/index.ts'

const RATE_LIMITING = 'Pipedrive rate limiting page, 2026-09-17: lowest plan'
const DAY_MS = 24 * 60 * 60 * 1000
const BURST_MS = 2_000

/** Tokens that the smallest company (Lite, one seat) has a day; larger ones are counted by smaller weights. */
export const SMALLEST_BUDGET = 30_000

export const BUCKETS = {
  tokens: { limit: SMALLEST_BUDGET, windowMs: DAY_MS, scope: 'account', source: `${RATE_LIMITING}, one seat` },
  burst: { limit: 20, windowMs: BURST_MS, scope: 'credential', source: RATE_LIMITING },
  search: { limit: 10, windowMs: BURST_MS, scope: 'credential', source: 'Pipedrive rate limiting page, 2026-09-17' },
} as const satisfies Readonly<Record<string, BucketLimit>>

/** How many tokens the company has a day, and the part of them that Habeas may spend. */
export interface Budget {
  readonly tokensPerDay: number
  readonly share: number
}

type Asked = Pick<HttpCall, 'method' | 'path'>

/** Buckets of a call and whether it changes something. */
export function trafficOf(call: Asked, budget: Budget): Pick<HttpCall, 'buckets' | 'effect'> {
  return {
    effect: call.method !== 'GET',
    buckets: {
      tokens: weightOf(tokensOf(call), budget),
      burst: 1,
      ...(isSearch(call) ? { search: 1 } : {}),
    },
  }
}

/**
 * What a call weighs in the bucket, whose limit stands still: the whole allowance of the bucket is the share of the
 * company's own budget. Rounded up, so that the share is never passed.
 */
export function weightOf(tokens: number, { tokensPerDay, share }: Budget): number {
  return Math.ceil((tokens * SMALLEST_BUDGET * SHARE_OF_LIMIT) / (tokensPerDay * share))
}

/** What Pipedrive charges for a call (`x-token-cost` of its published documents). */
export function tokensOf(call: Asked): number {
  const path = call.path.replace(/^https?:\/\/[^/]+/, '').split('?')[0] ?? ''
  return path.startsWith('/api/v2/') ? tokensOfV2(call, path) : tokensOfV1(call, path)
}

function isSearch({ path }: Asked): boolean {
  return /\/v2\/(itemSearch|[a-zA-Z]+\/search)(\?|$)/.test(path)
}

function tokensOfV2(call: Asked, path: string): number {
  if (call.method === 'DELETE') return 3
  if (call.method !== 'GET') return 5
  if (isSearch(call) || path.endsWith('/deals/archived')) return 20
  return /\/\d+(\/picture)?$/.test(path) ? 1 : 10
}

function tokensOfV1({ method }: Asked, path: string): number {
  if (method === 'DELETE') return 6
  if (method !== 'GET') return 10
  if (/\/(flow|leads\/archived)$/.test(path)) return 40
  // Ids are numbers, call logs' and leads' are longer words; a place is one short word.
  return /\/(me|\d+|[0-9a-f-]{20,})$/.test(path) ? 2 : 20
}
