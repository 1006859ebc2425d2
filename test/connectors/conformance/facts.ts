import type { DepthRow, PartFinding, PlannedEffect, VerifyReport } from '../../../src/connector/index.ts'
import type { PlantedPerson } from '../../../src/connector/testing.ts'
import type { Running } from './acting.ts'
import { act } from './acting.ts'
import type { ActOptions } from './acting.ts'
import { gather, legOf, lookAgain, planOf } from './driver.ts'
import type { Gathered } from './driver.ts'
import type { LegSubject } from '../../../src/connector/index.ts'
import type { Lab } from './lab.ts'
import { holds } from './violation.ts'

/** A part that is planted, read and to be erased: what most erasing checks are about. */
export function erasableParts(lab: Lab): readonly DepthRow[] {
  return lab.connector.manifest.depth.filter(({ onErasure }) => onErasure === 'erased' || onErasure === 'anonymised')
}

export function remainingOf(lab: Lab, person: PlantedPerson, part: string): number {
  return lab.sandbox.remaining(person)[part] ?? 0
}

export interface Erased {
  readonly gathered: Gathered
  readonly leg: LegSubject
  readonly plan: readonly PlannedEffect[]
  readonly running: readonly Running[]
}

/** The whole way of one erasure up to the last poll. */
export async function erase(lab: Lab, person: PlantedPerson, options: ActOptions = {}): Promise<Erased> {
  const gathered = await gather(lab, person, options.context)
  const leg = legOf(gathered)
  const plan = await planOf(lab, leg, options.context)
  const running = await act(lab, [plan], options)
  return { gathered, leg, plan, running }
}

/** Erases without faults, and says which effect did not end well. */
export async function eraseWell(lab: Lab, person: PlantedPerson, options: ActOptions = {}): Promise<Erased> {
  const erased = await erase(lab, person, options)
  expectWell(erased.running)
  return erased
}

export function expectWell(running: readonly Running[]): void {
  const bad = running.find(({ state }) => state !== 'done')
  holds(bad === undefined, 'every effect ends well', `${bad?.effect.step ?? ''}: ${bad?.how ?? ''}`)
}

/** Whatever the connector says is gone is gone, for every part that it reports. */
export function expectHonest(lab: Lab, person: PlantedPerson, report: VerifyReport): void {
  for (const { part, verdict } of report.findings) {
    if (verdict.kind !== 'absent' && verdict.kind !== 'soft_deleted') continue
    holds(remainingOf(lab, person, part) === 0, 'says gone only what is gone', part)
  }
}

/** Every erasable part is gone, at the vendor and in the connector's own words. */
export async function expectGone(lab: Lab, person: PlantedPerson, leg: LegSubject): Promise<VerifyReport> {
  const report = await lookAgain(lab, leg)
  expectHonest(lab, person, report)
  expectControl(report)
  for (const row of erasableParts(lab)) {
    holds(remainingOf(lab, person, row.part) === 0, 'leaves nothing of an erasable part', row.part)
    const finding = findingOf(report, row.part)
    holds(finding !== undefined, 'verifies every erasable part', row.part)
    holds(isGone(finding, row), 'sees that an erased part is gone', `${row.part}: ${finding.verdict.kind}`)
  }
  return report
}

function isGone({ verdict, remaining }: PartFinding, row: DepthRow): boolean {
  switch (verdict.kind) {
    case 'absent':
    case 'soft_deleted':
      return remaining === 0
    case 'in_place':
      return row.onErasure === 'anonymised'
    case 'cannot_tell':
      return !row.isRead
    case 'present':
      return false
  }
}

export function findingOf(report: VerifyReport, part: string): PartFinding | undefined {
  return report.findings.find((finding) => finding.part === part)
}

/** Without a positive control no absence is proven. */
export function expectControl(report: VerifyReport): void {
  holds(report.control.responseDigest !== '', 'verifies beside a positive control', 'control')
  holds(/^[0-9a-f]{64}$/.test(report.control.responseDigest), 'a read back carries a SHA-256', 'control')
  for (const { responseDigest, queryClass } of report.readbacks) {
    holds(/^[0-9a-f]{64}$/.test(responseDigest), 'a read back carries a SHA-256', queryClass)
    holds(/^[a-z0-9_]{1,60}$/.test(queryClass), 'a read back names a class of query, no value', 'queryClass')
  }
}

/** What the people who are not the subject looked like, to compare later. */
export function picturesOf(lab: Lab, people: readonly PlantedPerson[]): () => void {
  const before = people.map((person) => lab.sandbox.picture(person))
  return () =>
    people.forEach((person, at) =>
      holds(lab.sandbox.picture(person) === before[at], 'leaves neighbours byte for byte untouched', `person ${at}`),
    )
}
