import { textAt, tracesOf } from '../../src/connector/index.ts'
import type { Identifier, PlannedRecord, Traces } from '../../src/connector/index.ts'
import { identifiersOf } from './mapping.ts'

/** What names the subject: the request's identifiers and what the subject's persons say. */
export function tracesOfSubject(records: readonly PlannedRecord[], identifiers: readonly Identifier[]): Traces {
  const persons = records.filter(({ part }) => part === 'person').map(({ content }) => content)
  const given = (kind: Identifier['kind']): readonly string[] =>
    identifiers.filter((one) => one.kind === kind).map(({ value }) => value)
  return tracesOf({
    emails: [...given('email'), ...persons.flatMap((person) => identifiersOf(person, 'email'))],
    phones: [...given('phone'), ...persons.flatMap((person) => identifiersOf(person, 'phone'))],
    names: persons.flatMap((person) => ['name', 'first_name', 'last_name'].map((field) => textAt(person, field))),
  })
}
