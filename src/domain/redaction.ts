import type { JsonObject, JsonValue } from './json.ts'

/** Why something is taken out of a copy. */
export const REDACTION_REASONS = ['third_party', 'secret', 'trade_secret'] as const
export type RedactionReason = (typeof REDACTION_REASONS)[number]

export const REDACTION_KINDS = ['field', 'record', 'attachment'] as const
export type RedactionKind = (typeof REDACTION_KINDS)[number]

/** What stands where something was taken out: visible, and with the provision (Art. 15(4) GDPR). */
export const REDACTION_MARKERS: Readonly<Record<RedactionReason, string>> = {
  third_party: '[redacted: third party, Art. 15(4) GDPR]',
  secret: '[redacted: credential or secret]',
  trade_secret: '[redacted: trade secret, Art. 15(4) GDPR]',
}

/** One thing that is taken out of a part of a system's copy. */
export interface Redaction {
  readonly part: string
  readonly kind: RedactionKind
  /** Which record or attachment of the part, from 0. */
  readonly position: number
  /** JSON Pointer (RFC 6901) of a field; empty for a whole record or attachment. */
  readonly path: string
  readonly reason: RedactionReason
}

/** A value of a record that stands for itself, with its JSON Pointer. */
export interface Leaf {
  readonly path: string
  readonly value: string | number | boolean | null
}

const DEEPEST = 40

/** Every value of a record, in order. An empty list or group is a value too, told as null. */
export function leavesOf(content: JsonValue, path = '', depth = 0): readonly Leaf[] {
  if (typeof content !== 'object' || content === null) return [{ path, value: content }]
  const entries = entriesOf(content)
  if (entries.length === 0 || depth > DEEPEST) return [{ path, value: null }]
  return entries.flatMap(([key, value]) => leavesOf(value, `${path}/${escaped(key)}`, depth + 1))
}

/** The record without what is taken out of it; the marker stands in its place. A path that leads nowhere changes nothing. */
export function redacted(content: JsonValue, paths: ReadonlyMap<string, string>, path = ''): JsonValue {
  const marker = paths.get(path)
  if (marker !== undefined) return marker
  if (typeof content !== 'object' || content === null) return content
  if (isList(content)) return content.map((one, at) => redacted(one, paths, `${path}/${at}`))
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, redacted(value, paths, `${path}/${escaped(key)}`)]),
  )
}

/** Whether the pointer leads to something in the record. */
export function hasPath(content: JsonValue, path: string): boolean {
  if (path === '') return true
  if (!path.startsWith('/')) return false
  let present: JsonValue | undefined = content
  for (const step of path.slice(1).split('/')) {
    if (typeof present !== 'object' || present === null) return false
    const found: readonly [string, JsonValue] | undefined = entriesOf(present).find(([key]) => escaped(key) === step)
    if (found === undefined) return false
    present = found[1]
  }
  return true
}

/** The names on the way to a value, as people read them. */
export function namesOn(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function entriesOf(content: JsonObject | readonly JsonValue[]): readonly (readonly [string, JsonValue])[] {
  return isList(content) ? content.map((one, at) => [String(at), one] as const) : Object.entries(content)
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

// `Array.isArray` alone makes a list of `any` of it.
function isList(content: JsonValue): content is readonly JsonValue[] {
  return Array.isArray(content)
}
