import { objectAt, textAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import type { Mark } from './options.ts'

/** The change that sets the mark of an effect's details; undefined = it is set. */
export function marking(person: JsonObject, details: JsonValue): JsonObject | undefined {
  const { field, value } = markIn(details)
  return isMarked(person, { field, value }) ? undefined : { custom_fields: { [field]: value } }
}

export function isMarked(person: JsonObject, { field, value }: Mark): boolean {
  return textAt(objectAt(person, 'custom_fields'), field) === String(value)
}

function markIn(details: JsonValue): Mark {
  const { value } = objectAt(details, 'mark')
  return { field: textAt(details, 'mark', 'field'), value: typeof value === 'number' ? value : textAt(value ?? null) }
}
