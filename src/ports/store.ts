import type { TableName, Tables } from './tables.ts'

/** A condition on one column: equality by default. `null` matches null. */
export type Condition<Value> =
  | Value
  | { readonly in: readonly Value[] }
  | { readonly atMost: Extract<Value, number> }
  | { readonly above: Extract<Value, number> }
  | { readonly not: Value }

/** All conditions must hold. Columns that are JSON or bytes cannot be asked for. */
export type Where<Row> = { readonly [Column in keyof Row]?: Condition<Row[Column]> }

export interface FindOptions<Row> {
  /** Ascending; ties by id. Prefix a column with `-` for descending. */
  readonly orderBy?: readonly (Extract<keyof Row, string> | `-${Extract<keyof Row, string>}`)[]
  /** At most so many rows; 1,000 when absent, 10,000 at most. A full result is a reason to ask again, not the whole. */
  readonly limit?: number
  /** Rows after this id in the order of `orderBy: ['id']`, for paging. */
  readonly afterId?: string
}

/** `insert` and `update` need not be waited out: what goes wrong in them comes out at the latest when the transaction ends. */
export interface Table<Row extends { readonly id: string }> {
  /** @throws DsrError `INTERNAL` when a unique column set is taken; use `insertNew` where that can happen. */
  insert(row: Row): Promise<void>
  /** Inserts unless `id` or a unique column set is taken; false when it was. Waits for a concurrent insert to end first. */
  insertNew(row: Row): Promise<boolean>
  get(id: Row['id']): Promise<Row | undefined>
  /** The row locked until the transaction ends, or undefined. Waits for other holders. */
  lock(id: Row['id']): Promise<Row | undefined>
  /** @throws DsrError `ILLEGAL_TRANSITION` when a state column takes a step that its table does not know; `NOT_FOUND` when there is no such row. */
  update(id: Row['id'], patch: Partial<Omit<Row, 'id'>>): Promise<void>
  find(where: Where<Row>, options?: FindOptions<Row>): Promise<readonly Row[]>
  /** Like find in the order of ids, each row locked until the transaction ends. Waits for other holders. */
  lockAll(where: Where<Row>): Promise<readonly Row[]>
  /** Like find, each row locked; rows that another transaction holds are passed over. */
  claim(where: Where<Row>, options: FindOptions<Row>): Promise<readonly Row[]>
  count(where: Where<Row>): Promise<number>
  /** Counts by the values of one column. */
  countBy<Column extends Extract<keyof Row, string>>(
    column: Column,
    where: Where<Row>,
  ): Promise<readonly { readonly value: Row[Column]; readonly count: number }[]>
  /** Counts by the values of several columns together. */
  tally<Column extends Extract<keyof Row, string>>(
    columns: readonly Column[],
    where: Where<Row>,
  ): Promise<readonly { readonly values: Pick<Row, Column>; readonly count: number }[]>
  delete(where: Where<Row>): Promise<number>
}

export type Tx = { readonly [Name in TableName]: Table<Tables[Name]> } & {
  /** The database's clock at this moment, epoch ms. Leases and re-issues are judged by it. */
  dbNowMs(): Promise<number>
}

/**
 * The system of record. `transact` commits when `work` returns and rolls everything back when it throws; on a serialisation
 * failure or deadlock it runs `work` again (at most 5 times), so `work` does nothing outside the transaction. No network call
 * belongs inside.
 *
 * @throws DsrError `DATABASE_UNREACHABLE`. After it, whether the transaction was committed may be unknown: callers read before
 *   they repeat.
 */
export interface Store {
  transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
}
