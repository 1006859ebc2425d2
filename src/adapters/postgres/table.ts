import { DsrError } from '../../domain/errors.ts'
import type { TableName, Tables } from '../../ports/tables.ts'
import type { Table } from '../../ports/store.ts'
import type { Answer } from './batch.ts'
import type { Changes, StoredRow } from './changes.ts'
import { decodeRow, decodeValue } from './codec.ts'
import { tableShape } from './table-shape.ts'
import { askableColumn, LIMIT_MAX } from './conditions.ts'
import type { Session } from './session.ts'
import {
  countByStatement,
  countStatement,
  deleteStatement,
  findStatement,
  getStatement,
  insertStatement,
  statement,
  type Statement,
} from './statements.ts'

/** The `Table` port on one table of the database within one transaction. */
export function postgresTable<Name extends TableName>(
  name: Name,
  { session, changes }: { readonly session: Session; readonly changes: Changes },
): Table<Tables[Name]> {
  type Row = Tables[Name]
  const shape = tableShape(name)
  const run = async (asked: Statement): Promise<Answer> => {
    changes.send(shape)
    return session.run(asked)
  }
  const write = async (asked: Statement): Promise<Answer> => {
    session.willWrite()
    return run(asked)
  }
  // The columns' kinds are held against the row's type at compile time and against the database by a test: this is the border.
  const asRow = (row: StoredRow): Row => row as unknown as Row
  const read = async (asked: Statement): Promise<readonly Row[]> =>
    (await run(asked)).rows.map((row) => asRow(decodeRow(shape, row)))
  const readLocked = async (asked: Statement): Promise<readonly Row[]> => {
    const rows = (await run(asked)).rows.map((row) => decodeRow(shape, row))
    for (const row of rows) changes.hold(shape, String(row.id), row)
    return rows.map(asRow)
  }
  const tally: Table<Row>['tally'] = async (columns, where) => {
    const asked = columns.map((column) => askableColumn(shape, column))
    const { rows } = await run(countByStatement(shape, asked, where))
    return rows.map((row) => {
      const values = asked.map((column, at) => [column.field, decodeValue(column, row[at] ?? null)])
      // As above, for some columns.
      return { values: Object.fromEntries(values) as Pick<Row, (typeof columns)[number]>, count: Number(row.at(-1)) }
    })
  }
  /** A row that is locked already is as it was read, with what was changed since. */
  const one = async (id: string, asked: () => Promise<readonly Row[]>): Promise<Row | undefined> => {
    const held = changes.heldRow(shape, id)
    return held ? asRow(held) : (await asked())[0]
  }
  return {
    insert: settled((row) => changes.insert(shape, row)),
    insertNew: async (row) => {
      const isNew = (await write(insertStatement(shape, row, 'skip'))).count === 1
      if (isNew) changes.hold(shape, row.id)
      return isNew
    },
    get: async (id) => one(id, () => read(getStatement(shape, id, ''))),
    lock: async (id) => one(id, () => readLocked(getStatement(shape, id, ' for update'))),
    update: settled((id, patch) => changes.update(shape, id, patch)),
    find: async (where, options = {}) => read(findStatement(shape, where, { ...options, lock: '' })),
    lockAll: async (where) =>
      readLocked(findStatement(shape, where, { orderBy: ['id'], limit: LIMIT_MAX, lock: ' for update' })),
    claim: async (where, options) =>
      readLocked(findStatement(shape, where, { ...options, lock: ' for update skip locked' })),
    count: async (where) => Number((await run(countStatement(shape, where))).rows[0]?.[0]),
    countBy: async (column, where) =>
      (await tally([column], where)).map(({ values, count }) => ({ value: values[column], count })),
    tally,
    delete: async (where) =>
      name === 'journal' ? shred(session, where) : (await run(deleteStatement(shape, where))).count,
  }
}

/** Insert and update wait for no answer: what goes wrong comes out at the next read or at the commit, and nothing is stored. */
function settled<Given extends unknown[]>(keep: (...given: Given) => void): (...given: Given) => Promise<void> {
  // What the statement's own making throws rejects at once.
  return (...given) =>
    new Promise((resolve) => {
      keep(...given)
      resolve()
    })
}

/** The journal is append-only; only a whole request may be shredded. */
async function shred(session: Session, where: object): Promise<number> {
  const fields = Object.keys(where)
  if (fields.length !== 1 || !('requestId' in where) || typeof where.requestId !== 'string') {
    throw new DsrError('INTERNAL', 'the journal is deleted by whole requests only')
  }
  session.willWrite()
  const { rows } = await session.run(statement('select app.shred_journal($1) as "count"', [where.requestId]))
  return Number(rows[0]?.[0])
}
