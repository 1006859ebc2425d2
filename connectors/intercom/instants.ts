import type { JsonObject } from '../../src/connector/index.ts'

/** Seconds since 1970, as Intercom writes instants, to epoch ms; nothing when it is none. */
export function createdAt(record: JsonObject, name = 'created_at'): { readonly createdAtMs?: number } {
  const value = record[name]
  return typeof value === 'number' ? { createdAtMs: value * 1_000 } : {}
}
