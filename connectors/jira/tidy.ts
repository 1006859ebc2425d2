import { isJsonList, isJsonObject, objectAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'

/** Addresses and pictures that say nothing about the person, or open something. */
const DROPPED = new Set([
  'self',
  '_links',
  '_expands',
  'avatarUrls',
  'iconUrl',
  'avatarId',
  'thumbnail',
  'content_url',
  'expand',
])

/**
 * A record as it is exported: empty members and addresses are left out, and of everybody but the subject no more than the
 * name is told.
 */
export function tidy(value: JsonValue, own: ReadonlySet<string>): JsonValue {
  if (isJsonList(value)) return value.map((one) => tidy(one, own))
  if (!isJsonObject(value)) return value
  const accountId = textAt(value, 'accountId')
  if (accountId !== '' && !own.has(accountId)) return { displayName: textAt(value, 'displayName') }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const isEmpty = member === null || member === '' || (isJsonList(member) && member.length === 0)
      return isEmpty || DROPPED.has(name) ? [] : [[name, tidy(member, own)] as const]
    }),
  )
}

export function tidyObject(value: JsonObject, own: ReadonlySet<string>): JsonObject {
  return objectAt({ value: tidy(value, own) }, 'value')
}

/** A record without one of its members. */
export function without(record: JsonObject, dropped: string): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== dropped))
}

/** Epoch ms of an instant in Jira's words; nothing when it is none. Jira writes zones without a colon. */
export function createdAt(record: JsonObject, name = 'created'): { readonly createdAtMs?: number } {
  const text = textAt(record, name) || textAt(record, name, 'iso8601')
  const ms = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(ms) ? {} : { createdAtMs: ms }
}
