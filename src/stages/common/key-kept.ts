const DAY_MS = 24 * 3600_000

/**
 * How long a request's key, and all personal data under it, is kept once it is over: an answered one for the complaint window, one that
 * ended before acting for less.
 */
export const KEY_KEPT_MS = { closed: 365 * DAY_MS, refused: 90 * DAY_MS, withdrawn: 30 * DAY_MS } as const
