import { identifierOf, isJsonObject } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import type { CrmObject } from './objects.ts'

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

/** The `properties` of a record's content, texts only. */
export function propertiesAt(content: JsonValue): Readonly<Record<string, string>> {
  const value = at(content, ['properties'])
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

function at(content: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = content
  for (const name of path) {
    if (!isJsonObject(value)) return undefined
    value = value[name]
  }
  return value
}
