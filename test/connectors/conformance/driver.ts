import { identifierKey } from '../../../src/connector/index.ts'
import type {
  Context,
  FoundRecord,
  Identifier,
  LegSubject,
  PlannedEffect,
  PlannedRecord,
  Right,
  VerifyReport,
  WritingRight,
  WritingVerb,
} from '../../../src/connector/index.ts'
import type { PlantedPerson } from '../../../src/connector/testing.ts'
import type { Lab } from './lab.ts'
import { holds } from './violation.ts'

/** What discover found in the end, and under which identifiers. */
export interface Gathered {
  readonly records: readonly FoundRecord[]
  readonly identifiers: readonly Identifier[]
}

const MAX_ROUNDS = 3

/** Discovers as the engine does: what a certain record reveals starts another round. */
export function gather(lab: Lab, person: PlantedPerson, context: Context = lab.context): Promise<Gathered> {
  return gatherFor(lab, { right: 'erasure', person, context })
}

export async function gatherFor(lab: Lab, { right, person, context }: Omit<Looked, 'identifiers'>): Promise<Gathered> {
  const known = new Map(person.identifiers.map((identifier) => [identifierKey(identifier), identifier]))
  let records: readonly FoundRecord[] = []
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    records = await discoverOnce(lab, { right, identifiers: [...known.values()], person, context })
    const before = known.size
    for (const learned of records.flatMap(certainlyLearned)) known.set(identifierKey(learned), learned)
    if (known.size === before) break
  }
  return { records, identifiers: [...known.values()] }
}

export interface Looked {
  readonly right: Right
  readonly identifiers: readonly Identifier[]
  readonly person: PlantedPerson
  readonly context: Context
}

export async function discoverOnce(lab: Lab, { right, identifiers, person, context }: Looked): Promise<FoundRecord[]> {
  const records: FoundRecord[] = []
  const names = [`${person.person.firstName} ${person.person.lastName}`]
  for await (const record of lab.connector.discover(context, { right, identifiers, names })) records.push(record)
  return records
}

function certainlyLearned(record: FoundRecord): readonly Identifier[] {
  if (record.attribution.kind !== 'certain') return []
  return record.learned
    .filter(({ attribution }) => attribution.kind === 'certain')
    .map(({ kind, value }) => ({ kind, value }))
}

// A person says yes to these; the other kinds of candidate are somebody else until proven otherwise.
const APPROVED = new Set(['business_record', 'shared_record'])

/** The records that a plan would name: the certain ones, and those that a person approves. */
export function approved(records: readonly FoundRecord[]): readonly PlannedRecord[] {
  return records
    .filter(({ attribution }) => attribution.kind === 'certain' || APPROVED.has(attribution.reason))
    .map(({ part, ref, parentRef, content }) => ({
      part,
      ref,
      content,
      ...(parentRef === undefined ? {} : { parentRef }),
    }))
}

export function legOf(gathered: Gathered): LegSubject {
  return { right: 'erasure', records: approved(gathered.records), kept: [], identifiers: gathered.identifiers }
}

/** The verb of a right that the manifest claims. */
export function verbOf(lab: Lab, right: WritingRight): WritingVerb {
  const verb = lab.connector.writing[right]
  holds(verb !== undefined, 'has a verb for every claimed right', right)
  return verb
}

export async function planOf(
  lab: Lab,
  leg: LegSubject,
  context: Context = lab.context,
): Promise<readonly PlannedEffect[]> {
  // A leg that only reads has nothing to plan.
  return verbOf(lab, leg.right as WritingRight).plan(context, leg)
}

/** Looks again at the times of the manifest; the last look decides, and so often as the manifest wants absences. */
export async function lookAgain(lab: Lab, leg: LegSubject, context: Context = lab.context): Promise<VerifyReport> {
  const { verifyAfterMs, absencesNeeded } = lab.connector.manifest
  let report: VerifyReport | undefined
  for (const waitMs of verifyAfterMs) {
    lab.clock.push(waitMs)
    report = await verifyOnce(lab, leg, context)
  }
  for (let more = 1; more < absencesNeeded; more += 1) report = await verifyOnce(lab, leg, context)
  holds(report !== undefined, 'the manifest says when to look again', 'verifyAfterMs')
  return report
}

export function verifyOnce(lab: Lab, leg: LegSubject, context: Context = lab.context): Promise<VerifyReport> {
  const { right, records, identifiers, wish } = leg
  return lab.connector.verify(context, { right, records, identifiers, ...(wish === undefined ? {} : { wish }) })
}
