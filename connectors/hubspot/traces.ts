import type { Identifier, JsonValue, PlannedRecord } from '../../src/connector/index.ts'
import { addressesOf, mergedIdsOf, nameOf, propertiesAt, textsAt } from './mapping.ts'

/** Words and numbers that name the subject in somebody's free text. */
export interface Traces {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly names: readonly string[]
}

export const ERASED_TEXT = '[erased]'

// Shorter words ("An", "de") name nobody by themselves and would blank half a text.
const SHORTEST_NAME = 3
const LAST_DIGITS = 8
const SEPARATORS = '[\\s().\\/-]*'

/** What names the subject: the request's identifiers and what the subject's contacts say. */
export function tracesOf(records: readonly PlannedRecord[], identifiers: readonly Identifier[]): Traces {
  const contacts = records.filter(({ part }) => part === 'contact').map(({ content }) => propertiesAt(content))
  const values = (kind: Identifier['kind']) => identifiers.filter((one) => one.kind === kind).map(({ value }) => value)
  const names = contacts.flatMap((contact) => [nameOf(contact), contact.lastname ?? '', contact.firstname ?? ''])
  const phones = contacts.flatMap((contact) => [contact.phone ?? '', contact.mobilephone ?? ''])
  return {
    emails: unique([...values('email'), ...contacts.flatMap(addressesOf)]),
    phones: unique(
      [...values('phone'), ...phones].map((phone) => phone.replaceAll(/\D/g, '').slice(-LAST_DIGITS)),
    ).filter((digits) => digits.length === LAST_DIGITS),
    names: unique(names.map((name) => name.trim())).filter((name) => name.length >= SHORTEST_NAME),
  }
}

/** Several people's traces as one, for a record that two requests share in one call. */
export function joined(all: readonly Traces[]): Traces {
  return {
    emails: unique(all.flatMap(({ emails }) => emails)),
    phones: unique(all.flatMap(({ phones }) => phones)),
    names: unique(all.flatMap(({ names }) => names)),
  }
}

/** Traces as they were written into an effect's details. */
export function tracesIn(details: JsonValue | undefined): Traces {
  const from = details ?? null
  return {
    emails: textsAt(from, 'traces', 'emails'),
    phones: textsAt(from, 'traces', 'phones'),
    names: textsAt(from, 'traces', 'names'),
  }
}

/** The text with every trace replaced; doing it twice changes nothing more. */
export function redact(text: string, traces: Traces): string {
  return patterns(traces).reduce((rest, pattern) => rest.replaceAll(pattern, ERASED_TEXT), text)
}

export function holdsTrace(text: string, traces: Traces): boolean {
  return redact(text, traces) !== text
}

function patterns({ emails, phones, names }: Traces): readonly RegExp[] {
  const longestFirst = [...names].sort((one, other) => other.length - one.length)
  return [
    ...emails.map((email) => new RegExp(escaped(email), 'giu')),
    // The last digits with any separators between, and at most two groups of a prefix before them.
    ...phones.map((digits) => {
      const spaced = digits.replaceAll(/\d(?=\d)/g, `$&${SEPARATORS}`)
      return new RegExp(`(?:\\+|00)?(?:\\d{1,3}${SEPARATORS}){0,2}${spaced}`, 'gu')
    }),
    ...longestFirst.map((name) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, 'giu')),
  ]
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== ''))]
}

/** All ids under which the subject's contacts were ever known: their own and those merged into them. */
export function contactIdsOf(records: readonly PlannedRecord[]): readonly string[] {
  return unique(
    records
      .filter(({ part }) => part === 'contact')
      .flatMap(({ ref, content }) => [ref, ...textsAt(content, 'mergedIds'), ...mergedIdsOf(propertiesAt(content))]),
  )
}
