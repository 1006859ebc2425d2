import type { Identifier, JsonObject, JsonValue, PlannedRecord } from '../../src/connector/index.ts'
import { identifiersOf, listAt, textAt } from './mapping.ts'

/** What names the subject in somebody's free text. */
export interface Traces {
  /** Names and addresses, longest first. */
  readonly words: readonly string[]
  /** The last digits of telephone numbers. */
  readonly numbers: readonly string[]
}

const ERASED = '[erased]'
// A shorter word names nobody by itself and would blank half a text.
const SHORTEST_NAME = 3
const LAST_DIGITS = 8

/** What names the subject: the request's identifiers and what the subject's persons say. */
export function tracesOf(records: readonly PlannedRecord[], identifiers: readonly Identifier[]): Traces {
  const persons = records.filter(({ part }) => part === 'person').map(({ content }) => content)
  const named = (kind: Identifier['kind']): readonly string[] =>
    identifiers.filter((one) => one.kind === kind).map(({ value }) => value)
  const names = persons
    .flatMap((person) => ['name', 'first_name', 'last_name'].map((field) => textAt(person, field).trim()))
    .filter((name) => name.length >= SHORTEST_NAME)
  const emails = [...named('email'), ...persons.flatMap((person) => identifiersOf(person, 'email'))]
  const phones = [...named('phone'), ...persons.flatMap((person) => identifiersOf(person, 'phone'))]
  return {
    words: [...new Set([...names, ...emails])].sort((one, other) => other.length - one.length),
    numbers: [...new Set(phones.map((phone) => phone.slice(-LAST_DIGITS)))],
  }
}

/** Traces as they were written into an effect's details. */
export function tracesIn(details: JsonValue | undefined): Traces {
  const texts = (name: string): readonly string[] =>
    listAt(details ?? null, 'traces', name).filter((entry) => typeof entry === 'string')
  return { words: texts('words'), numbers: texts('numbers') }
}

/** The text without the traces; doing it twice changes nothing more. */
export function redact(text: string, { words, numbers }: Traces): string {
  const withoutWords = words.reduce((rest, word) => rest.replaceAll(wholeWord(word), ERASED), text)
  return numbers.reduce((rest, digits) => rest.replaceAll(spacedNumber(digits), ERASED), withoutWords)
}

export function holdsTrace(text: string, traces: Traces): boolean {
  return redact(text, traces) !== text
}

/** The texts among some members of a record that change when the traces go, each with its new text. */
export function redacted(
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

function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal(word)}(?![\\p{L}\\p{N}])`, 'giu')
}

/** The last digits however they are set apart, and a country's or network's digits before them. */
function spacedNumber(digits: string): RegExp {
  const gap = '[\\s().\\/-]*'
  return new RegExp(`(?:\\+|00)?(?:\\d{1,3}${gap}){0,2}${digits.replaceAll(/\d(?=\d)/g, `$&${gap}`)}(?!\\d)`, 'gu')
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
