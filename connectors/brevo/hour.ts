/** The most that one run reserves at once: a bucket grants 80 an hour, and others want some. */
const MOST = 60

/**
 * The hundred calls of an hour, as one run spends them. A search needs twenty and more; taken one by one by several runs at
 * once, none would ever come to its end, and each would start over. So a run asks for all it knows it will need with its first
 * call, which waits until the hour has room for them; the calls that follow weigh nothing until the reservation is used up.
 */
export class HourOfCalls {
  #asked = 0
  #paid = 0

  /** The next counted call weighs so many, and as many calls less one after it weigh nothing. */
  reserve(calls: number): void {
    this.#asked = Math.min(MOST, calls)
    this.#paid = 0
  }

  /** What the call that is about to leave weighs. */
  weigh(): number {
    if (this.#asked > 0) {
      const weight = this.#asked
      this.#paid = weight - 1
      this.#asked = 0
      return weight
    }
    if (this.#paid === 0) return 1
    this.#paid -= 1
    return 0
  }
}
