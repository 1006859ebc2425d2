import { FILLED_IN, tableShape, type TableShape } from '../../../src/adapters/postgres/table-shape.ts'
import { askableColumn, LIMIT_MAX, parsePatch } from '../../../src/adapters/postgres/conditions.ts'
import { stateEdges } from '../../../src/adapters/postgres/state-edges.ts'
import { DsrError } from '../../../src/domain/errors.ts'
import type { TableName, Tables } from '../../../src/ports/tables.ts'
import type { Table } from '../../../src/ports/store.ts'
import { compareValues, storedValue, type MemoryRow, type MemoryTable } from './memory-table.ts'

/** One transaction: what it changed, to be undone, and whether it may still be used. */
export class MemoryTransaction {
  readonly #undo: (() => void)[] = []
  /** As in Postgres, a refused statement spoils the whole transaction, also when its error was caught. */
  spoiledBy: DsrError | undefined
  isOver = false

  set(table: MemoryTable, id: string, row: MemoryRow | undefined): void {
    const before = table.rows.get(id)
    this.#undo.push(() => table.set(id, before))
    table.set(id, row)
  }

  rollBack(): void {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) undo()
  }

  /** Every statement begins here. */
  enter(): void {
    if (this.isOver) throw new DsrError('INTERNAL', 'the transaction is over')
    if (this.spoiledBy !== undefined) throw new DsrError('INTERNAL', 'the transaction was spoiled by an earlier error')
  }

  refuse(error: DsrError): never {
    this.spoiledBy = error
    throw error
  }
}

/** The `Table` port on one memory table within one transaction. */
export function memoryTable<Name extends TableName>(
  name: Name,
  table: MemoryTable,
  transaction: MemoryTransaction,
): Table<Tables[Name]> {
  type Row = Tables[Name]
  const shape = tableShape(name)
  // Rows were checked column by column on their way in: this is the border where their type is known again.
  const asRow = (row: MemoryRow): Row => row as unknown as Row
  const get = (id: string): Promise<Row | undefined> =>
    run(transaction, () => {
      const row = table.rows.get(id)
      return row && asRow(row)
    })
  const find: Table<Row>['find'] = (where, options = {}) =>
    run(transaction, () => table.find(where, options).map(asRow))
  return {
    insert: (row) => run(transaction, () => insert(table, transaction, rowOf(table, row))),
    insertNew: (row) => run(transaction, () => insertNew(table, transaction, rowOf(table, row))),
    get,
    lock: get,
    update: (id, patch) => run(transaction, () => update(table, transaction, { id, patch })),
    find,
    lockAll: (where) => find(where, { limit: LIMIT_MAX }),
    claim: find,
    count: (where) => run(transaction, () => table.filter(where).length),
    countBy: (column, where) =>
      run(transaction, () => {
        askableColumn(shape, column)
        return countBy(column, table.filter(where)).map(([value, count]) => ({
          value: value as Row[typeof column],
          count,
        }))
      }),
    tally: (columns, where) =>
      run(transaction, () => {
        for (const column of columns) askableColumn(shape, column)
        const groups = Map.groupBy(table.filter(where).map(asRow), (row) =>
          JSON.stringify(columns.map((column) => row[column])),
        )
        return [...groups.values()].flatMap(([first, ...rest]) =>
          first ? [{ values: picked(first, columns), count: rest.length + 1 }] : [],
        )
      }),
    delete: (where) => run(transaction, () => remove(table, transaction, where)),
  }
}

function picked<Row, Column extends keyof Row>(row: Row, columns: readonly Column[]): Pick<Row, Column> {
  // Built of these columns: this is the border where fromEntries forgets them.
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Pick<Row, Column>
}

async function run<Result>(transaction: MemoryTransaction, statement: () => Result): Promise<Result> {
  transaction.enter()
  const result = statement()
  // A real statement takes a turn of the event loop; code that forgets to wait for it must not pass here.
  await Promise.resolve()
  return result
}

function rowOf(table: MemoryTable, row: object): MemoryRow {
  const { shape } = table
  const given = new Map<string, unknown>(Object.entries(row))
  const filledIn = FILLED_IN[shape.name]
  if (filledIn !== undefined) given.set(filledIn, table.nextNumber())
  return Object.freeze(
    Object.fromEntries(shape.columns.map((column) => [column.field, storedValue(column, given.get(column.field))])),
  )
}

function insert(table: MemoryTable, transaction: MemoryTransaction, row: MemoryRow): void {
  if (!insertNew(table, transaction, row)) {
    transaction.refuse(new DsrError('INTERNAL', `${table.shape.name}: a unique column set is taken`))
  }
}

function insertNew(table: MemoryTable, transaction: MemoryTransaction, row: MemoryRow): boolean {
  checkStep(table.shape, transaction, { before: undefined, after: row })
  const id = String(row.id)
  if (table.rows.has(id) || table.holderOf(row) !== undefined) return false
  transaction.set(table, id, row)
  return true
}

function update(
  table: MemoryTable,
  transaction: MemoryTransaction,
  { id, patch }: { readonly id: string; readonly patch: object },
): void {
  const sets = parsePatch(table.shape, patch)
  const given = new Map<string, unknown>(Object.entries(patch))
  const before = table.rows.get(id)
  if (before === undefined) throw new DsrError('NOT_FOUND', `no such ${table.shape.name}`)
  if (table.shape.name === 'journal') transaction.refuse(new DsrError('INTERNAL', 'the journal is append-only'))
  const changes = sets.map(({ column }) => [column.field, storedValue(column, given.get(column.field))] as const)
  const after = Object.freeze({ ...before, ...Object.fromEntries(changes) })
  checkStep(table.shape, transaction, { before, after })
  if (table.holderOf(after) !== undefined) {
    transaction.refuse(new DsrError('INTERNAL', `${table.shape.name}: a unique column set is taken`))
  }
  transaction.set(table, id, after)
}

function remove(table: MemoryTable, transaction: MemoryTransaction, where: object): number {
  const fields = Object.keys(where)
  if (fields.length === 0) throw new DsrError('INTERNAL', `a deletion of all of ${table.shape.name}`)
  const found = table.filter(where)
  const isWholeRequest = fields.length === 1 && 'requestId' in where && typeof where.requestId === 'string'
  if (table.shape.name === 'journal' && !isWholeRequest) {
    throw new DsrError('INTERNAL', 'the journal is deleted by whole requests only')
  }
  for (const row of found) transaction.set(table, String(row.id), undefined)
  return found.length
}

function countBy(column: string, rows: readonly MemoryRow[]): (readonly [unknown, number])[] {
  const counts = new Map<unknown, number>()
  for (const row of rows) counts.set(row[column], (counts.get(row[column]) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => compareValues(a, b))
}

const EDGES = new Map(stateEdges().map((edge) => [`${edge.machine} ${edge.from} ${edge.to}`, edge]))
const MACHINE_TABLES: readonly TableName[] = ['request', 'leg', 'effect']

interface Step {
  readonly before: MemoryRow | undefined
  readonly after: MemoryRow
}

function checkStep(shape: TableShape, transaction: MemoryTransaction, { before, after }: Step): void {
  if (!MACHINE_TABLES.includes(shape.name) || before?.state === after.state) return
  const from = before === undefined ? '' : String(before.state)
  const to = String(after.state)
  const edge = EDGES.get(`${shape.name} ${from} ${to}`)
  if (edge !== undefined && (!edge.isReturn || before?.returnTo === to)) return
  transaction.refuse(new DsrError('ILLEGAL_TRANSITION', `${shape.name}: no step from ${from || 'nothing'} to ${to}`))
}
