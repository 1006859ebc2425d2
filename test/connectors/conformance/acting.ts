import { chunks, isDsrError } from '../../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  KeyedAnswer,
  PlannedEffect,
  ReadBackAnswer,
  WritingRight,
} from '../../../src/connector/index.ts'
import { verbOf } from './driver.ts'
import type { Lab } from './lab.ts'
import { Violation, holds } from './violation.ts'

/** One effect on its way, as the engine's effect row. */
export interface Running {
  readonly key: string
  readonly owner: number
  readonly effect: PlannedEffect
  state: 'ready' | 'accepted' | 'done' | 'failed'
  /** The last answer's kind or error code. */
  how: string
  tries: number
  jobRef?: string
  checkAfterMs?: number
  finishesByMs?: number
  /** Sent without companions after its batch was refused. */
  isAlone?: boolean
}

export interface ActOptions {
  /** `erasure` when absent. */
  readonly right?: WritingRight
  readonly context?: Context
  /** Called just before each call with its members; the place to arm a fault. */
  readonly beforePerform?: (call: EffectCall) => void | Promise<void>
  /** Called after each call with what the connector answered or threw. */
  readonly afterPerform?: (call: EffectCall, members: readonly Running[]) => Promise<void>
}

const MAX_TURNS = 2_000
const MAX_TRIES = 6

/** Acts as the engine does: order by `after`, batches, read back after a lost answer, poll after accepted jobs. */
export async function act(
  lab: Lab,
  plans: readonly (readonly PlannedEffect[])[],
  options: ActOptions = {},
): Promise<readonly Running[]> {
  const running = plans.flatMap((effects, owner) =>
    effects.map((effect, at): Running => ({
      key: `${owner}-${at}`,
      owner,
      effect,
      state: 'ready',
      how: 'ready',
      tries: 0,
    })),
  )
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const next = nextCall(lab, running)
    if (next !== undefined) await perform(lab, next, options)
    else if (!(await pollAccepted(lab, running, options))) break
  }
  for (const one of running) {
    if (one.state === 'ready') one.how = 'never sent: what it comes after did not end well'
    if (one.state !== 'done') one.state = 'failed'
  }
  return running
}

function nextCall(lab: Lab, running: readonly Running[]): readonly Running[] | undefined {
  const free = running.filter(
    (one) => one.state === 'ready' && one.effect.after.every((step) => isOver(running, one, step)),
  )
  const [first] = free
  if (first === undefined) return undefined
  const step = lab.connector.manifest.steps[first.effect.step]
  holds(step !== undefined, 'plans only steps of the manifest', first.effect.step)
  if (first.isAlone === true) return [first]
  const companions = free.filter(({ effect, isAlone }) => effect.step === first.effect.step && isAlone !== true)
  return chunks(companions, step.batchMax)[0]
}

function isOver(running: readonly Running[], one: Running, step: string): boolean {
  return running.every(({ owner, effect, state }) => owner !== one.owner || effect.step !== step || state === 'done')
}

function callOf(members: readonly Running[], { right = 'erasure' }: ActOptions): EffectCall {
  const [first] = members
  if (first === undefined) throw new Error('a call has members')
  return {
    right,
    step: first.effect.step,
    members: members.map(({ key, effect, jobRef }): EffectMember => ({
      key,
      target: effect.target,
      ...(effect.details === undefined ? {} : { details: effect.details }),
      ...(jobRef === undefined ? {} : { jobRef }),
    })),
  }
}

async function perform(lab: Lab, members: readonly Running[], options: ActOptions): Promise<void> {
  const call = callOf(members, options)
  await options.beforePerform?.(call)
  for (const one of members) one.tries += 1
  const before = changesOf(lab)
  try {
    const answers = await verbOf(lab, call.right).perform(options.context ?? lab.context, call)
    for (const [one, answer] of matched(members, answers)) await settle(lab, { one, answer, members, options })
  } catch (error) {
    await failedCall(lab, { error, members, options })
  }
  holds(changesOf(lab) - before <= 1, 'performs one vendor call at a time', call.step)
  await options.afterPerform?.(call, members)
}

/** Changes that a connector sent on its own in `perform`; those of a read back or a split are counted with their own call. */
function changesOf(lab: Lab): number {
  return lab.sandbox.calls().filter(({ isChange }) => isChange).length
}

interface Settling {
  readonly one: Running
  readonly answer: EffectAnswer
  readonly members: readonly Running[]
  readonly options: ActOptions
}

async function settle(lab: Lab, { one, answer, members, options }: Settling): Promise<void> {
  one.how = answer.kind
  switch (answer.kind) {
    case 'done':
    case 'already':
      one.state = 'done'
      return
    case 'accepted':
      holds(answer.finishesByMs >= lab.clock.nowMs(), 'an accepted effect finishes later', one.effect.step)
      one.state = 'accepted'
      one.jobRef = answer.jobRef
      one.checkAfterMs = answer.checkAfterMs
      one.finishesByMs = answer.finishesByMs
      return
    case 'rejected':
      one.state = 'failed'
      one.how = answer.code
      return
    case 'split':
      // Alone there is nobody to split from.
      holds(members.length > 1, 'splits only what has several members', one.effect.step)
      one.state = 'ready'
      one.isAlone = true
      return
    case 'unknown':
      await readBack(lab, [one], options)
  }
}

interface FailedCall {
  readonly error: unknown
  readonly members: readonly Running[]
  readonly options: ActOptions
}

async function failedCall(lab: Lab, { error, members, options }: FailedCall): Promise<void> {
  lab.leaks.met(error)
  if (error instanceof Violation) throw error
  if (!isDsrError(error)) throw new Violation('throws only DsrErrors', 'perform')
  for (const one of members) one.how = error.code
  if (error.mayHaveArrived) {
    await readBack(lab, members, options)
    return
  }
  if (error.code === 'RATE_LIMITED') lab.clock.push(error.retryAfterMs ?? 1_000)
  const isAgain = ['RATE_LIMITED', 'VENDOR_UNAVAILABLE', 'VENDOR_TIMEOUT'].includes(error.code)
  for (const one of members) if (!isAgain || one.tries >= MAX_TRIES) one.state = 'failed'
}

/** After a lost answer: look, and repeat only what did not happen and what the manifest calls repeatable. */
async function readBack(lab: Lab, members: readonly Running[], options: ActOptions): Promise<void> {
  const before = changesOf(lab)
  const answers = await verbOf(lab, options.right ?? 'erasure').readBack(
    options.context ?? lab.context,
    callOf(members, options),
  )
  holds(changesOf(lab) === before, 'reading back changes nothing', members[0]?.effect.step)
  for (const [one, answer] of matched<ReadBackAnswer>(members, answers)) {
    one.how = `read back: ${answer.kind}`
    const isRepeatable = lab.connector.manifest.steps[one.effect.step]?.isRepeatable === true
    if (answer.kind === 'happened') one.state = 'done'
    else if (answer.kind === 'cannot_tell' || !isRepeatable || one.tries >= MAX_TRIES) one.state = 'failed'
  }
}

async function pollAccepted(lab: Lab, running: readonly Running[], options: ActOptions): Promise<boolean> {
  const [first] = running.filter(({ state }) => state === 'accepted')
  if (first === undefined) return false
  const members = running.filter(({ state, effect }) => state === 'accepted' && effect.step === first.effect.step)
  if (lab.clock.nowMs() > latest(members)) {
    for (const one of members) one.state = 'failed'
    return true
  }
  lab.clock.push(Math.max(1, ...members.map(({ checkAfterMs }) => checkAfterMs ?? 1)))
  try {
    const answers = await verbOf(lab, options.right ?? 'erasure').poll(
      options.context ?? lab.context,
      callOf(members, options),
    )
    for (const [one, answer] of matched(members, answers)) await settle(lab, { one, answer, members, options })
  } catch (error) {
    await failedCall(lab, { error, members, options })
    // A poll changes nothing, so it is only tried again.
    for (const one of members) if (one.state === 'ready') one.state = 'accepted'
    for (const one of members) one.tries += 1
    for (const one of members) if (one.tries > MAX_TRIES) one.state = 'failed'
  }
  return true
}

/** When the last of the jobs should be over, with a day of grace, since the last look may come after the deadline. */
function latest(members: readonly Running[]): number {
  return 86_400_000 + Math.max(...members.map(({ finishesByMs }) => finishesByMs ?? 0))
}

/** Each member with its answer; a member without one, or an answer for nobody, is a violation. */
function matched<Answer>(
  members: readonly Running[],
  answers: readonly KeyedAnswer<Answer>[],
): readonly (readonly [Running, Answer])[] {
  const byKey = new Map(answers.map(({ key, answer }) => [key, answer]))
  holds(byKey.size === answers.length && answers.length === members.length, 'answers every member of a call once')
  return members.map((one) => {
    const answer = byKey.get(one.key)
    holds(answer !== undefined, 'answers every member of a call once', one.effect.step)
    return [one, answer] as const
  })
}
