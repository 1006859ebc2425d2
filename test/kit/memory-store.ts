import { AsyncLocalStorage } from 'node:async_hooks'
import { TABLE_NAMES, tableShape } from '../../src/adapters/postgres/table-shape.ts'
import { DsrError } from '../../src/domain/errors.ts'
import type { TableName, Tables } from '../../src/ports/tables.ts'
import type { Store, Table, Tx } from '../../src/ports/store.ts'
import { MemoryTable } from './memory-store/memory-table.ts'
import { memoryTable, MemoryTransaction } from './memory-store/memory-transaction.ts'

export interface MemoryStoreOptions {
  /** The database's clock. */
  readonly clock: { nowMs(): number }
  /**
   * Runs when `work` has returned, before the commit; `commit` counts from 1. What it throws rolls the transaction back and is
   * thrown by `transact`; a `Conflict` makes `work` run again, as a deadlock would.
   */
  beforeCommit?: (commit: number) => void | Promise<void>
  /** Runs after the commit. What it throws is thrown by `transact` although everything is stored: the answer was lost. */
  afterCommit?: (commit: number) => void | Promise<void>
}

/** What another transaction's conflict does to this one. */
export class Conflict extends Error {}

const TRIES = 5

/**
 * The system of record in memory, with the guarantees of the real one: a contract suite holds the two together. Transactions run
 * one after the other in the order of `transact`, so that a simulation repeats itself exactly.
 * A transaction within a transaction is refused: it would wait for itself (in Postgres, when both want one row).
 */
export class MemoryStore implements Store {
  readonly #options: MemoryStoreOptions
  readonly #tables = new Map<TableName, MemoryTable>(
    TABLE_NAMES.map((name) => [name, new MemoryTable(tableShape(name))]),
  )
  readonly #current = new AsyncLocalStorage<MemoryTransaction>()
  #turn: Promise<unknown> = Promise.resolve()
  #commits = 0

  constructor(options: MemoryStoreOptions) {
    this.#options = options
  }

  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    if (this.#current.getStore()?.isOver === false) {
      return Promise.reject(new DsrError('INTERNAL', 'a transaction within a transaction'))
    }
    const result = this.#turn.then(() => this.#run(work, 1))
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Every row of a table in the order of ids, outside any transaction: for assertions. */
  rows<Name extends TableName>(name: Name): readonly Tables[Name][] {
    const rows = [...this.#table(name).rows.values()].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
    // Rows were checked column by column on their way in: this is the border where their type is known again.
    return rows as unknown as readonly Tables[Name][]
  }

  async #run<Result>(work: (tx: Tx) => Promise<Result>, tries: number): Promise<Result> {
    const transaction = new MemoryTransaction()
    let result: Result
    try {
      result = await this.#current.run(transaction, () => work(this.#txOf(transaction)))
      if (transaction.spoiledBy !== undefined) throw transaction.spoiledBy
      await this.#options.beforeCommit?.(this.#commits + 1)
    } catch (error) {
      transaction.isOver = true
      transaction.rollBack()
      if (!(error instanceof Conflict)) throw error
      if (tries === TRIES) throw new DsrError('DATABASE_UNREACHABLE', `the transaction conflicted ${TRIES} times`)
      return this.#run(work, tries + 1)
    }
    transaction.isOver = true
    this.#commits += 1
    await this.#options.afterCommit?.(this.#commits)
    return result
  }

  #txOf(transaction: MemoryTransaction): Tx {
    const table = <Name extends TableName>(name: Name): Table<Tables[Name]> =>
      memoryTable(name, this.#table(name), transaction)
    return {
      request: table('request'),
      identifier: table('identifier'),
      leg: table('leg'),
      record: table('record'),
      plan: table('plan'),
      effect: table('effect'),
      call: table('call'),
      journal: table('journal'),
      outbox: table('outbox'),
      leaf: table('leaf'),
      parcel: table('parcel'),
      seal: table('seal'),
      recheck: table('recheck'),
      stop: table('stop'),
      start: table('start'),
      cap: table('cap'),
      apiKey: table('apiKey'),
      idempotency: table('idempotency'),
      archiveLink: table('archiveLink'),
      suppression: table('suppression'),
      redaction: table('redaction'),
      identityLink: table('identityLink'),
      ledger: table('ledger'),
      dbNowMs: async () => {
        transaction.enter()
        await Promise.resolve()
        return this.#options.clock.nowMs()
      },
    }
  }

  #table(name: TableName): MemoryTable {
    const table = this.#tables.get(name)
    if (table === undefined) throw new DsrError('INTERNAL', `no table ${name}`)
    return table
  }
}
