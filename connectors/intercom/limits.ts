import type { InterpretHold } from '../../src/connector/index.ts'

const SHORTEST_MS = 1_000
const LONGEST_MS = 60_000

/**
 * Intercom says in `X-RateLimit-Reset` (unix seconds) when the ten-second window starts anew. Retry-After is not
 * documented; when it is there, it wins.
 */
export const interpretHold: InterpretHold = ({ status, headers }, nowMs) => {
  const isUsedUp = status === 429 || headers['x-ratelimit-remaining'] === '0'
  const reset = headers['x-ratelimit-reset'] ?? ''
  if (!isUsedUp || headers['retry-after'] !== undefined || !/^\d{1,12}$/.test(reset)) return undefined
  const waitMs = Number(reset) * 1_000 - nowMs
  return { bucket: 'ten_seconds', waitMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waitMs)) }
}
