import { DsrError, identifierOf, isJsonList, isJsonObject, listAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'

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
