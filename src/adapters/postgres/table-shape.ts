import type { TableName } from '../../ports/tables.ts'
import type { BaseKind, ColumnKind } from './column-kinds.ts'
import { COLUMNS } from './columns.ts'

export interface Column {
  readonly field: string
  /** Quoted for SQL. */
  readonly sql: string
  readonly kind: BaseKind
  readonly isNullable: boolean
}

/** A table with its names as the database knows them. */
export interface TableShape {
  readonly name: TableName
  /** Schema and table, quoted for SQL. */
  readonly sql: string
  readonly columns: readonly Column[]
  /** The columns that an insert sets: all but those that the database fills in. */
  readonly insertable: readonly Column[]
  readonly byField: ReadonlyMap<string, Column>
}

/** The column of a table that the database fills in. */
export const FILLED_IN: Readonly<Partial<Record<TableName, string>>> = { journal: 'seq', leaf: 'seq' }

export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function shapeOf(name: TableName): TableShape {
  const columns = Object.entries<ColumnKind>(COLUMNS[name]).map(([field, kind]) => columnOf(field, kind))
  return {
    name,
    sql: `app."${snakeCase(name)}"`,
    columns,
    insertable: columns.filter(({ field }) => FILLED_IN[name] !== field),
    byField: new Map(columns.map((column) => [column.field, column])),
  }
}

function columnOf(field: string, kind: ColumnKind): Column {
  const isNullable = kind.endsWith('?')
  // The type of a kind is its name with or without the mark: this is the border where slicing forgets it.
  const base = (isNullable ? kind.slice(0, -1) : kind) as BaseKind
  return { field, sql: `"${snakeCase(field)}"`, kind: base, isNullable }
}

// The keys of COLUMNS are the tables' names: this is the border where Object.keys forgets it.
export const TABLE_NAMES = Object.keys(COLUMNS) as readonly TableName[]

const SHAPES: ReadonlyMap<TableName, TableShape> = new Map(TABLE_NAMES.map((name) => [name, shapeOf(name)]))

export function tableShape(name: TableName): TableShape {
  return SHAPES.get(name) ?? shapeOf(name)
}
