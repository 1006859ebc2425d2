import { retryAfterMs } from '../../src/connector/index.ts'
import type { Hold, HttpReply } from '../../src/connector/index.ts'

const BURST_WAIT_MS = 2_000
const LONGEST_BURST_MS = 60_000
// The day's tokens come back at a midnight whose time zone Pipedrive does not name: asking each hour never misses it.
const TOKENS_WAIT_MS = 60 * 60 * 1_000
/** Whoever goes on after a 429 is shut out by Cloudflare for a while. */
export const BLOCK_WAIT_MS = 10 * 60 * 1_000

/**
 * Tells a used-up burst from a used-up day: Pipedrive's answer names neither. No burst left = burst; any other 429 counts as
 * the day's budget. Retry-After, which today's documents do not promise, is obeyed when it is there.
 */
export function interpretHold(reply: HttpReply, nowMs: number): Hold | undefined {
  if (isBlocked(reply)) return { bucket: 'burst', waitMs: BLOCK_WAIT_MS }
  const isBurst = reply.headers['x-ratelimit-remaining'] === '0'
  if (reply.status !== 429) return isBurst ? { bucket: 'burst', waitMs: resetMs(reply, nowMs) } : undefined
  const asked = retryAfterMs(reply.headers['retry-after'], nowMs)
  if (isBurst) return { bucket: 'burst', waitMs: asked ?? resetMs(reply, nowMs) }
  return { bucket: 'tokens', waitMs: asked ?? TOKENS_WAIT_MS }
}

/** A page of Cloudflare's in place of an answer: not Pipedrive's "you may not". */
export function isBlocked({ status, headers, body }: HttpReply): boolean {
  if (status !== 403) return false
  return (
    (headers['content-type'] ?? '').includes('text/html') || body.subarray(0, 64).toString().trimStart().startsWith('<')
  )
}

/** `x-ratelimit-reset`: seconds left by pipedrive-dotnet #36 and the text of 2015; an instant is understood as well. */
function resetMs({ headers }: HttpReply, nowMs: number): number {
  const seconds = Number(headers['x-ratelimit-reset'] ?? '')
  if (!Number.isFinite(seconds) || seconds <= 0) return BURST_WAIT_MS
  const waitMs = seconds > 1_000_000_000 ? seconds * 1_000 - nowMs : seconds * 1_000
  return Math.min(LONGEST_BURST_MS, Math.max(1, Math.ceil(waitMs)))
}
