import { beforeAll, expect, it } from '@jest/globals'
import { describeWithService } from '../kit/services.ts'
import type { Fault } from './matrix/boundaries.ts'
import type { OpenCourseParts } from './matrix/parts.ts'
import { realParts } from './matrix/real-parts.ts'
import { everyMode, placesOf, say, tryFaults } from './matrix/trial.ts'

/**
 * `MATRIX=all` breaks every boundary once in every way, and every kind of boundary twice. Otherwise every kind at which a stage, the
 * effect engine or a vendor stands breaks once in every way, and every kind of announcement and message in one that rotates.
 */
const SEED = Number(process.env.MATRIX_SEED ?? 0)
const IS_WHOLE = process.env.MATRIX === 'all'
/** Courses mostly wait for the database. */
const SIDE_BY_SIDE = 4
const CONNECTORS = (process.env.MATRIX_CONNECTORS ?? 'hubspot,sendgrid').split(',')
const EXTENT = process.env.MATRIX_EXTENT === 'everywhere' ? 'everywhere' : 'contact'

function choose(visited: readonly string[]): readonly Fault[] {
  const places = placesOf(visited)
  if (IS_WHOLE) return places.flatMap((place) => everyMode(place, place.nth === 1 ? [1, 2] : [1]))
  return places
    .filter(({ nth }) => nth === 1)
    .flatMap((place, at) => {
      const all = everyMode(place, [1])
      return isOfTheQueue(place.name) ? [all[(at + SEED) % all.length]!] : all
    })
}

/** In memory these break in every way; here they stand on nothing that is not there too. */
function isOfTheQueue(name: string): boolean {
  return /^(queue|message|commit workers)/.test(name)
}

describeWithService('postgres', 'on PostgreSQL, with the real connectors over HTTP', () => {
  let open: OpenCourseParts

  beforeAll(async () => {
    open = await realParts({ connectorIds: CONNECTORS, extent: EXTENT })
  }, 60_000)

  it.each(['erasure', 'access', 'portability'] as const)(
    'doing anything twice ends where doing it once ends: %s, with a crash or a lost answer at every kind of boundary',
    async (right) => {
      const { figures, wrong } = await tryFaults({ open, right, choose, width: SIDE_BY_SIDE })
      say(`${right} over real parts (seed ${SEED})`, figures)
      expect(wrong).toEqual([])
      expect(figures.cases).toBeGreaterThan(figures.kinds)
    },
    7_200_000,
  )
})
