import type { Pool } from 'pg'
import { Batch } from '../src/adapters/postgres/batch.ts'
import type { Job, JobHandler, JobWorkers } from '../src/ports/queue.ts'
import type { Store, Tx } from '../src/ports/store.ts'

/** What passed while it was counted. */
export interface Counts {
  jobs: number
  /** Transactions that changed or locked a row: their commit is flushed to disk. */
  durable: number
  /** All transactions, those that only read included. */
  transactions: number
  /** As they were sent to the database, begin and commit included. */
  statements: number
  /** In so many pieces: for each the server is woken up, and for its answer we are. */
  pieces: number
}

const NOTHING: Counts = { jobs: 0, durable: 0, transactions: 0, statements: 0, pieces: 0 }
const CHANGES: ReadonlySet<PropertyKey> = new Set(['insert', 'insertNew', 'update', 'delete', 'lock'])
/** Change something when they find something. */
const CLAIMS: ReadonlySet<PropertyKey> = new Set(['claim', 'lockAll'])

/** Counts the transactions of a store and the jobs of its workers. */
export class Counter {
  counts: Counts = { ...NOTHING }

  reset(): void {
    this.counts = { ...NOTHING }
  }

  wrapStore(store: Store): Store {
    return {
      transact: async (work) => {
        const changes: string[] = []
        const result = await store.transact((tx) => work(this.#counted(tx, (name) => changes.push(name))))
        this.counts.transactions += 1
        if (changes.length > 0) this.counts.durable += 1
        return result
      },
    }
  }

  /** Counts what passes over the connections that the pool makes from now on. */
  watchPool(pool: Pool): void {
    pool.on('connect', (client) => {
      const query: unknown = Reflect.get(client, 'query')
      const counted = (...given: unknown[]): unknown => {
        this.counts.pieces += 1
        this.counts.statements += given[0] instanceof Batch ? given[0].size : 1
        return typeof query === 'function' ? Reflect.apply(query, client, given) : undefined
      }
      Object.assign(client, { query: counted })
    })
  }

  wrapWorkers(workers: JobWorkers): JobWorkers {
    const counted = <One extends Job>(handler: JobHandler<One>): JobHandler<One> => {
      return (job, signal) => {
        this.counts.jobs += 1
        return handler(job, signal)
      }
    }
    return {
      coordinator: (handler, settings) => workers.coordinator(counted(handler), settings),
      connector: (id, handler, settings) => workers.connector(id, counted(handler), settings),
    }
  }

  #counted(tx: Tx, change: (name: string) => void): Tx {
    const parts = Object.entries(tx).map(([name, part]) => [
      name,
      typeof part === 'function' ? part : this.#countedTable(part, change),
    ])
    // The same names with the same methods: this is the border where fromEntries forgets them.
    return Object.fromEntries(parts) as Tx
  }

  #countedTable(table: object, change: (name: string) => void): object {
    const methods = Object.entries(table).map(([name, method]: [string, (...given: unknown[]) => Promise<unknown>]) => [
      name,
      async (...given: unknown[]) => {
        const answer = await method(...given)
        const hasClaimed = CLAIMS.has(name) && Array.isArray(answer) && answer.length > 0
        if (CHANGES.has(name) || hasClaimed) change(name)
        return answer
      },
    ])
    return Object.fromEntries(methods) as object
  }
}
