import { DsrError } from '../../domain/errors.ts'
import { encodeValue } from './codec.ts'
import { parseOptions, parseWhere, type Options, type Order, type ParsedCondition } from './conditions.ts'
import type { Column, TableShape } from './table-shape.ts'

/**
 * A parameterised statement, prepared under its name once per connection and planned once for all values. What the plan must know,
 * since few rows of many are parked, ready or unpublished, stands in the text: states, kinds and the like (see `LITERAL`).
 */
export interface Statement {
  readonly name: string
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

/** A column and the value that it gets. */
export interface Assignment {
  readonly column: Column
  readonly value: unknown
}

export interface RowUpdate {
  readonly ids: readonly string[]
  readonly sets: readonly Assignment[]
  /** Rows that may be missing are counted by the server: a missing one ends the transaction with `NOT_FOUND`. */
  readonly isHeld: boolean
}

export function updateStatement(shape: TableShape, { ids, sets, isHeld }: RowUpdate): Statement {
  // An empty patch still answers whether there is such a row.
  const text = sets.map(({ column }, index) => `${column.sql} = $${index + 2}`).join(', ') || '"id" = "id"'
  const [where, rows] = ids.length === 1 ? ['"id" = $1', ids[0]] : ['"id" = any($1::text[])', ids]
  const update = `update ${shape.sql} set ${text} where ${where}`
  const values = [rows, ...sets.map(({ value }) => value)]
  if (isHeld) return statement(update, values)
  const counted = `with changed as (${update} returning 1) select app.expect_rows(count(*), $${values.length + 1}) from changed`
  return statement(counted, [...values, ids.length])
}

export function findStatement(
  shape: TableShape,
  where: object,
  options: Options & { readonly lock: '' | ' for update' | ' for update skip locked' },
): Statement {
  const { order, limit, afterId } = parseOptions(shape, options)
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  if (afterId !== undefined) conditions.push(`"id" > $${parameters.push(afterId)}`)
  const orderText = isKeyed(asked) ? order.map(sortedText).join(', ') : order.map(walkedText).join(', ')
  const tail = `order by ${orderText} limit $${parameters.push(limit)}${options.lock}`
  return statement(`select ${fields(shape)} from ${shape.sql}${clause(conditions)} ${tail}`, parameters)
}

export function countStatement(shape: TableShape, where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  return statement(`select count(*)::int as "count" from ${shape.sql}${clause(conditions)}`, parameters)
}

export function countByStatement(shape: TableShape, columns: readonly Column[], where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  const names = columns.map(({ sql }) => sql).join(', ')
  const text = `select ${names}, count(*)::int as "count" from ${shape.sql}${clause(conditions)}`
  return statement(`${text} group by ${names} order by ${names}`, parameters)
}

/** @throws DsrError `INTERNAL` when nothing is asked for: no call empties a whole table. */
export function deleteStatement(shape: TableShape, where: object): Statement {
  const parameters: unknown[] = []
  const asked = parseWhere(shape, where)
  const conditions = whereText(asked, parameters)
  if (conditions.length === 0) throw new DsrError('INTERNAL', `a deletion of all of ${shape.name}`)
  return statement(`delete from ${shape.sql}${clause(conditions)}`, parameters)
}

/** Columns by which few rows are found, whatever the value. */
const KEYS: ReadonlySet<string> = new Set(['id', 'requestId', 'legId', 'callId'])

function isKeyed(asked: readonly ParsedCondition[]): boolean {
  return asked.some(({ kind, column }) => (kind === 'equal' || kind === 'in') && KEYS.has(column.field))
}

function walkedText({ column, isDescending }: Order): string {
  return `${column.sql}${isDescending ? ' desc' : ''}`
}

/** The few rows of a key are sorted: to walk all ids in their order until enough of them fit would look cheap on a young table. */
function sortedText(order: Order): string {
  return order.column.field === 'id' && !order.isDescending ? `("id" || '')` : walkedText(order)
}

/** As many as there are different statements in the code. */
const names = new Map<string, string>()

export function statement(text: string, values: readonly unknown[]): Statement {
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `h${names.size}`))
  return { name, text, values }
}

const fieldTexts = new WeakMap<TableShape, string>()

function fields(shape: TableShape): string {
  let text = fieldTexts.get(shape)
  if (text === undefined) {
    text = shape.columns.map(({ kind, sql }) => (kind === 'text[]' ? `array_to_json(${sql})` : sql)).join(', ')
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
  const { column } = condition
  if (condition.kind === 'in') return inText(column, condition.values, parameters)
  const { kind, value } = condition
  switch (kind) {
    case 'equal':
      return value === null ? `${column.sql} is null` : `${column.sql} = ${valueText(column, value, parameters)}`
    case 'not':
      return value === null
        ? `${column.sql} is not null`
        : `${column.sql} is distinct from ${valueText(column, value, parameters)}`
    case 'atMost':
      return `${column.sql} <= $${parameters.push(value)}`
    case 'above':
      return `${column.sql} > $${parameters.push(value)}`
  }
}

function inText(column: Column, values: readonly unknown[], parameters: unknown[]): string {
  const present = values.filter((value) => value !== null)
  const literals = present.map((value) => literalOf(column, value))
  const among =
    literals.length > 0 && literals.every((literal) => literal !== undefined)
      ? `${column.sql} in (${literals.join(', ')})`
      : `${column.sql} = any($${parameters.push(present)}::${column.kind === 'bool' ? 'boolean' : column.kind}[])`
  return present.length === values.length ? among : `(${among} or ${column.sql} is null)`
}

function valueText(column: Column, value: unknown, parameters: unknown[]): string {
  return literalOf(column, value) ?? `$${parameters.push(value)}`
}

/** Columns that hold one of a few words of ours. */
const LITERAL: ReadonlySet<string> = new Set(['state', 'kind', 'stage', 'decision', 'parkedReason', 'right'])

/** Undefined for what must be a parameter. */
function literalOf({ field, kind }: Column, value: unknown): string | undefined {
  if (kind === 'bool') return value === true ? 'true' : 'false'
  return LITERAL.has(field) && typeof value === 'string' && /^[a-z_.]+$/.test(value) ? `'${value}'` : undefined
}
