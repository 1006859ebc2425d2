import { seededRandom } from '../../../src/connector/testing/people.ts'
import type { Random } from '../../../src/ports/runtime.ts'

/** Repeatable chance: one seed, one course of events. */
export class Dice {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seededRandom(seed)
  }

  /** A whole number in [0, below). */
  roll(below: number): number {
    return Math.floor(this.#next() * below)
  }

  /** True so often in a hundred times. */
  chance(percent: number): boolean {
    return this.#next() * 100 < percent
  }

  pick<One>(from: readonly One[]): One {
    const one = from[this.roll(from.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
}

/** The `Random` port on a dice: ids of the right shape, unlike each other, the same for the same seed. */
export function seededIds(dice: Dice): Random {
  const hex = (digits: number): string => {
    const some = dice
      .roll(16 ** Math.min(digits, 8))
      .toString(16)
      .padStart(Math.min(digits, 8), '0')
    return digits > 8 ? some + hex(digits - 8) : some
  }
  return {
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    bytes: (length) => Uint8Array.from({ length }, () => dice.roll(256)),
  }
}
