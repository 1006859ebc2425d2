/** A clock that moves when it is told to. */
export class VirtualClock {
  #nowMs: number

  constructor(nowMs: number = Date.UTC(2026, 2, 2, 9)) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
  }

  /** Moves forward to the instant; one that has passed changes nothing. */
  reach(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs)
  }
}

/** Another process's clock: the same time, some way off. */
export class SkewedClock {
  readonly #of: { nowMs(): number }
  offsetMs: number

  constructor(of: { nowMs(): number }, offsetMs = 0) {
    this.#of = of
    this.offsetMs = offsetMs
  }

  nowMs(): number {
    return this.#of.nowMs() + this.offsetMs
  }
}

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
