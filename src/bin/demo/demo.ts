import { castPeople, type Role } from './cast.ts'
import { tellAnswers } from './chapters/answers.ts'
import { tellKept } from './chapters/kept.ts'
import { tellLie } from './chapters/lie.ts'
import { tellMatch } from './chapters/match.ts'
import { tellPlan } from './chapters/plan.ts'
import { tellLog } from './chapters/log.ts'
import { tellProof } from './chapters/proof.ts'
import { tellNeighbour, tellRun } from './chapters/run.ts'
import { tellSummary, tellWhere } from './chapters/summary.ts'
import { untilStopped } from '../processes.ts'
import { ask, untilCopied, untilErased } from './desk.ts'
import { openFiles } from './files.ts'
import { openInstallation, removeDatabase, SPEED, type Environment, type Installation } from './installation.ts'
import { shown } from './progress.ts'
import { picturesOf, type Story } from './story.ts'
import { stayOpen } from './stay.ts'
import { createTeller } from './teller.ts'

export interface DemoOptions {
  /** Leaves the dashboard open until the process is asked to stop. */
  readonly stay: boolean
  readonly print: (line: string) => void
  /** Whether progress may be drawn in place; by default when standard output is a terminal. */
  readonly isTerminal?: boolean
  /** Instead of the process's own environment. */
  readonly environment?: Environment
  /** Called once the vendors run and the people are planted: where a test makes a vendor misbehave. */
  readonly onStage?: (stage: Pick<Story, 'cast' | 'installation'>) => void
}

/**
 * Plays the demo: six requests on a whole Habeas with vendors on this machine.
 *
 * @returns the exit code: 0 when all came as told, 1 when anything did not, 130 when it was stopped half-way.
 */
export async function demoCommand(options: DemoOptions): Promise<number> {
  const isTerminal = options.isTerminal ?? process.stdout.isTTY
  const { print } = options
  const stopped = untilStopped()
  const teller = createTeller(print, isTerminal, process.stdout.isTTY ? process.stdout.columns : undefined)
  const installation = await openInstallation(options.environment)
  try {
    const cast = castPeople(installation.sandboxes)
    options.onStage?.({ cast, installation })
    const before = picturesOf({ installation, cast })
    const story: Story = { installation, cast, teller, print, isTerminal, before, files: await openFiles(installation) }
    greet(story)
    await orStopped(stopped, play(story))
    tellWhere(story)
    if (options.stay && teller.failures.length === 0) await stayOpen(story, stopped)
  } catch (error) {
    if (error instanceof Stopped) return STOPPED
    teller.check(`the demo came to its end (${error instanceof Error ? error.message : 'it failed'})`, false)
  } finally {
    await installation.close()
  }
  return conclude(installation, teller.failures, print)
}

/** The exit code of a program that Ctrl-C ended. */
const STOPPED = 130

class Stopped extends Error {}

/** Ctrl-C in the middle ends the database and the vendors too. */
async function orStopped<Done>(stopped: Promise<void>, work: Promise<Done>): Promise<Done> {
  const interrupted = stopped.then(() => Promise.reject(new Stopped()))
  return Promise.race([work, interrupted])
}

function greet({ installation, teller }: Story): void {
  const { settings, sandboxes, directory } = installation
  const parts = [
    settings.databaseUrl === undefined ? 'an embedded PostgreSQL' : 'the PostgreSQL of DATABASE_URL',
    settings.redisUrl === undefined ? 'BullMQ on it' : 'BullMQ on Redis',
    settings.objects === undefined ? 'a directory for objects' : 'S3 for objects',
  ]
  teller.say('Habeas: one request of a person, carried out in every system, looked at again, signed.')
  teller.say(
    `A whole Habeas runs on this machine: ${parts.join(', ')}; ${sandboxes.map(({ title }) => title).join(' and ')} as sandboxes that follow the vendors' documents. The people are invented. Time runs ${SPEED.toLocaleString('en')} times faster, so that days of waiting pass; rules, limits and order are those of real life.`,
  )
  teller.say(`Files of this run: ${shown(directory)}`)
}

async function play(story: Story): Promise<void> {
  const { installation, cast } = story
  const lea = await tellPlan(story)
  // The others come in while the first one runs.
  const received = {
    tom: (await ask(installation, cast.tom, 'erasure')).id,
    noor: (await ask(installation, cast.noor, 'erasure')).id,
    mila: (await ask(installation, cast.mila, 'erasure')).id,
    ines: (await ask(installation, cast.ines, 'access')).id,
    bram: (await ask(installation, cast.bram, 'portability')).id,
  }
  const access = untilCopied(installation, received.ines)
  const portability = untilCopied(installation, received.bram)
  const copies = Promise.all([access, portability, untilErased(installation, received.mila)])
  // Their failure is told in their own chapter.
  copies.catch(() => undefined)
  const erasure = await tellRun(story, lea.id)
  tellNeighbour(story)
  const lie = await tellLie(story, received.tom)
  const match = await tellMatch(story, received.noor)
  tellKept(story, erasure)
  const [copy, take, simple] = await copies
  await tellAnswers(story, {
    erasure,
    simple,
    copies: [
      { role: cast.ines, seen: copy, name: 'access' },
      { role: cast.bram, seen: take, name: 'portability' },
    ],
  })
  const played = [
    { name: '1-erasure', role: cast.lea, seen: erasure, hasLie: false },
    { name: '2-erasure-kept-by-vendor', role: cast.tom, seen: lie, hasLie: true },
    { name: '3-erasure-after-decision', role: cast.noor, seen: match, hasLie: false },
    { name: '4-erasure-of-a-contact', role: cast.mila, seen: simple, hasLie: false },
    { name: '5-access', role: cast.ines, seen: copy, hasLie: false },
    { name: '6-portability', role: cast.bram, seen: take, hasLie: false },
  ] satisfies { role: Role; [more: string]: unknown }[]
  await tellProof(story, played)
  await tellLog(story, played)
  tellSummary(story, played)
}

function conclude(installation: Installation, failures: readonly string[], print: (line: string) => void): number {
  if (failures.length === 0) {
    removeDatabase(installation)
    print('\nEverything came as told.')
    return 0
  }
  print('\nNot as expected:')
  for (const failure of failures) print(`  - ${failure}`)
  return 1
}
