import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import { MemoryStore } from '../kit/memory-store.ts'
import { MODES, type Fault } from './matrix/boundaries.ts'
import { Course, type CoursePlaces, type CourseRight } from './matrix/course.ts'
import { endOf } from './matrix/facts.ts'
import { PORTS } from './matrix/shims.ts'

let scratch: string
let courses = 0

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-matrix-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const MEMORY: CoursePlaces = {
  store: (clock) => new MemoryStore({ clock }),
  objects: (clock) => {
    courses += 1
    return createDirectoryStore({ directory: path.join(scratch, String(courses)), clock })
  },
}

interface Ran {
  readonly course: Course
  readonly end: unknown
}

async function run(places: CoursePlaces, right: CourseRight, fault?: Fault): Promise<Ran> {
  const course = new Course(places, right, fault)
  const id = await course.run()
  return { course, end: await endOf(course, id) }
}

/** `MATRIX=all` runs every case; otherwise every kind of boundary breaks in every way, and of the others a share that rotates. */
const SEED = Number(process.env.MATRIX_SEED ?? 0)
const SHARE = process.env.MATRIX === 'all' ? 1 : 3

function casesFor(names: readonly string[]): readonly Fault[] {
  return names.flatMap((name, at) => {
    const all = MODES.flatMap((mode): readonly Fault[] => [
      { at, mode, times: 1 },
      { at, mode, times: 2 },
    ])
    if (SHARE === 1 || names.indexOf(name) === at) return all
    return at % SHARE === SEED % SHARE ? [all[(at + SEED) % all.length]!] : []
  })
}

describe.each(['erasure', 'access'] as const)(
  'doing anything twice ends where doing it once ends: %s, with a crash or a lost answer at every boundary',
  (right) => {
    it('ends where an undisturbed request ends, with the same record, once and twice', async () => {
      const sound = await run(MEMORY, right)
      const names = sound.course.boundaries.visited
      const cases = casesFor(names)
      const wrong: string[] = []
      let struck = 0
      for (const fault of cases) {
        const what = `${names[fault.at]!} ${fault.mode} x${fault.times}`
        try {
          const { course, end } = await run(MEMORY, right, fault)
          struck += course.boundaries.struck > 0 ? 1 : 0
          expect({ what, end }).toEqual({ what, end: sound.end })
        } catch (error) {
          wrong.push(`${what}: ${String(error).slice(0, 1500)}`)
        }
      }
      const places = new Set(cases.map((one) => one.at)).size
      process.stdout.write(
        `${right}: ${new Set(names).size} kinds of boundary, ${places} of ${names.length} boundaries broken in ${cases.length} cases (seed ${SEED})\n`,
      )
      expect(wrong).toEqual([])
      expect(struck).toBe(cases.length)
    }, 240_000)
  },
)

describe('the boundaries', () => {
  it('are all shimmed: a port that is new must be looked at', async () => {
    const { course } = await run(MEMORY, 'access')
    expect(Object.keys(course.ports).sort()).toEqual(Object.keys(PORTS).sort())
  })
})
