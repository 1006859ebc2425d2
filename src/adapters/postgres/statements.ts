import { createHash } from 'node:crypto'
import { DsrError } from '../../domain/errors.ts'
import { encodeValue } from './codec.ts'
import type { TableShape } from './table-shape.ts'
import { parseOptions, parsePatch, parseWhere, type Options, type ParsedCondition } from './conditions.ts'

/**
 * A parameterised statement. Its name makes the driver prepare it once per connection, and the server plan it once for all values.
 * A search without a key has none and is planned with its values each time: few rows of many are due, parked or unpublished, and
 * a plan that does not know the values walks over all the others.
 */
export interface Statement {
  readonly name?: string
  readonly text: string
  readonly values: readonly unknown[]
}

export function insertStatement(shape: TableShape, row: object, onConflict: 'fail' | 'skip'): Statement {
  const given = new Map<string, unknown>(Object.entries(row))
  const values = shape.insertable.map((column) => encodeValue(column, given.get(column.field)))
  const columns = shape.insertable.map((column) => column.sql).join(', ')
  const marks = values.map((_, index) => `$${index + 1}`).join(', ')
  const conflict = onConflict === 'skip' ? ' on conflict do nothing' : ''
  return statement(`insert into ${shape.sql} (${columns}) values (${marks})${conflict}`, values)
}

export function getStatement(shape: TableShape, id: string, lock: '' | ' for update'): Statement {
  return statement(`select ${fields(shape)} from ${shape.sql} where "id" = $1${lock}`, [id])
}

export function updateStatement(shape: TableShape, id: string, patch: object): Statement {
  const sets = parsePatch(shape, patch)
  // An empty patch still answers whether there is such a row.
  const text = sets.map(({ column }, index) => `${column.sql} = $${index + 2}`).join(', ') || '"id" = "id"'
  return statement(`update ${shape.sql} set ${text} where "id" = $1`, [id, ...sets.map(({ value }) => value)])
}

export function findStatement(
  shape: TableShape,
  where: object,
  options: Options & { readonly lock: '' | ' for update skip locked' },
): Statement {
  const { order, limit, afterId } = parseOptions(shape, options)
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  if (afterId !== undefined) conditions.push(`"id" > $${parameters.push(afterId)}`)
  const orderText = order.map(({ column, isDescending }) => `${column.sql}${isDescending ? ' desc' : ''}`).join(', ')
  const tail = `order by ${orderText} limit $${parameters.push(limit)}${options.lock}`
  return search(asked, `select ${fields(shape)} from ${shape.sql}${clause(conditions)} ${tail}`, parameters)
}

export function countStatement(shape: TableShape, where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  return search(asked, `select count(*)::int as "count" from ${shape.sql}${clause(conditions)}`, parameters)
}

export function countByStatement(shape: TableShape, columnSql: string, where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  const text = `select ${columnSql} as "value", count(*)::int as "count" from ${shape.sql}${clause(conditions)}`
  return search(asked, `${text} group by 1 order by 1`, parameters)
}

/** @throws DsrError `INTERNAL` when nothing is asked for: no call empties a whole table. */
export function deleteStatement(shape: TableShape, where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  if (conditions.length === 0) throw new DsrError('INTERNAL', `a deletion of all of ${shape.name}`)
  return search(asked, `delete from ${shape.sql}${clause(conditions)}`, parameters)
}

/** Columns by which few rows are found, whatever the value. */
const KEYS: ReadonlySet<string> = new Set(['id', 'requestId', 'legId', 'callId'])

function search(asked: readonly ParsedCondition[], text: string, values: readonly unknown[]): Statement {
  const isKeyed = asked.some(({ kind, column }) => (kind === 'equal' || kind === 'in') && KEYS.has(column.field))
  return isKeyed ? statement(text, values) : { text, values }
}

/** As many as there are different statements in the code. */
const names = new Map<string, string>()

export function statement(text: string, values: readonly unknown[]): Statement {
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = createHash('sha256').update(text).digest('base64url')))
  return { name, text, values }
}

const fieldTexts = new WeakMap<TableShape, string>()

function fields(shape: TableShape): string {
  let text = fieldTexts.get(shape)
  if (text === undefined) {
    text = shape.columns.map((column) => `${column.sql} as "${column.field}"`).join(', ')
    fieldTexts.set(shape, text)
  }
  return text
}

function clause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`
}

function whereText(conditions: readonly ParsedCondition[], parameters: unknown[]): string[] {
  return conditions.map((condition) => conditionText(condition, parameters))
}

function conditionText(condition: ParsedCondition, parameters: unknown[]): string {
  const { sql } = condition.column
  if (condition.kind === 'in') return inText(condition.column, condition.values, parameters)
  const { kind, value } = condition
  switch (kind) {
    case 'equal':
      return value === null ? `${sql} is null` : `${sql} = $${parameters.push(value)}`
    case 'not':
      return value === null ? `${sql} is not null` : `${sql} is distinct from $${parameters.push(value)}`
    case 'atMost':
      return `${sql} <= $${parameters.push(value)}`
    case 'above':
      return `${sql} > $${parameters.push(value)}`
  }
}

function inText({ sql, kind }: ParsedCondition['column'], values: readonly unknown[], parameters: unknown[]): string {
  const present = values.filter((value) => value !== null)
  const type = kind === 'bool' ? 'boolean' : kind
  const among = `${sql} = any($${parameters.push(present)}::${type}[])`
  return present.length === values.length ? among : `(${among} or ${sql} is null)`
}
