import { ERASED_TEXT, isAt, objectAt, objectsAt, textAt, textsAt } from '../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../src/connector/index.ts'
import { blankDoc, isBlank } from './adf.ts'
import { accountsIn } from './fields.ts'
import type { Fields } from './fields.ts'

/** How an issue that stays is to be changed. */
export interface Redaction {
  readonly own: ReadonlySet<string>
  /** Account that takes the person's place as reporter. */
  readonly standIn: string
  /** Whether its texts are the person's. */
  readonly isOwn: boolean
}

/** A redaction as it was written into an effect's details. */
export function redactionIn(details: JsonValue | undefined): Redaction {
  return {
    own: new Set(textsAt(details, 'accounts')),
    standIn: textAt(details, 'stand_in'),
    isOwn: isAt(details, 'is_own'),
  }
}

/** The fields to change on the issue as it is now; undefined when nothing is left to change. */
export function redactionOf(issue: JsonObject, fields: Fields, redaction: Redaction): JsonObject | undefined {
  const now = objectAt(issue, 'fields')
  const change = { ...peopleChange(now, fields, redaction), ...(redaction.isOwn ? textChange(now, fields) : {}) }
  return Object.keys(change).length === 0 ? undefined : change
}

function peopleChange(now: JsonObject, fields: Fields, { own, standIn }: Redaction): JsonObject {
  const isNamed = (field: string): boolean => accountsIn(now[field]).some((id) => own.has(id))
  const others = (field: string): JsonValue =>
    objectsAt(now, field)
      .map((user) => textAt(user, 'accountId'))
      .filter((id) => !own.has(id))
      .map((accountId) => ({ accountId }))
  return {
    ...(isNamed('reporter') ? { reporter: { accountId: standIn } } : {}),
    ...Object.fromEntries(['assignee', ...fields.person].filter(isNamed).map((field) => [field, null])),
    ...Object.fromEntries(fields.people.filter(isNamed).map((field) => [field, others(field)])),
  }
}

function textChange(now: JsonObject, fields: Fields): JsonObject {
  const filled = (names: readonly string[]): readonly string[] => names.filter((name) => !isBlank(now[name]))
  return {
    // An issue must have a summary.
    ...(isBlank(now.summary) ? {} : { summary: ERASED_TEXT }),
    ...(isBlank(now.description) ? {} : { description: blankDoc() }),
    ...Object.fromEntries(filled(['environment', ...fields.texts]).map((name) => [name, null])),
  }
}
