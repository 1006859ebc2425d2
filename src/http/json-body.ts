import { DsrError } from '../domain/errors.ts'
import type { JsonValue } from '../domain/json.ts'

export const BODY_LIMIT_BYTES = 256 * 1024
const MOST_DEPTH = 16
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads a body as JSON that everything behind can carry: UTF-8, well-formed strings without NUL, exact numbers, bounded depth.
 * No body at all reads as an empty object.
 *
 * @throws DsrError `JSON_INVALID`, `FIELD_UNKNOWN` for names that only an attack uses.
 */
export function parseBody(bytes: Uint8Array): JsonValue {
  if (bytes.byteLength === 0) return {}
  const parsed = parseJson(bytes)
  return checked(parsed, 0)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's own text quotes the body.
    throw new DsrError('JSON_INVALID', 'the body is not JSON in UTF-8')
  }
}

function checked(value: unknown, depth: number): JsonValue {
  if (depth > MOST_DEPTH) throw new DsrError('JSON_INVALID', `the body is nested deeper than ${MOST_DEPTH}`)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return soundText(value)
  if (typeof value === 'number') return exactNumber(value)
  if (Array.isArray(value)) return value.map((one) => checked(one, depth + 1))
  if (typeof value === 'object') return soundObject(value, depth)
  throw new DsrError('JSON_INVALID', 'the body is not JSON')
}

function soundText(text: string): string {
  if (!text.isWellFormed() || text.includes('\0'))
    throw new DsrError('JSON_INVALID', 'a text holds a lone surrogate or a NUL')
  return text
}

function exactNumber(value: number): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    throw new DsrError('JSON_INVALID', 'a number is too large to be exact')
  return value
}

function soundObject(value: object, depth: number): JsonValue {
  const entries = Object.entries(value).map(([name, one]) => {
    soundText(name)
    if (FORBIDDEN_NAMES.has(name)) throw new DsrError('FIELD_UNKNOWN', 'this field is not known', { field: name })
    return [name, checked(one, depth + 1)] as const
  })
  return Object.fromEntries(entries)
}
