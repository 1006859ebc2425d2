import { describe, expect, it } from '@jest/globals'
import type { Fault } from './matrix/boundaries.ts'
import { openMemoryParts } from './matrix/memory-parts.ts'
import { PORTS } from './matrix/shims.ts'
import { everyMode, placesOf, runCourse, say, tryFaults } from './matrix/trial.ts'

/** `MATRIX=all` runs every case; otherwise every kind of boundary breaks in every way, and of the others a share that rotates. */
const SEED = Number(process.env.MATRIX_SEED ?? 0)
const SHARE = process.env.MATRIX === 'all' ? 1 : 3

function choose(visited: readonly string[]): readonly Fault[] {
  return placesOf(visited).flatMap((place, at) => {
    const all = everyMode(place, [1, 2])
    if (SHARE === 1 || place.nth === 1) return all
    return at % SHARE === SEED % SHARE ? [all[(at + SEED) % all.length]!] : []
  })
}

describe.each(['erasure', 'access', 'portability'] as const)(
  'doing anything twice ends where doing it once ends: %s, with a crash or a lost answer at every boundary',
  (right) => {
    it('ends where an undisturbed request ends, with the same record, once and twice', async () => {
      const { figures, wrong } = await tryFaults({ open: openMemoryParts, right, choose })
      say(`${right} in memory (seed ${SEED})`, figures)
      expect(wrong).toEqual([])
      expect(figures.cases).toBeGreaterThan(figures.kinds * 8 - 1)
    }, 900_000)
  },
)

describe('the boundaries', () => {
  it('are all shimmed: a port that is new must be looked at', async () => {
    const { ports } = await runCourse(openMemoryParts, 'access')
    expect([...ports].sort()).toEqual(Object.keys(PORTS).sort())
  })
})
