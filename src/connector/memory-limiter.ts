import type { Clock } from './contract.ts'
import { normaliseAsks } from './limits.ts'
import type { KeptAsk, LimiterAnswer, LimiterStore } from './limits.ts'

interface Taken {
  readonly atMs: number
  readonly weight: number
}

/**
 * A limiter for one process: tests, the simulation. Exact: it remembers every grant of the last window. It starts full,
 * since nothing can have been spent before the one process that spends.
 */
export function memoryLimiter(clock: Clock): LimiterStore {
  const taken = new Map<string, readonly Taken[]>()
  const held = new Map<string, number>()

  function waitFor(ask: KeptAsk, nowMs: number): number {
    const hold = (held.get(ask.key) ?? 0) - nowMs
    if (hold > 0) return hold
    const live = (taken.get(ask.key) ?? []).filter(({ atMs }) => atMs > nowMs - ask.windowMs)
    taken.set(ask.key, live)
    return shortage(live, ask, nowMs)
  }

  return {
    // Async, so that a bad ask is a rejection and never a throw.
    // eslint-disable-next-line @typescript-eslint/require-await
    async take(asks): Promise<LimiterAnswer> {
      const kept = normaliseAsks(asks)
      const nowMs = clock.nowMs()
      const waitMs = Math.max(0, ...kept.map((ask) => waitFor(ask, nowMs)))
      if (waitMs > 0) return { kind: 'wait', waitMs }
      for (const { key, weight } of kept) taken.set(key, [...(taken.get(key) ?? []), { atMs: nowMs, weight }])
      return { kind: 'granted' }
    },
    hold(key, untilMs) {
      held.set(key, Math.max(held.get(key) ?? 0, untilMs))
      return Promise.resolve()
    },
  }
}

/** How long until enough of the oldest grants have left the window; 0 = now. */
function shortage(live: readonly Taken[], ask: KeptAsk, nowMs: number): number {
  let excess = live.reduce((sum, { weight }) => sum + weight, 0) + ask.weight - ask.most
  if (excess <= 0) return 0
  for (const { atMs, weight } of live) {
    excess -= weight
    if (excess <= 0) return Math.max(1, atMs + ask.windowMs - nowMs)
  }
  return ask.windowMs
}
