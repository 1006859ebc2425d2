import type { IdentifierRow, RecordRow } from '../../ports/rows.ts'
import { compareFacts, factsOf, personOf, type ComparedFact, type Facts } from './facts.ts'
import { openMatch, openNames, openValue, type People } from './people.ts'
import type { DetailRows } from './detail.ts'

/** The person who asks, as far as it is certain: identifiers, names, and what their own records say. */
export function knownPerson(rows: DetailRows, identifiers: readonly IdentifierRow[], people: People): Facts {
  const certain = identifiers.filter((row) => row.isCertain)
  const values = (kind: IdentifierRow['kind']) =>
    certain.filter((row) => row.kind === kind).map((row) => openValue(people, row))
  const given: Facts = new Map([
    ['name', openNames(people, rows.request)],
    ['email', values('email')],
    ['phone', values('phone')],
  ])
  const own = rows.certain.map((row) => factsOf(openMatch(people, row).content))
  return personOf([given, ...own.filter((facts) => isPortrait(facts, values('email'))).map(withoutTitle)])
}

/** Beside a first and a last name, what else is called a name is that of a list or an event. */
function withoutTitle(facts: Facts): Facts {
  const isNamed = facts.has('first_name') && facts.has('last_name')
  return isNamed ? new Map([...facts].filter(([kind]) => kind !== 'name')) : facts
}

/** A record about the person, not about an event or a list that they are on. */
function isPortrait(facts: Facts, emails: readonly string[]): boolean {
  const isNamed = facts.has('first_name') || facts.has('last_name') || facts.has('name')
  return isNamed && (facts.get('email') ?? []).some((one) => emails.includes(one.toLowerCase()))
}

/** A vendor's own word for a kind of thing; it tells nobody anything. */
const INNER_NAME = /^[a-z_.-]+$/

export interface Compared {
  readonly label: string | undefined
  readonly facts: readonly ComparedFact[]
}

/** A record that may be the person's, beside what is known of the person. */
export function comparedMatch(row: RecordRow, person: Facts, people: People): Compared {
  const { label, content } = openMatch(people, row)
  const facts = compareFacts(person, factsOf(content)).filter(
    ({ kind }) => kind !== 'created' || row.createdAtMs === null,
  )
  const isEmpty =
    label === undefined || INNER_NAME.test(label) || label.toLowerCase().startsWith(row.part.toLowerCase())
  return { label: isEmpty ? undefined : label, facts }
}

/** Uncertain records that one answer can settle: of one system, uncertain for one reason. */
export function groupedMatches(candidates: readonly RecordRow[]): readonly (readonly RecordRow[])[] {
  return [...Map.groupBy(candidates, (row) => `${row.legId} ${row.reason ?? ''}`).values()]
}
