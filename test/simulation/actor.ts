/** What happens to an actor that waits at a gate. `lost`: the call went through and its answer is lost; `refused`: it did not. */
export type Fate = 'go' | 'lost' | 'refused'

/** Where an actor waits: what it is about to do, or has done and not heard of yet. */
export type Gate =
  'before commit' | 'after commit' | 'before call' | 'after call' | 'before queue' | 'before message' | 'after message'

export interface Waiting {
  readonly gate: Gate
  readonly go: (fate: Fate) => void
}

/**
 * One process of the simulation. It runs until all it does waits at gates, and no further until one is opened: only one actor runs
 * at any moment, and chance decides which. A killed actor never hears of what it waited for.
 */
export class Actor {
  readonly name: string
  #waiting: readonly Waiting[] = []
  #isBusy = false
  #life = 0
  /** What its present work came to, when it ended with an error. */
  failure: unknown

  constructor(name: string) {
    this.name = name
  }

  get isIdle(): boolean {
    return !this.#isBusy
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting
  }

  /** Begins a piece of work and returns when it waits at its first gates or is over. */
  start(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true
    this.failure = undefined
    const life = this.#life
    const end = (failure: unknown): void => {
      if (life !== this.#life) return
      this.failure = failure
      this.#isBusy = false
    }
    work().then(
      () => end(undefined),
      (error: unknown) => end(error),
    )
    return atRest()
  }

  /** Opens one of its gates and returns when it waits again or is over. */
  resume(at: Waiting, fate: Fate): Promise<void> {
    this.#waiting = this.#waiting.filter((one) => one !== at)
    at.go(fate)
    return atRest()
  }

  /** The process is gone, in the middle of whatever it did; the next `start` is another one's. */
  kill(): void {
    this.#life += 1
    this.#waiting = []
    this.#isBusy = false
  }

  /** Called from within the actor's work. */
  gate(gate: Gate): Promise<Fate> {
    return new Promise((go) => {
      this.#waiting = [...this.#waiting, { gate, go }]
    })
  }
}

/** Nothing in the simulation waits for the world outside: when the promises have run dry, every actor stands at a gate. */
function atRest(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
