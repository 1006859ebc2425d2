import type { Store, Tx } from '../../../src/ports/store.ts'

export interface FastTime {
  /** How much faster the database's clock runs, so that leases and re-issues run out in seconds. */
  readonly factor: number
  /** Where it agrees with the real one, epoch ms. */
  readonly originMs: number
  /** How long a leg's lease lasts, in real time. */
  readonly leaseMs: number
}

/** A store whose database clock runs faster. Every process of a stack must use the same one. */
export function fastStore(store: Store, { factor, originMs }: FastTime): Store {
  const fast = (tx: Tx): Tx => ({
    ...tx,
    dbNowMs: async () => Math.floor(originMs + ((await tx.dbNowMs()) - originMs) * factor),
  })
  return { transact: (work) => store.transact((tx) => work(fast(tx))) }
}
