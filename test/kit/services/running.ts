/** What the test file has started, to be stopped in the opposite order. */
class Running {
  readonly #stops: (() => Promise<void>)[] = []

  add(stop: () => Promise<void>): void {
    this.#stops.push(stop)
  }

  async stopAll(): Promise<void> {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) await stop()
  }
}

/** Jest gives every test file modules of its own, so this is one list per test file. */
export const running = new Running()
