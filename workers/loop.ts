import type { Heartbeat } from '../src/stages/common/lease.ts'

export interface Loop {
  /** Ends after the turn under way. */
  stop(): Promise<void>
}

export interface LoopOptions {
  readonly everyMs: number
  /** Does one turn and says how much it found; a turn that found something is followed by the next at once. */
  readonly turn: () => Promise<number>
  readonly onError: (error: unknown) => void
}

/** After a failed turn the next waits this much longer, doubling, up to the last. */
const SLOWEST_MS = 10_000

/** Turns again and again until stopped: the heart of relay, watchdog and chores. A failed turn only delays the next. */
export function startLoop({ everyMs, turn, onError }: LoopOptions): Loop {
  const stopping = new AbortController()
  let failures = 0
  const run = async () => {
    while (!stopping.signal.aborted) {
      let found = 0
      try {
        found = await turn()
        failures = 0
      } catch (error) {
        failures += 1
        onError(error)
      }
      const waitMs = failures > 0 ? Math.min(everyMs * 2 ** failures, SLOWEST_MS) : found > 0 ? 0 : everyMs
      await pause(waitMs, stopping.signal)
    }
  }
  const ended = run()
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  // A signal that was given during the turn tells nobody any more.
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}

/** Beats on a real timer, one beat at a time. */
export const timerHeartbeat: Heartbeat = (everyMs, beat) => {
  const timer = setInterval(() => void beat(), everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
