import { beforeAll } from '@jest/globals'
import type { Store } from '../../src/ports/store.ts'
import { describeRows } from './contract/rows.ts'
import { describeSearching } from './contract/searching.ts'
import { describeStates } from './contract/states.ts'
import { describeTransactions } from './contract/transactions.ts'

/** The guarantees of src/ports/store.ts, for every implementation. Tests share one store and use ids of their own. */
export function describeStore(makeStore: () => Promise<Store>): void {
  let made: Store
  beforeAll(async () => {
    made = await makeStore()
  }, 60_000)
  const store = () => made
  describeRows(store)
  describeStates(store)
  describeSearching(store)
  describeTransactions(store)
}
