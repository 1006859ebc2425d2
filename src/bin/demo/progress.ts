import path from 'node:path'
import { Listr } from 'listr2'
import type { RequestId } from '../../domain/ids.ts'
import { en } from '../../http/pages/words/en.ts'
import type { LegRow } from '../../ports/rows.ts'
import type { Installation } from './installation.ts'
import { times } from './teller.ts'
import { ANSWERED, glance, see, stepsOf, until, type Seen, type Step } from './watch.ts'

export interface ProgressOptions {
  readonly isTerminal: boolean
  readonly print: (line: string) => void
}

/** Shows how far each system is, until all have finished or one waits for a person. */
export async function showProgress(
  installation: Installation,
  id: RequestId,
  { isTerminal, print }: ProgressOptions,
): Promise<void> {
  const first = await stepsOf(installation.runtime.store, id)
  const accounts = first.map(({ leg }) => leg.accountId)
  if (!isTerminal) {
    // A file or a pipe gets a line for every quarter; a terminal redraws one.
    await Promise.all(
      accounts.map((accountId) => follow(installation, { id, accountId, parts: 4 }, (line) => print(`  ${line}`))),
    )
    return
  }
  const tasks = new Listr(
    accounts.map((accountId) => ({
      title: titleOf(installation, accountId),
      task: async (_: unknown, task: { title: string }) =>
        follow(installation, { id, accountId, parts: BAR }, (line) => void (task.title = line)),
    })),
    { concurrent: true, registerSignalListeners: false },
  )
  await tasks.run()
}

async function follow(
  installation: Installation,
  { id, accountId, parts }: { readonly id: RequestId; readonly accountId: string; readonly parts: number },
  tell: (line: string) => void,
): Promise<void> {
  let last = ''
  await until('all systems to finish', async () => {
    const steps = await stepsOf(installation.runtime.store, id)
    const step = steps.find(({ leg }) => leg.accountId === accountId)
    if (step === undefined) return undefined
    const mark = markOf(step, parts)
    if (mark !== last) tell(`${titleOf(installation, accountId).padEnd(TITLE)} ${progressText(step)}`)
    last = mark
    return step.leg.state === 'settled' || step.leg.state === 'parked' ? step : undefined
  })
}

/** Changes when there is something new to tell. */
function markOf({ leg, changes }: Step, parts: number): string {
  const share = leg.state === 'acting' ? Math.floor((parts * (changes.done ?? 0)) / Math.max(1, total(changes))) : 0
  return `${leg.state} ${share} ${leg.looks}`
}

function total(changes: Step['changes']): number {
  return Object.values(changes).reduce((sum, count) => sum + count, 0)
}

/** Waits for the answer. @throws Error when a system stopped although nothing was to stop it. */
export async function untilAnswered(installation: Installation, id: RequestId): Promise<Seen> {
  const { store } = installation.runtime
  await until('the answer', async () => {
    const { request, legs } = await glance(store, id)
    const stopped = legs.find((leg) => leg.state === 'parked')
    if (stopped) throw await stoppedError(installation, stopped)
    return request && ANSWERED.includes(request.state) ? request : undefined
  })
  return see(store, id)
}

/** What went wrong, for whoever has to mend it: steps and codes. */
export async function stoppedError({ runtime, sandboxes }: Installation, leg: LegRow): Promise<Error> {
  const failed = await runtime.store.transact((tx) =>
    tx.effect.find({ legId: leg.id, state: { in: ['rejected', 'unknown'] } }),
  )
  const why = failed.map(({ step, errorCode }) => `${step}: ${errorCode ?? 'not known whether it arrived'}`)
  const codes = [...(leg.errorCode === null ? [] : [leg.errorCode]), ...why].join(', ')
  const words = leg.parkedReason === null ? en.system.parked : en.stop[leg.parkedReason]
  return new Error(`${titleOf({ sandboxes }, leg.accountId)} stopped: ${words}${codes === '' ? '' : ` (${codes})`}`)
}

/** The name by which people know the system. */
export function titleOf({ sandboxes }: Pick<Installation, 'sandboxes'>, accountId: string): string {
  return sandboxes.find((one) => one.accountId === accountId)?.title ?? accountId
}

function progressText({ leg, changes }: Step): string {
  const all = total(changes)
  const done = changes.done ?? 0
  switch (leg.state) {
    case 'acting':
      return `${bar(done, all)} ${done} of ${all} changes confirmed by the system`
    case 'settling':
      return leg.looks === 0
        ? `${bar(all, all)} all ${all} changes confirmed; looking again`
        : `${bar(all, all)} looked again ${times(leg.looks)}`
    case 'settled':
      return `${bar(all, all)} finished: ${all} changes, looked again ${times(leg.looks)}`
    case 'parked':
      return leg.parkedReason === null ? en.system.parked : `stopped: ${en.stop[leg.parkedReason]}`
    case 'found':
      return `${bar(0, 1)} approved; it can still be withdrawn`
    case 'open':
    case 'discovering':
    case 'nothing':
      return en.system[leg.state]
  }
}

const TITLE = 16
const BAR = 20

function bar(done: number, all: number): string {
  const filled = all === 0 ? BAR : Math.floor((done / all) * BAR)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`
}

/** A path as one would type it here. */
export function shown(file: string): string {
  const relative = path.relative(process.cwd(), file)
  return relative.startsWith('..') ? file : relative
}
