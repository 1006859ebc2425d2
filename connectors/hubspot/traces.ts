import { textsAt, tracesOf } from '../../src/connector/index.ts'
import type { Identifier, PlannedRecord, Traces } from '../../src/connector/index.ts'
import { addressesOf, mergedIdsOf, nameOf, propertiesAt } from './mapping.ts'

/** What names the subject: the request's identifiers and what the subject's contacts say. */
export function tracesOfSubject(records: readonly PlannedRecord[], identifiers: readonly Identifier[]): Traces {
  const contacts = records.filter(({ part }) => part === 'contact').map(({ content }) => propertiesAt(content))
  const given = (kind: Identifier['kind']) => identifiers.filter((one) => one.kind === kind).map(({ value }) => value)
  return tracesOf({
    emails: [...given('email'), ...contacts.flatMap(addressesOf)],
    phones: [...given('phone'), ...contacts.flatMap((contact) => [contact.phone ?? '', contact.mobilephone ?? ''])],
    names: contacts.flatMap((contact) => [nameOf(contact), contact.lastname ?? '', contact.firstname ?? '']),
  })
}

/** All ids under which the subject's contacts were ever known: their own and those merged into them. */
export function contactIdsOf(records: readonly PlannedRecord[]): readonly string[] {
  const ids = records
    .filter(({ part }) => part === 'contact')
    .flatMap(({ ref, content }) => [ref, ...textsAt(content, 'mergedIds'), ...mergedIdsOf(propertiesAt(content))])
  return [...new Set(ids.filter((id) => id !== ''))]
}
