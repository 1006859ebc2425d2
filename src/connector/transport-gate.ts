import { setTimeout as sleep } from 'node:timers/promises'
import { DsrError } from '../domain/errors.ts'
import type { LimiterAsk } from './limits.ts'
import type { TransportOptions } from './http-transport.ts'
import { retryAfterMs } from './retry-after.ts'

/** The limiter as a transport uses it: by the manifest's bucket names. */
export interface Gate {
  /** Returns when the call may go. @throws DsrError `RATE_LIMITED` when that would take longer than `maxWaitMs`. */
  pass(buckets: Readonly<Record<string, number>>, signal: AbortSignal): Promise<void>
  hold(buckets: readonly string[], waitMs: number): Promise<void>
  retryAfterMs(headers: Readonly<Record<string, string>>): number | undefined
  /** How long to wait when the vendor does not say: its shortest window, 1 s to 60 s. */
  shortestWindowMs(buckets: Readonly<Record<string, number>>): number
}

/** How long a call waits for the limiter inside the transport. */
const DEFAULT_MAX_WAIT_MS = 2_000

// Short, because a scaled clock makes a small real sleep a long one.
const NAP_MS = 25

export function transportGate(options: TransportOptions): Gate {
  const { clock, limiter, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options
  const ownerOf = options.limiterScopeKey
  const limitOf = (bucket: string) => {
    const limit = Object.hasOwn(options.buckets, bucket) ? options.buckets[bucket] : undefined
    if (limit === undefined)
      throw new DsrError('CONNECTOR_BUG', 'a call names a bucket that the manifest does not list')
    return limit
  }
  const keyOf = (bucket: string): string => {
    const { scope } = limitOf(bucket)
    return `${typeof ownerOf === 'string' ? ownerOf : ownerOf(scope)}/${bucket}`
  }
  const askOf = ([bucket, weight]: [string, number]): LimiterAsk => ({
    key: keyOf(bucket),
    limit: limitOf(bucket),
    weight,
  })

  return {
    async pass(buckets, signal) {
      const asks = Object.entries(buckets).map(askOf)
      expectRunning(signal)
      let restMs = maxWaitMs
      while (asks.length > 0) {
        const answer = await limiter.take(asks)
        // Stopped meanwhile: the grant is lost, which errs on the safe side.
        expectRunning(signal)
        if (answer.kind === 'granted') return
        if (answer.waitMs > restMs || restMs <= 0) throw limited(answer.waitMs)
        restMs -= await nap({ waitMs: answer.waitMs, nowMs: () => clock.nowMs(), signal })
      }
    },
    async hold(buckets, waitMs) {
      const untilMs = clock.nowMs() + waitMs
      await Promise.all(buckets.map((bucket) => limiter.hold(keyOf(bucket), untilMs)))
    },
    retryAfterMs: (headers) => retryAfterMs(headers['retry-after'], clock.nowMs()),
    shortestWindowMs: (buckets) => {
      const windows = Object.keys(buckets).map((bucket) => limitOf(bucket).windowMs)
      return Math.min(60_000, Math.max(1_000, Math.min(...windows, 60_000)))
    },
  }
}

interface Nap {
  readonly waitMs: number
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** Sleeps a little, and says how much of the wait that was: by the clock, or really when the clock stands still. */
async function nap({ waitMs, nowMs, signal }: Nap): Promise<number> {
  const beforeMs = nowMs()
  const realMs = Math.min(NAP_MS, waitMs)
  try {
    await sleep(realMs, undefined, { signal })
  } catch (error) {
    if (signal.aborted) throw stopped()
    throw error
  }
  return Math.max(realMs, nowMs() - beforeMs)
}

function limited(waitMs: number): DsrError {
  return new DsrError('RATE_LIMITED', 'the limit of the account is used up for now', { retryAfterMs: waitMs })
}

function expectRunning(signal: AbortSignal): void {
  if (signal.aborted) throw stopped()
}

function stopped(): DsrError {
  return new DsrError('VENDOR_TIMEOUT', 'the run was stopped before the call')
}
