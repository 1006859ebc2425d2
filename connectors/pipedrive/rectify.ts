import { identifierOf, listAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { Correction, JsonObject, JsonValue, PartFinding, VerifySubject } from '../../src/connector/index.ts'
import { identifiersOf, isAt } from './mapping.ts'
import { changingPersons } from './person-change.ts'

const ADDRESS_FIELDS = {
  street_address: 'route',
  postal_code: 'postal_code',
  locality: 'locality',
  country: 'country',
} as const

/** An organisation is a record of its own, and linking a person to another one is a business decision. */
const ORGANISATION_WHY = 'a person’s organisation is a record of its own: change the link by hand'

export const rectify = changingPersons({
  step: 'correct_person',
  part: 'person',
  details: (_, { wish }) => {
    const corrections = possible(wish?.corrections ?? [])
    return corrections.length === 0 ? undefined : { corrections: corrections.map((one) => ({ ...one })) }
  },
  change: (person, details) => corrected(person, correctionsIn(details)),
})

/** What a look at the persons says about the corrections. */
export function judgeCorrections(subject: VerifySubject, persons: readonly JsonObject[]): readonly PartFinding[] {
  const all = subject.wish?.corrections ?? []
  const looked = subject.records.filter(({ part }) => part === 'person').length
  if (all.length === 0 || looked === 0) return []
  const findings: PartFinding[] = []
  const corrections = possible(all)
  if (corrections.length > 0) {
    const right = persons.filter((person) => corrected(person, corrections) === undefined).length
    const remaining = Math.max(0, looked - right)
    findings.push({
      part: 'person',
      looked,
      remaining,
      verdict: persons.length === 0 ? { kind: 'absent' } : { kind: remaining === 0 ? 'in_place' : 'present' },
    })
  }
  if (all.length > corrections.length)
    findings.push({
      part: 'organisation',
      looked,
      remaining: looked,
      verdict: { kind: 'cannot_tell', why: ORGANISATION_WHY },
    })
  return findings
}

function possible(corrections: readonly Correction[]): readonly Correction[] {
  return corrections.filter(({ field }) => field !== 'organisation')
}

function correctionsIn(details: JsonValue): readonly Correction[] {
  return listAt(details, 'corrections').map((one) => ({
    // Written by `details` above.
    field: textAt(one, 'field') as Correction['field'],
    value: textAt(one, 'value'),
  }))
}

/** The fields to send so that the person is as corrected; undefined = it is. Lists are sent whole, since they replace. */
function corrected(person: JsonObject, corrections: readonly Correction[]): JsonObject | undefined {
  const valueOf = (field: Correction['field']): string | undefined =>
    corrections.find((one) => one.field === field)?.value
  const change: JsonObject = {
    ...nameChange(person, valueOf('first_name'), valueOf('last_name')),
    ...entryChange(person, 'email', valueOf('email')),
    ...entryChange(person, 'phone', valueOf('phone')),
    ...jobChange(person, valueOf('job_title')),
    ...addressChange(person, corrections),
  }
  return Object.keys(change).length === 0 ? undefined : change
}

/** Only the whole name can be written; Pipedrive takes it apart itself. */
function nameChange(person: JsonObject, first: string | undefined, last: string | undefined): JsonObject {
  if (first === undefined && last === undefined) return {}
  const name = [first ?? textAt(person, 'first_name'), last ?? textAt(person, 'last_name')]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ')
  return name === '' || name === textAt(person, 'name') ? {} : { name }
}

/** The right value takes the place of the primary one, which was wrong; others stay as they are. */
function entryChange(person: JsonObject, kind: 'email' | 'phone', value: string | undefined): JsonObject {
  if (value === undefined) return {}
  const field = `${kind}s`
  const entries = listAt(person, field)
  const wanted = identifierOf(kind, value)?.value ?? value.trim()
  const primary = entries.find((entry) => isAt(entry, 'primary')) ?? entries[0]
  const others = entries.filter((entry) => entry !== primary).map((entry) => objectAt(entry))
  if (wanted === '') return entries.length === 0 ? {} : { [field]: promoted(others) }
  const isRight = primary !== undefined && identifiersOf({ [field]: [primary] }, kind)[0] === wanted
  if (isRight) return {}
  const rest = others.filter((entry) => identifiersOf({ [field]: [entry] }, kind)[0] !== wanted)
  return { [field]: [{ label: 'work', ...objectAt(primary ?? null), value: wanted, primary: true }, ...rest] }
}

function promoted(entries: readonly JsonObject[]): readonly JsonObject[] {
  return entries.map((entry, at) => ({ ...entry, primary: at === 0 }))
}

function jobChange(person: JsonObject, value: string | undefined): JsonObject {
  return value === undefined || value === textAt(person, 'job_title') ? {} : { job_title: value }
}

function addressChange(person: JsonObject, corrections: readonly Correction[]): JsonObject {
  const now = objectAt(person, 'postal_address')
  const wanted = corrections.flatMap(({ field, value }) => {
    const name = Object.entries(ADDRESS_FIELDS).find(([one]) => one === field)?.[1]
    return name === undefined || textAt(now, name) === value ? [] : [[name, value] as const]
  })
  if (wanted.length === 0) return {}
  const address: JsonObject = { ...now, ...Object.fromEntries(wanted) }
  const line = ['route', 'street_number', 'postal_code', 'locality', 'country'].map((name) => textAt(address, name))
  return { postal_address: { ...address, value: line.filter((part) => part !== '').join(', ') } }
}
