import { isDeepStrictEqual } from 'node:util'
import { MODES, type Fault } from './boundaries.ts'
import { openCourse, type CourseRight } from './course.ts'
import { endOf } from './facts.ts'
import type { OpenCourseParts } from './parts.ts'

export interface Ran {
  readonly end: unknown
  /** Names of the boundaries, in order. */
  readonly visited: readonly string[]
  readonly struck: number
  readonly changes: { readonly made: number; readonly again: number }
  readonly ports: readonly string[]
}

export async function runCourse(open: OpenCourseParts, right: CourseRight, fault?: Fault): Promise<Ran> {
  const course = await openCourse(open, right, fault)
  try {
    const end = await endOf(course, await course.run())
    const { visited, struck } = course.boundaries
    return { end, visited, struck, changes: course.parts.countChanges(), ports: Object.keys(course.ports) }
  } finally {
    await course.parts.close()
  }
}

export interface Trial {
  readonly open: OpenCourseParts
  readonly right: CourseRight
  /** Which faults to try, of an undisturbed course's boundaries. */
  readonly choose: (visited: readonly string[]) => readonly Fault[]
  /** How many courses run side by side, each on parts of its own; 1 when absent. */
  readonly width?: number
}

export interface Figures {
  readonly kinds: number
  readonly boundaries: number
  readonly broken: number
  readonly cases: number
  readonly faults: number
  readonly changes: number
  readonly again: number
}

export interface Verdict {
  readonly figures: Figures
  /** Cases that ended otherwise than an undisturbed course, with what they ended with. */
  readonly wrong: readonly string[]
}

/** Runs one course undisturbed and one for each fault, and holds every end against the undisturbed one. */
export async function tryFaults({ open, right, choose, width = 1 }: Trial): Promise<Verdict> {
  const sound = await runCourse(open, right)
  const cases = choose(sound.visited)
  const left = [...cases]
  const wrong: string[] = []
  let [faults, changes, again] = [0, 0, 0]
  const work = async () => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const ran = await attempt({ open, right, fault, sound })
      faults += ran.struck
      changes += ran.changes.made
      again += ran.changes.again
      wrong.push(...ran.wrong)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  const broken = new Set(cases.map(({ name, nth }) => `${name} ${nth}`)).size
  const kinds = new Set(sound.visited).size
  const figures = { kinds, boundaries: sound.visited.length, broken, cases: cases.length, faults, changes, again }
  return { figures, wrong }
}

interface Attempt extends Pick<Trial, 'open' | 'right'> {
  readonly fault: Fault
  readonly sound: Ran
}

interface Attempted extends Pick<Ran, 'struck' | 'changes'> {
  readonly wrong: readonly string[]
}

async function attempt({ open, right, fault, sound }: Attempt): Promise<Attempted> {
  const what = `${right}: ${fault.name} (${fault.nth}) ${fault.mode} x${fault.times}`
  try {
    const ran = await runCourse(open, right, fault)
    if (ran.struck === 0) return { ...ran, wrong: [`${what}: was not reached`] }
    const isSame = isDeepStrictEqual(ran.end, sound.end)
    return { ...ran, wrong: isSame ? [] : [`${what}: ${differences(sound.end, ran.end).slice(0, 1500)}`] }
  } catch (error) {
    return { struck: 0, changes: { made: 0, again: 0 }, wrong: [`${what}: ${String(error).slice(0, 1500)}`] }
  }
}

/** Each boundary of a course, as the nth of its name. */
export function placesOf(visited: readonly string[]): readonly { readonly name: string; readonly nth: number }[] {
  const seen = new Map<string, number>()
  return visited.map((name) => {
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    return { name, nth }
  })
}

/** Every mode at one place, in the given numbers of strikes. */
export function everyMode(place: { name: string; nth: number }, times: readonly (1 | 2)[]): readonly Fault[] {
  return MODES.flatMap((mode) => times.map((often) => ({ ...place, mode, times: often })))
}

export function say(what: string, figures: Figures): void {
  const { kinds, boundaries, broken, cases, faults, changes, again } = figures
  process.stdout.write(
    `${what}: ${kinds} kinds of boundary, ${broken} of ${boundaries} boundaries broken in ${cases} cases, ${faults} faults, ${changes} vendor changes, ${again} of them again after a look\n`,
  )
}

/** The paths at which two ends differ, with both values. */
function differences(expected: unknown, seen: unknown, at = ''): string {
  if (isDeepStrictEqual(expected, seen)) return ''
  if (!isTree(expected) || !isTree(seen)) return `${at}: ${JSON.stringify(expected)} became ${JSON.stringify(seen)}; `
  const names = new Set([...Object.keys(expected), ...Object.keys(seen)])
  return [...names].map((name) => differences(expected[name], seen[name], `${at}/${name}`)).join('')
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
