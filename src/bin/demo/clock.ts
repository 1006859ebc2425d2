import type { Clock } from '../../connector/contract.ts'

export interface DemoClock extends Clock {
  /** From now on it runs at this speed: whoever looks round afterwards has time. */
  runAt(factor: number): void
}

/** A clock that starts now and runs `factor` times faster than the real one, until it is told another speed. Never backwards. */
export function demoClock(real: Clock, factor: number): DemoClock {
  let speed = factor
  let realStartMs = real.nowMs()
  let startMs = realStartMs
  const nowMs = () => Math.floor(startMs + (real.nowMs() - realStartMs) * speed)
  return {
    nowMs,
    runAt: (next) => {
      startMs = nowMs()
      realStartMs = real.nowMs()
      speed = next
    },
  }
}
