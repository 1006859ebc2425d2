import type { InterpretHold } from '../../src/connector/index.ts'

const SHORTEST_MS = 1_000
const LONGEST_MS = 120_000

/**
 * SendGrid says when a bucket fills again in `X-RateLimit-Reset`: a unix time by its general pages, the seconds until then
 * by the document of the erasure job. The size of the number tells which. Retry-After, when it is there, wins.
 */
export const interpretHold: InterpretHold = ({ status, headers }, nowMs) => {
  const isUsedUp = status === 429 || headers['x-ratelimit-remaining'] === '0'
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  if (!isUsedUp || headers['retry-after'] !== undefined || !Number.isFinite(reset) || reset < 0) return undefined
  const waitMs = reset > 1e9 ? reset * 1_000 - nowMs : reset * 1_000
  return { waitMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waitMs)) }
}
