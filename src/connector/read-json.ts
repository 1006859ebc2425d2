import { isUtf8 } from 'node:buffer'
import { DsrError } from '../domain/errors.ts'
import type { JsonObject, JsonValue } from '../domain/json.ts'

export interface ReadJsonOptions {
  /** Deepest nesting that is accepted; no vendor's document comes near it. */
  readonly maxDepth?: number
}

/**
 * Reads a vendor's answer as JSON and trusts nothing in it. Whole numbers too large for a double (ids) come as text with
 * all their digits.
 *
 * @throws DsrError `VENDOR_ANSWER_UNREADABLE` for an empty body, bytes that are not UTF-8, broken or too deep JSON, and a
 *   `__proto__` key. What cannot be read never reads as "nothing".
 */
export function readJson(reply: { readonly body: Uint8Array }, { maxDepth = 64 }: ReadJsonOptions = {}): JsonValue {
  const text = textOf(reply.body)
  if (depthOf(text) > maxDepth) throw unreadable('is nested too deep')
  // Only a long run of digits can lose any, and only a JSON escape or the name itself can spell the key.
  const isPlain = !/\d{16}/.test(text) && !/__proto__|\\u/.test(text)
  try {
    return (isPlain ? JSON.parse(text) : JSON.parse(text, careful)) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable('is not JSON')
    throw error
  }
}

/** The value as an object. @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function expectObject(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw unreadable('is not of the documented shape')
  return value
}

/** The value as a list. @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function expectList(value: JsonValue | undefined): readonly JsonValue[] {
  if (!isJsonList(value)) throw unreadable('is not of the documented shape')
  return value
}

/** A text, or a number as text (ids come as both). @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function expectText(value: JsonValue | undefined): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') throw unreadable('is not of the documented shape')
  return value
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonList(value)
}

export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function textOf(body: Uint8Array): string {
  if (!isUtf8(body)) throw unreadable('is not UTF-8')
  // Leaves out a byte order mark, which JSON.parse would refuse.
  return new TextDecoder().decode(body)
}

/** Deepest nesting, counted on the text, so that no parser has to survive it first. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    if (isInText) {
      if (mark === '\\') at += 1
      else if (mark === '"') isInText = false
    } else if (mark === '"') isInText = true
    else if (mark === '{' || mark === '[') deepest = Math.max(deepest, (depth += 1))
    else if (mark === '}' || mark === ']') depth -= 1
  }
  return deepest
}

function careful(key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (key === '__proto__') throw unreadable('names a key that no vendor has')
  const isLossy = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  // An engine without source text keeps the number; Node 22 and 24 give it.
  return isLossy && /^-?\d+$/.test(context?.source ?? '') ? context?.source : value
}

function unreadable(why: string): DsrError {
  return new DsrError('VENDOR_ANSWER_UNREADABLE', `the vendor's answer ${why}`)
}
