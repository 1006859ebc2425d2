import { DsrError } from '../../domain/errors.ts'
import type { Column, TableShape } from './table-shape.ts'

/** What the database cannot store: NUL, and halves of a surrogate pair, which it would silently replace. */
const UNSTORABLE_TEXT = /[\0\p{Surrogate}]/u
/** The same as JSON.stringify writes them: an escape after an even number of backslashes. */
const UNSTORABLE_JSON = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

const INT_MAX = 2 ** 31 - 1

/**
 * A field's value as a parameter of a statement. What the database would refuse or change on the way is refused here.
 *
 * @throws DsrError `INTERNAL` with the field's name, never its value.
 */
export function encodeValue(column: Column, value: unknown): unknown {
  if (value === null && column.isNullable) return null
  if (!isStorable(column, value)) {
    throw new DsrError('INTERNAL', `not a storable ${column.kind}: ${column.field}`, { field: column.field })
  }
  return column.kind === 'jsonb' ? JSON.stringify(value) : value
}

function isStorable(column: Column, value: unknown): boolean {
  switch (column.kind) {
    case 'text':
      return isStorableText(value)
    case 'bigint':
      return Number.isSafeInteger(value)
    case 'int':
      return Number.isSafeInteger(value) && Math.abs(Number(value)) <= INT_MAX
    case 'bool':
      return typeof value === 'boolean'
    case 'bytea':
      return value instanceof Uint8Array
    case 'text[]':
      return Array.isArray(value) && value.every(isStorableText)
    case 'jsonb':
      return typeof value === 'object' && value !== null && !UNSTORABLE_JSON.test(JSON.stringify(value))
  }
}

function isStorableText(value: unknown): boolean {
  return typeof value === 'string' && !UNSTORABLE_TEXT.test(value)
}

/** The row as the ports know it, frozen, from what the driver read. */
export function decodeRow(
  shape: TableShape,
  read: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const row: Record<string, unknown> = {}
  for (const column of shape.columns) row[column.field] = decodeValue(column, read[column.field])
  return Object.freeze(row)
}

export function decodeValue(column: Column, read: unknown): unknown {
  if (read === null) return null
  switch (column.kind) {
    case 'bigint':
      return numberOf(read)
    case 'bytea':
      return bytesOf(read)
    case 'text':
    case 'int':
    case 'bool':
    case 'text[]':
    case 'jsonb':
      return read
  }
}

function numberOf(read: unknown): number {
  // The driver hands out 64-bit integers as text.
  const value = Number(read)
  if (!Number.isSafeInteger(value)) throw new DsrError('INTERNAL', 'the database holds a number that is too large')
  return value
}

function bytesOf(read: unknown): unknown {
  // The driver's Buffer may be a window on memory that it shares.
  return read instanceof Uint8Array ? new Uint8Array(read) : read
}
