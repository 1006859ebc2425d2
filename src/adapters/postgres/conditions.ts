import { DsrError } from '../../domain/errors.ts'
import { encodeValue } from './codec.ts'
import type { Column, TableShape } from './table-shape.ts'

/** A condition of a `Where`, understood and checked. */
export type ParsedCondition =
  | { readonly kind: 'equal' | 'not' | 'atMost' | 'above'; readonly column: Column; readonly value: unknown }
  | { readonly kind: 'in'; readonly column: Column; readonly values: readonly unknown[] }

/**
 * @throws DsrError `INTERNAL` for a column that is unknown, JSON, an array or bytes, and for a value that is missing or of the
 *   wrong kind: a forgotten condition must never widen a search or a deletion.
 */
export function parseWhere(shape: TableShape, where: object): readonly ParsedCondition[] {
  return Object.entries(where).map(([field, condition]) => parseCondition(askableColumn(shape, field), condition))
}

export function askableColumn(shape: TableShape, field: string): Column {
  const column = shape.byField.get(field)
  if (column === undefined || column.kind === 'jsonb' || column.kind === 'bytea' || column.kind === 'text[]') {
    throw new DsrError('INTERNAL', `${shape.name} cannot be searched by ${field}`, { field })
  }
  return column
}

function parseCondition(column: Column, condition: unknown): ParsedCondition {
  if (typeof condition !== 'object' || condition === null) {
    return { kind: 'equal', column, value: encodeValue(column, condition) }
  }
  if ('in' in condition && Array.isArray(condition.in)) {
    return { kind: 'in', column, values: condition.in.map((value) => encodeValue(column, value)) }
  }
  if ('not' in condition) return { kind: 'not', column, value: encodeValue(column, condition.not) }
  if ('atMost' in condition) return { kind: 'atMost', column, value: encodeNumber(column, condition.atMost) }
  if ('above' in condition) return { kind: 'above', column, value: encodeNumber(column, condition.above) }
  throw new DsrError('INTERNAL', `no such condition on ${column.field}`, { field: column.field })
}

function encodeNumber(column: Column, value: unknown): unknown {
  if (typeof value === 'number') return encodeValue(column, value)
  throw new DsrError('INTERNAL', `${column.field} is compared with no number`, { field: column.field })
}

export interface Order {
  readonly column: Column
  readonly isDescending: boolean
}

export interface ParsedOptions {
  /** Always ends with the id, so that every answer has one order. */
  readonly order: readonly Order[]
  readonly limit: number
  readonly afterId: string | undefined
}

const LIMIT_DEFAULT = 1_000
export const LIMIT_MAX = 10_000

export interface Options {
  readonly orderBy?: readonly string[]
  readonly limit?: number
  readonly afterId?: string
}

/** @throws DsrError `INTERNAL` for a limit above 10,000, an unknown column, or `afterId` in another order than the id's. */
export function parseOptions(shape: TableShape, options: Options): ParsedOptions {
  const { orderBy = [], limit = LIMIT_DEFAULT, afterId } = options
  if (!Number.isInteger(limit) || limit < 0 || limit > LIMIT_MAX) {
    throw new DsrError('INTERNAL', `a limit of ${limit} rows`, { field: 'limit' })
  }
  const isById = orderBy.length === 0 || (orderBy.length === 1 && orderBy[0] === 'id')
  if (afterId !== undefined && !isById) {
    throw new DsrError('INTERNAL', 'paging by id needs the order of the id', { field: 'afterId' })
  }
  const order = orderBy.map((name): Order => {
    const isDescending = name.startsWith('-')
    return { column: askableColumn(shape, isDescending ? name.slice(1) : name), isDescending }
  })
  const hasId = order.some(({ column }) => column.field === 'id')
  return { order: hasId ? order : [...order, byId(shape)], limit, afterId }
}

function byId(shape: TableShape): Order {
  return { column: askableColumn(shape, 'id'), isDescending: false }
}

/** The columns that a patch sets, in the table's order. What is undefined is left as it is. */
export function parsePatch(shape: TableShape, patch: object): readonly { column: Column; value: unknown }[] {
  const given = new Map(Object.entries(patch).filter(([, value]) => value !== undefined))
  const columns = shape.columns.filter((column) => given.has(column.field) && column.field !== 'id')
  if (columns.length !== given.size) {
    throw new DsrError('INTERNAL', `an update of ${shape.name} sets the id or an unknown column`)
  }
  return columns.map((column) => ({ column, value: encodeValue(column, given.get(column.field)) }))
}
