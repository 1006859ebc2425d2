import { types } from 'pg'
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
  const encoded = column.kind === 'jsonb' && typeof value === 'object' ? JSON.stringify(value) : value
  if (value !== null && isStorable(column, encoded)) return encoded
  throw new DsrError('INTERNAL', `not a storable ${column.kind}: ${column.field}`, { field: column.field })
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
      return typeof value === 'string' && !UNSTORABLE_JSON.test(value)
  }
}

function isStorableText(value: unknown): boolean {
  return typeof value === 'string' && !UNSTORABLE_TEXT.test(value)
}

/** The row as the ports know it, frozen, from what the server sent: text in the order of the table's columns. */
export function decodeRow(shape: TableShape, read: readonly (string | null)[]): Readonly<Record<string, unknown>> {
  const row: Record<string, unknown> = {}
  for (const [at, column] of shape.columns.entries()) row[column.field] = decodeValue(column, read[at] ?? null)
  return Object.freeze(row)
}

export function decodeValue(column: Column, read: string | null): unknown {
  if (read === null) return null
  switch (column.kind) {
    case 'text':
      return read
    case 'bigint':
    case 'int':
      return numberOf(read)
    case 'bool':
      return read === 't'
    case 'bytea':
      return bytesOf(read)
    // Arrays are asked for as JSON.
    case 'text[]':
    case 'jsonb':
      return JSON.parse(read)
  }
}

/** An encoded value as it would be read back. */
export function storedValue(column: Column, encoded: unknown): unknown {
  if (encoded instanceof Uint8Array) return new Uint8Array(encoded)
  return column.kind === 'jsonb' && typeof encoded === 'string' ? JSON.parse(encoded) : encoded
}

function numberOf(read: string): number {
  const value = Number(read)
  if (!Number.isSafeInteger(value)) throw new DsrError('INTERNAL', 'the database holds a number that is too large')
  return value
}

const parseBytes = types.getTypeParser(types.builtins.BYTEA) as (read: string) => unknown

function bytesOf(read: string): Uint8Array {
  const bytes = parseBytes(read)
  // The driver's Buffer may be a window on memory that it shares.
  if (bytes instanceof Uint8Array) return new Uint8Array(bytes)
  throw new DsrError('INTERNAL', 'the database sent no bytes')
}
