import type { JsonObject, JsonValue } from '../domain/json.ts'
import { textsAt } from './json-at.ts'

/** Words and numbers that name the subject in somebody's free text. */
export interface Traces {
  readonly emails: readonly string[]
  /** The last digits of telephone numbers. */
  readonly phones: readonly string[]
  readonly names: readonly string[]
}

/** What stands where a trace stood. */
export const ERASED_TEXT = '[erased]'

// A shorter word ("An", "de") names nobody by itself and would blank half a text.
const SHORTEST_NAME = 3
const LAST_DIGITS = 8
const SEPARATORS = '[\\s().\\/-]*'

/**
 * What to look for in free text, of what a vendor's records and the request say about the subject: addresses and names in
 * whatever writing, telephone numbers of at least eight digits.
 */
export function tracesOf({ emails, phones, names }: Traces): Traces {
  return {
    emails: unique(emails.map((email) => email.trim())),
    phones: unique(phones.map((phone) => phone.replaceAll(/\D/g, '').slice(-LAST_DIGITS))).filter(
      (digits) => digits.length === LAST_DIGITS,
    ),
    names: unique(names.map((name) => name.trim())).filter((name) => name.length >= SHORTEST_NAME),
  }
}

/** Several people's traces as one, for a record that two requests share in one call. */
export function joinedTraces(all: readonly Traces[]): Traces {
  return {
    emails: unique(all.flatMap(({ emails }) => emails)),
    phones: unique(all.flatMap(({ phones }) => phones)),
    names: unique(all.flatMap(({ names }) => names)),
  }
}

/** Traces as they were written into the `traces` of an effect's details. */
export function tracesIn(details: JsonValue | undefined): Traces {
  return {
    emails: textsAt(details, 'traces', 'emails'),
    phones: textsAt(details, 'traces', 'phones'),
    names: textsAt(details, 'traces', 'names'),
  }
}

/** The text with every trace replaced; doing it twice changes nothing more. */
export function redact(text: string, traces: Traces): string {
  return patterns(traces).reduce((rest, pattern) => rest.replaceAll(pattern, ERASED_TEXT), text)
}

export function holdsTrace(text: string, traces: Traces): boolean {
  return redact(text, traces) !== text
}

/** The texts among some members of a record that change when the traces go, each with its new text. */
export function redactedTexts(
  record: JsonObject,
  fields: readonly string[],
  traces: Traces,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = record[field]
      if (typeof text !== 'string') return []
      const rest = redact(text, traces)
      return rest === text ? [] : [[field, rest] as const]
    }),
  )
}

function patterns({ emails, phones, names }: Traces): readonly RegExp[] {
  const longestFirst = [...names].sort((one, other) => other.length - one.length)
  return [
    // Somebody else's longer address ends or begins with the same letters.
    ...emails.map(
      (email) => new RegExp(`(?<![\\p{L}\\p{N}][._%+-]?)${literal(email)}(?![\\p{L}\\p{N}]|[.-][\\p{L}\\p{N}])`, 'giu'),
    ),
    // The last digits with any separators between, and at most two groups of a prefix before them.
    ...phones.map((digits) => {
      const spaced = digits.replaceAll(/\d(?=\d)/g, `$&${SEPARATORS}`)
      return new RegExp(`(?:\\+|00)?(?:\\d{1,3}${SEPARATORS}){0,2}${spaced}(?!\\d)`, 'gu')
    }),
    ...longestFirst.map((name) => new RegExp(`(?<![\\p{L}\\p{N}])${literal(name)}(?![\\p{L}\\p{N}])`, 'giu')),
  ]
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== ''))]
}
