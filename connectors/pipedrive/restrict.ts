import type { Context, JsonObject, PartFinding, VerifySubject } from '../../src/connector/index.ts'
import { isMarked, marking } from './mark.ts'
import { optionsOf } from './options.ts'
import { changingPersons } from './person-change.ts'

const NO_FIELD_WHY =
  'Pipedrive has no restriction of its own: name a custom field in restriction_field and let your people go by it'

/**
 * Sets the custom field that the account names. The person is not unsubscribed: a restriction ends one day, and Pipedrive
 * lets the marketing status be changed only once.
 */
export const restrict = changingPersons({
  step: 'mark_restriction',
  part: 'person',
  details: (context) => {
    const mark = optionsOf(context).restriction
    return mark === undefined ? undefined : { mark: { ...mark } }
  },
  change: (person, details) => marking(person, details),
})

/** What a look at the persons says about the restriction. */
export function judgeRestriction(
  context: Context,
  { records }: VerifySubject,
  persons: readonly JsonObject[],
): readonly PartFinding[] {
  const looked = records.filter(({ part }) => part === 'person').length
  if (looked === 0) return []
  const mark = optionsOf(context).restriction
  if (mark === undefined)
    return [{ part: 'person', looked, remaining: looked, verdict: { kind: 'cannot_tell', why: NO_FIELD_WHY } }]
  const marked = persons.filter((person) => isMarked(person, mark)).length
  const remaining = Math.max(0, looked - marked)
  const kind = persons.length === 0 ? 'absent' : remaining === 0 ? 'in_place' : 'present'
  return [{ part: 'person', looked, remaining, verdict: { kind } }]
}
