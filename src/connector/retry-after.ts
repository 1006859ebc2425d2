/** Nothing a vendor says makes us wait longer than this in one go; the engine asks again then. */
const LONGEST_WAIT_MS = 25 * 3_600_000

/**
 * How long a Retry-After header asks to wait: seconds or an HTTP date (RFC 9110 §10.2.3).
 *
 * @returns milliseconds, 0 for a moment that has passed, or undefined when the header is absent or unreadable.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return clamped(Math.ceil(Number(text) * 1_000))
  // An HTTP date begins with the day's name; Date.parse alone would take "1" for a year.
  const atMs = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : clamped(atMs - nowMs)
}

function clamped(waitMs: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs))
}
