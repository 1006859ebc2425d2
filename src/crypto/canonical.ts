import { DsrError } from '../domain/errors.ts'
import type { JsonValue } from '../domain/json.ts'
import { utf8, utf8Text } from './bytes.ts'

/** Deeper nesting than this is refused on reading and on writing; a record nests eight levels. */
const MAX_DEPTH = 64

/** Larger texts are refused before they are parsed. */
const MAX_JSON_BYTES = 16 * 1024 * 1024

/**
 * The bytes that Habeas signs and hashes: RFC 8785 (JCS) under the record profile, which any JCS library reproduces.
 * Profile: integers within ±(2^53-1), printable ASCII keys, no lone surrogates, plain objects and arrays only.
 *
 * @returns UTF-8 without BOM; the same facts always give the same bytes, whatever the order of keys was.
 * @throws DsrError `CANONICAL_VALUE_REFUSED`, with the path in `field`; nothing is dropped silently.
 */
export function canonicalBytes(value: JsonValue): Uint8Array {
  return utf8(write(value, { path: '$', depth: 0, isProfile: true }))
}

/**
 * RFC 8785 without the record profile: any finite number, any well-formed key. For digests of what others wrote.
 *
 * @throws DsrError `CANONICAL_VALUE_REFUSED`.
 */
export function jcsBytes(value: JsonValue): Uint8Array {
  return utf8(write(value, { path: '$', depth: 0, isProfile: false }))
}

/**
 * Reads JSON that two readers could not understand differently: UTF-8 without BOM, no duplicate keys, no lone surrogates,
 * at most 16 MiB and 64 levels.
 *
 * @throws DsrError `JSON_INVALID`.
 */
export function parseStrictJson(bytes: Uint8Array): JsonValue {
  if (bytes.byteLength > MAX_JSON_BYTES) throw new DsrError('JSON_INVALID', 'the JSON text is larger than 16 MiB')
  const text = utf8Text(bytes)
  if (text === undefined) throw new DsrError('JSON_INVALID', 'the text is not UTF-8 JSON')
  try {
    // JSON.parse guards the grammar; it yields JSON values and nothing else.
    const value = JSON.parse(text) as JsonValue
    refuseAmbiguity(text)
    return value
  } catch (cause) {
    if (cause instanceof DsrError) throw cause
    // The parser's own message quotes the text, which may hold personal data: it is not kept.
    throw new DsrError('JSON_INVALID', 'the text is not UTF-8 JSON')
  }
}

interface Place {
  readonly path: string
  readonly depth: number
  readonly isProfile: boolean
}

function write(value: unknown, place: Place): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return writeNumber(value, place)
  if (typeof value === 'string') return writeString(value, place)
  if (typeof value !== 'object') return refuse(place, `a ${typeof value} is not JSON`)
  if (place.depth >= MAX_DEPTH) return refuse(place, 'nested too deeply')
  if (Array.isArray(value)) return writeArray(value, place)
  return writeObject(value, place)
}

function writeNumber(value: number, place: Place): string {
  if (place.isProfile && !Number.isSafeInteger(value)) return refuse(place, 'not an integer within 2^53-1')
  if (!Number.isFinite(value)) return refuse(place, 'not a finite number')
  // ECMAScript's number form is the one RFC 8785 §3.2.2.3 demands; it writes minus zero as 0.
  return String(value)
}

function writeString(value: string, place: Place): string {
  if (hasLoneSurrogate(value)) return refuse(place, 'a lone surrogate')
  // JSON.stringify escapes as RFC 8785 §3.2.2.2 demands, once lone surrogates are out.
  return JSON.stringify(value)
}

function writeArray(values: readonly unknown[], place: Place): string {
  // Array.from turns holes into undefined, which is then refused; map would skip them.
  const parts = Array.from(values, (value, index) => write(value, inside(place, `[${index}]`)))
  return `[${parts.join(',')}]`
}

function writeObject(value: object, place: Place): string {
  if (!isPlain(value)) return refuse(place, 'not a plain object')
  // Default sort compares UTF-16 code units, as RFC 8785 §3.2.3 demands.
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  const parts = entries.map(([key, member]) => {
    if (place.isProfile && !/^[\x20-\x7e]*$/.test(key)) return refuse(place, 'a key that is not printable ASCII')
    return `${writeString(key, place)}:${write(member, inside(place, `.${key}`))}`
  })
  return `{${parts.join(',')}}`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // A root prototype is Object.prototype of some realm; class instances, dates and maps have one more level.
  const isRoot = prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)
  return isRoot && Object.getOwnPropertySymbols(value).length === 0
}

function inside(place: Place, step: string): Place {
  return { ...place, path: place.path + step, depth: place.depth + 1 }
}

function refuse(place: Place, why: string): never {
  throw new DsrError('CANONICAL_VALUE_REFUSED', `this value has no canonical form: ${why}`, { field: place.path })
}

function hasLoneSurrogate(text: string): boolean {
  // Under the u flag a surrogate class matches only a surrogate without its partner.
  return /\p{Surrogate}/u.test(text)
}

/** Walks text that JSON.parse accepted, and refuses duplicate keys, lone surrogates and deep nesting. */
function refuseAmbiguity(text: string): void {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{' || char === '[') {
      if (open.push(new Set()) > MAX_DEPTH) throw new DsrError('JSON_INVALID', 'the JSON text is nested too deeply')
    } else if (char === '}' || char === ']') {
      open.pop()
    } else if (char === '"') {
      const end = endOfString(text, at)
      checkString(text, { at, end }, open.at(-1))
      at = end
    }
  }
}

function checkString(text: string, span: { at: number; end: number }, keys: Set<string> | undefined): void {
  const value = String(JSON.parse(text.slice(span.at, span.end + 1)))
  if (hasLoneSurrogate(value)) throw new DsrError('JSON_INVALID', 'the JSON text has a lone surrogate')
  if (keys === undefined || !isFollowedByColon(text, span.end)) return
  if (keys.has(value)) throw new DsrError('JSON_INVALID', 'the JSON text has a duplicate key')
  keys.add(value)
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function isFollowedByColon(text: string, end: number): boolean {
  let at = end + 1
  while (/\s/.test(text[at] ?? '')) at++
  return text[at] === ':'
}
