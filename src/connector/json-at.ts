import type { JsonObject, JsonValue } from '../domain/json.ts'
import { isJsonList, isJsonObject } from './read-json.ts'

/** A member of JSON content as text, a number likewise (ids come as both); empty when it is not there. */
export function textAt(content: JsonValue | undefined, ...path: readonly string[]): string {
  const value = valueAt(content, ...path)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A list in JSON content; empty when it is not there. */
export function listAt(content: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const value = valueAt(content, ...path)
  return isJsonList(value) ? value : []
}

/** The objects of a list in JSON content; other members are left out. */
export function objectsAt(content: JsonValue | undefined, ...path: readonly string[]): readonly JsonObject[] {
  return listAt(content, ...path).filter(isJsonObject)
}

/** The texts of a list in JSON content; other members are left out. */
export function textsAt(content: JsonValue | undefined, ...path: readonly string[]): readonly string[] {
  return listAt(content, ...path).filter((entry) => typeof entry === 'string')
}

/** An object in JSON content; empty when it is not there. */
export function objectAt(content: JsonValue | undefined, ...path: readonly string[]): JsonObject {
  const value = valueAt(content, ...path)
  return isJsonObject(value) ? value : {}
}

/** Whether a member of JSON content is `true`. */
export function isAt(content: JsonValue | undefined, ...path: readonly string[]): boolean {
  return valueAt(content, ...path) === true
}

/** A member of JSON content, by the names on the way to it; undefined when it is not there. */
export function valueAt(content: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let value = content
  for (const name of path) {
    if (!isJsonObject(value)) return undefined
    value = value[name]
  }
  return value
}
