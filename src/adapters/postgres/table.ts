import { DsrError } from '../../domain/errors.ts'
import type { TableName, Tables } from '../../ports/tables.ts'
import type { Table } from '../../ports/store.ts'
import { decodeRow, decodeValue } from './codec.ts'
import { tableShape } from './table-shape.ts'
import { askableColumn } from './conditions.ts'
import type { Session } from './session.ts'
import {
  countByStatement,
  countStatement,
  deleteStatement,
  findStatement,
  getStatement,
  insertStatement,
  statement,
  updateStatement,
  type Statement,
} from './statements.ts'

/** The `Table` port on one table of the database within one transaction. */
export function postgresTable<Name extends TableName>(name: Name, session: Session): Table<Tables[Name]> {
  type Row = Tables[Name]
  const shape = tableShape(name)
  const read = async (asked: Statement): Promise<readonly Row[]> => {
    const { rows } = await session.run(asked)
    // The columns' kinds are held against the row's type at compile time and against the database by a test: this is the border.
    return rows.map((row) => decodeRow(shape, row) as unknown as Row)
  }
  const change = async (asked: Statement): Promise<number> => (await session.run(asked)).rowCount ?? 0
  return {
    insert: settled((row) => session.send(insertStatement(shape, row, 'fail'))),
    insertNew: async (row) => (await change(insertStatement(shape, row, 'skip'))) === 1,
    get: async (id) => (await read(getStatement(shape, id, '')))[0],
    lock: async (id) => (await read(getStatement(shape, id, ' for update')))[0],
    update: settled((id, patch) =>
      session.send(updateStatement(shape, id, patch), ({ rowCount }) => {
        if (rowCount === 0) throw new DsrError('NOT_FOUND', `no such ${name}`)
      }),
    ),
    find: async (where, options = {}) => read(findStatement(shape, where, { ...options, lock: '' })),
    claim: async (where, options) => read(findStatement(shape, where, { ...options, lock: ' for update skip locked' })),
    count: async (where) => Number((await session.run(countStatement(shape, where))).rows[0]?.count),
    countBy: async (column, where) => {
      const asked = askableColumn(shape, column)
      const { rows } = await session.run(countByStatement(shape, asked.sql, where))
      return rows.map((row) => ({
        // As above, for one column.
        value: decodeValue(asked, row.value) as Row[typeof column],
        count: Number(row.count),
      }))
    },
    delete: async (where) => (name === 'journal' ? shred(session, where) : change(deleteStatement(shape, where))),
  }
}

/** Insert and update wait for no answer: what goes wrong comes out at the next read or at the commit, and nothing is stored. */
function settled<Given extends unknown[]>(send: (...given: Given) => void): (...given: Given) => Promise<void> {
  // What the statement's own making throws rejects at once.
  return (...given) =>
    new Promise((resolve) => {
      send(...given)
      resolve()
    })
}

/** The journal is append-only; only a whole request may be shredded. */
async function shred(session: Session, where: object): Promise<number> {
  const fields = Object.keys(where)
  if (fields.length !== 1 || !('requestId' in where) || typeof where.requestId !== 'string') {
    throw new DsrError('INTERNAL', 'the journal is deleted by whole requests only')
  }
  const { rows } = await session.run(statement('select app.shred_journal($1) as "count"', [where.requestId]))
  return Number(rows[0]?.count)
}
