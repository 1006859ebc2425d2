import { isDsrError, isJsonList, isJsonObject, normaliseIdentifier } from '../../src/connector/index.ts'
import type { Attribution, Identifier, IdentifierKind, JsonObject, JsonValue } from '../../src/connector/index.ts'
import type { CrmObject } from './objects.ts'

export const CERTAIN: Attribution = { kind: 'certain' }

/** A CRM record as it is exported: HubSpot's own names, empty properties left out. */
export function contentOf(object: CrmObject, more: JsonObject = {}): JsonObject {
  return {
    id: object.id,
    archived: object.archived ?? false,
    ...instants(object),
    properties: Object.fromEntries(
      Object.entries(object.properties).filter(([, value]) => value !== null && value !== ''),
    ),
    ...more,
  }
}

function instants(object: CrmObject): JsonObject {
  const named = { createdAt: object.createdAt, updatedAt: object.updatedAt, archivedAt: object.archivedAt }
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, at]) => {
      const atMs = msOf(at)
      return atMs === undefined ? [] : [[name, new Date(atMs).toISOString()]]
    }),
  )
}

/** Epoch ms of a date as the SDK made it; undefined for none and for one that is no date. */
export function msOf(date: Date | undefined): number | undefined {
  const ms = date?.getTime()
  return ms === undefined || Number.isNaN(ms) ? undefined : ms
}

/** Any SDK model as plain JSON; dates become ISO text. */
export function plain(value: unknown): JsonValue {
  // JSON.parse of JSON.stringify gives what JSON can say; this is the border.
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as JsonValue)
}

/** The identifier in its one form, or undefined when the vendor's text is none (an empty phone, "n/a"). */
export function identifierOf(kind: IdentifierKind, text: string | null | undefined): Identifier | undefined {
  if (text === undefined || text === null || text.trim() === '') return undefined
  try {
    return normaliseIdentifier(kind, text)
  } catch (error) {
    if (isDsrError(error, 'IDENTIFIER_INVALID')) return undefined
    throw error
  }
}

/** All addresses of a contact, the primary one first. */
export function addressesOf(properties: Readonly<Record<string, string | null>>): readonly string[] {
  const all = [properties.email ?? '', ...(properties.hs_additional_emails ?? '').split(';')]
  return [...new Set(all.flatMap((text) => identifierOf('email', text)?.value ?? []))]
}

/** The ids that were merged into a contact; the survivor's own id may be among them. */
export function mergedIdsOf(properties: Readonly<Record<string, string | null>>): readonly string[] {
  const texts = [properties.hs_merged_object_ids ?? '', properties.hs_calculated_merged_vids ?? '']
  // `hs_calculated_merged_vids` holds `id:timestamp`.
  return [...new Set(texts.flatMap((text) => text.split(';')).flatMap((text) => /^\s*(\d+)/.exec(text)?.[1] ?? []))]
}

export function nameOf(properties: Readonly<Record<string, string | null>>): string {
  return [properties.firstname, properties.lastname].filter((part) => (part ?? '') !== '').join(' ')
}

/** Whether two names are the same words, in any order, whatever the case and accents. */
export function isSameName(one: string, other: string): boolean {
  return words(one).join(' ') === words(other).join(' ')
}

function words(name: string): readonly string[] {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .sort()
}

/** A member of JSON content as text, a number likewise (ids come as both); empty when it is not there. */
export function textAt(content: JsonValue, ...path: readonly string[]): string {
  const value = at(content, path)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A list of texts in JSON content; other members are left out. */
export function textsAt(content: JsonValue, ...path: readonly string[]): readonly string[] {
  return listAt(content, ...path).filter((entry) => typeof entry === 'string')
}

/** The `properties` of a record's content, texts only. */
export function propertiesAt(content: JsonValue): Readonly<Record<string, string>> {
  const value = at(content, ['properties'])
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

/** Whether a member of JSON content is `true`. */
export function isAt(content: JsonValue, ...path: readonly string[]): boolean {
  return at(content, path) === true
}

/** A list in JSON content; empty when it is not there. */
export function listAt(content: JsonValue, ...path: readonly string[]): readonly JsonValue[] {
  const value = at(content, path)
  return isJsonList(value) ? value : []
}

function at(content: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = content
  for (const name of path) {
    if (!isJsonObject(value)) return undefined
    value = value[name]
  }
  return value
}
