import type { Clock } from '../connector/contract.ts'

/** The time of this machine. */
export function systemClock(): Clock {
  return { nowMs: () => Date.now() }
}

export interface ClockScale {
  /** The instant (epoch ms) at which this clock and the real one agree; the same for all processes of an installation. */
  readonly originMs: number
  /** How many times faster than real time. */
  readonly factor: number
}

/** A clock that runs faster, for the demo: days of waiting pass in minutes. Whole milliseconds, never backwards. */
export function scaledClock({ originMs, factor }: ClockScale): Clock {
  return { nowMs: () => Math.floor(originMs + (Date.now() - originMs) * factor) }
}
