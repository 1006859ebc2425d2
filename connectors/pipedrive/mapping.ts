import { DsrError, isDsrError, isJsonList, isJsonObject, normaliseIdentifier } from '../../src/connector/index.ts'
import type { Attribution, Identifier, IdentifierKind, JsonObject, JsonValue } from '../../src/connector/index.ts'

export const CERTAIN: Attribution = { kind: 'certain' }

/** A member of JSON content as text, a number likewise (ids come as both); empty when it is not there. */
export function textAt(content: JsonValue, ...path: readonly string[]): string {
  const value = at(content, path)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A list in JSON content; empty when it is not there. */
export function listAt(content: JsonValue, ...path: readonly string[]): readonly JsonValue[] {
  const value = at(content, path)
  return isJsonList(value) ? value : []
}

/** An object in JSON content; empty when it is not there. */
export function objectAt(content: JsonValue, ...path: readonly string[]): JsonObject {
  const value = at(content, path)
  return isJsonObject(value) ? value : {}
}

/** Whether a member of JSON content is `true`, or 1, which older answers say. */
export function isAt(content: JsonValue, ...path: readonly string[]): boolean {
  const value = at(content, path)
  return value === true || value === 1
}

/** A count that Pipedrive gives; what it does not give counts as something, so that nothing is skipped for want of it. */
export function countAt(content: JsonValue, name: string): number {
  const value = at(content, [name])
  return typeof value === 'number' ? value : 1
}

function at(content: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = content
  for (const name of path) {
    if (!isJsonObject(value)) return undefined
    value = value[name]
  }
  return value
}

/** Epoch ms of an instant in Pipedrive's words (UTC without a zone in older answers); undefined when there is none. */
export function msAt(content: JsonValue, name: string): number | undefined {
  const text = textAt(content, name)
  const ms = Date.parse(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}Z` : text)
  return Number.isNaN(ms) ? undefined : ms
}

/** The vendor's number behind one of our refs. @throws DsrError `CONNECTOR_BUG`. */
export function numberOf(ref: string): number {
  if (!/^\d{1,15}$/.test(ref)) throw new DsrError('CONNECTOR_BUG', 'a reference is not a number of the vendor’s')
  return Number(ref)
}

/** The identifier in its one form, or undefined when the vendor's text is none (an empty phone, "n/a"). */
export function identifierOf(kind: IdentifierKind, text: string): Identifier | undefined {
  if (text.trim() === '') return undefined
  try {
    return normaliseIdentifier(kind, text)
  } catch (error) {
    if (isDsrError(error, 'IDENTIFIER_INVALID')) return undefined
    throw error
  }
}

/** Addresses or numbers of a person, in their one form, each once. */
export function identifiersOf(person: JsonValue, kind: 'email' | 'phone'): readonly string[] {
  const all = listAt(person, `${kind}s`).map((entry) => textAt(entry, 'value'))
  return [...new Set(all.flatMap((text) => identifierOf(kind, text)?.value ?? []))]
}

/** A record as it is exported: empty members and addresses by which anyone could open a file are left out. */
export function contentOf(record: JsonObject, more: JsonObject = {}): JsonObject {
  const kept = Object.entries(record).filter(([name, value]) => {
    const isOpenAddress = /(^|_)url$|^s3_|^pictures$/.test(name)
    return !isOpenAddress && value !== null && value !== '' && !(isJsonList(value) && value.length === 0)
  })
  return { ...Object.fromEntries(kept), ...more }
}

/** Whether two names are the same words, in any order, whatever the case and accents. */
export function isSameName(one: string, other: string): boolean {
  return words(one) === words(other)
}

function words(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ')
}
