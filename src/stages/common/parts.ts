import type { Manifest } from '../../connector/contract.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { PartResult } from '../../domain/part.ts'
import type { RecordRow } from '../../ports/rows.ts'

/** Every part that a search reads, with nothing in it: where a leg starts before anything is found. */
export function nothingFound(manifest: Manifest): readonly PartResult[] {
  return manifest.depth
    .filter((row) => row.isRead)
    .map((row) => ({
      part: row.part,
      outcome: { kind: 'nothing_found' },
      counts: { found: 0, done: 0, kept: 0, remaining: 0 },
    }))
}

/**
 * The parts of a leg that was not acted on: those with records get `outcome` and count all as remaining.
 *
 * @param rows - the leg's records of the plan.
 */
export function resultsFor(
  manifest: Manifest,
  rows: readonly RecordRow[],
  outcomeOf: (part: string) => Outcome,
): readonly PartResult[] {
  return nothingFound(manifest).map((empty) => {
    const found = rows.filter((row) => row.part === empty.part).length
    if (found === 0) return empty
    return { part: empty.part, outcome: outcomeOf(empty.part), counts: { found, done: 0, kept: 0, remaining: found } }
  })
}
