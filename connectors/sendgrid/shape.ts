import { DsrError, expectList, expectObject } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'

/** The answer is not what the vendor documents: never taken for "nothing". */
export function unreadable(): DsrError {
  return new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor answered in a shape that it does not document')
}

/** @throws DsrError `VENDOR_ANSWER_UNREADABLE` when the value is no list of objects. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return expectList(value).map(expectObject)
}

/** A text or number that the record must have. @throws DsrError `VENDOR_ANSWER_UNREADABLE`. */
export function requiredText(record: JsonObject, name: string): string {
  const value = record[name]
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || value === '') throw unreadable()
  return value
}

/** A text that the record may have; '' when it has none. */
export function text(record: JsonObject, name: string): string {
  const value = record[name]
  return typeof value === 'string' ? value : ''
}

export function texts(record: JsonObject, name: string): readonly string[] {
  const value = record[name]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

/** Seconds since 1970, as SendGrid writes instants of suppressions, to epoch ms. */
export function secondsToMs(value: JsonValue | undefined): { readonly createdAtMs?: number } {
  return typeof value === 'number' ? { createdAtMs: value * 1_000 } : {}
}

export function isoToMs(value: string): { readonly createdAtMs?: number } {
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? {} : { createdAtMs: atMs }
}
