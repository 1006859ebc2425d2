import { retryAfterMs } from '../../src/connector/index.ts'
import type { Hold, HttpReply } from '../../src/connector/index.ts'

const SEARCH_WAIT_MS = 1_000
const ROLLING_WAIT_MS = 10_000
// The daily quota comes back at midnight in the account's own time zone, which the answer does not name.
const DAILY_WAIT_MS = 60 * 60 * 1_000

/** HubSpot names the exhausted policy in the body of a 429; Retry-After is not documented, but obeyed when it is there. */
export function interpretHold(reply: HttpReply, nowMs: number): Hold | undefined {
  if (reply.status !== 429) return undefined
  const asked = retryAfterMs(reply.headers['retry-after'], nowMs)
  switch (policyOf(reply)) {
    case 'DAILY':
      return { bucket: 'day', waitMs: asked ?? DAILY_WAIT_MS }
    case 'SECONDLY':
      return { bucket: 'search', waitMs: asked ?? SEARCH_WAIT_MS }
    case 'TEN_SECONDLY_ROLLING':
      return { bucket: 'ten_seconds', waitMs: asked ?? intervalMs(reply) ?? ROLLING_WAIT_MS }
    default:
      return asked === undefined ? { waitMs: intervalMs(reply) ?? ROLLING_WAIT_MS } : { waitMs: asked }
  }
}

function policyOf({ body }: HttpReply): string | undefined {
  // Only the policy's name is taken from the body, which may be no JSON at all.
  return /"policyName"\s*:\s*"([A-Z_]{1,40})"/.exec(body.toString('utf8'))?.[1]
}

function intervalMs({ headers }: HttpReply): number | undefined {
  const text = headers['x-hubspot-ratelimit-interval-milliseconds'] ?? ''
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
