import type { Manifest } from '../../connector/contract.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { PartResult } from '../../domain/part.ts'
import type { LegRow, RecordRow } from '../../ports/rows.ts'

type Unavailable = LegRow['unavailable']

/**
 * Every part that a search reads, with nothing in it: where a leg starts before anything is found. A place that this account
 * cannot be asked about was not looked into, and that is never "nothing found".
 */
export function nothingFound(manifest: Manifest, unavailable: Unavailable): readonly PartResult[] {
  return manifest.depth
    .filter((row) => row.isRead)
    .map((row) => ({
      part: row.part,
      outcome: emptyOutcome(unavailable.find((one) => one.part === row.part)),
      counts: { found: 0, done: 0, kept: 0, remaining: 0 },
    }))
}

function emptyOutcome(gap: Unavailable[number] | undefined): Outcome {
  return gap === undefined ? { kind: 'nothing_found' } : { kind: 'unverifiable', why: gap.why }
}

/**
 * The parts of a leg that was not acted on: those with records get `outcome` and count all as remaining.
 *
 * @param rows - the leg's records of the plan.
 */
export function resultsFor(
  { manifest, unavailable }: { readonly manifest: Manifest; readonly unavailable: Unavailable },
  rows: readonly RecordRow[],
  outcomeOf: (part: string) => Outcome,
): readonly PartResult[] {
  return nothingFound(manifest, unavailable).map((empty) => {
    const found = rows.filter((row) => row.part === empty.part).length
    if (found === 0) return empty
    return { part: empty.part, outcome: outcomeOf(empty.part), counts: { found, done: 0, kept: 0, remaining: found } }
  })
}
