/** What happens at a boundary, before or after its effect: the process dies, or its answer is lost and it lives on. */
export const MODES = ['crash_before', 'crash_after', 'lost_before', 'lost_after'] as const
export type Mode = (typeof MODES)[number]

export interface Fault {
  /** Which boundary of the course: the nth of its name, from 1. What runs side by side may change places, its count stays. */
  readonly name: string
  readonly nth: number
  readonly mode: Mode
  /** 2: the next time the same boundary is reached, it breaks again. */
  readonly times: 1 | 2
}

/** The process that crossed the boundary is dead: nothing that it still tries reaches anything. */
export class ProcessDied extends Error {}

/** Every way in or out of the stages and the effect engine goes through here, one after the other. */
export class Boundaries {
  readonly visited: string[] = []
  readonly #seen = new Map<string, number>()
  readonly #fault: Fault | undefined
  #left: number
  #isDead = false

  constructor(fault?: Fault) {
    this.#fault = fault
    this.#left = fault?.times ?? 0
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** How often the armed fault has struck. */
  get struck(): number {
    return (this.#fault?.times ?? 0) - this.#left
  }

  /** A fresh process takes over. */
  revive(): void {
    this.#isDead = false
  }

  /** A dead process cannot even look. */
  requireAlive(): void {
    if (this.#isDead) throw new ProcessDied()
  }

  /** @param lost - what the caller gets when the answer is lost; throws or returns. */
  async cross<Result>(name: string, effect: () => Promise<Result>, lost: () => Result): Promise<Result> {
    const mode = this.arrive(name)
    if (mode === 'crash_before') this.die()
    if (mode === 'lost_before') return lost()
    const result = await effect()
    if (mode === 'crash_after') this.die()
    return mode === 'lost_after' ? lost() : result
  }

  /** Counts the boundary, and says how it breaks this time. */
  arrive(name: string): Mode | undefined {
    this.requireAlive()
    this.visited.push(name)
    const nth = (this.#seen.get(name) ?? 0) + 1
    this.#seen.set(name, nth)
    if (this.#fault === undefined || this.#left === 0 || name !== this.#fault.name) return undefined
    // Once struck, the next of the name that is reached breaks too.
    if (nth < this.#fault.nth) return undefined
    this.#left -= 1
    return this.#fault.mode
  }

  die(): never {
    this.#isDead = true
    throw new ProcessDied()
  }
}
