import type { Manifest } from '../../connector/contract.ts'
import type { PartResult } from '../../domain/part.ts'

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
