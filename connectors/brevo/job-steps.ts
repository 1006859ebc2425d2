import { ALREADY, DONE, REFUSED, UNKNOWN, happenedIf, textAt, textsAt } from '../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, JsonObject, KeyedAnswer } from '../../src/connector/index.ts'
import { expectNotFound, readOrAbsent, writtenAnswer } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import { askControl } from './control.ts'
import { isObjectThere } from './custom-objects.ts'
import { mailsTo } from './mail.ts'
import { monthsWith } from './periods.ts'
import { SPLIT, keyed, keyedEach } from './step.ts'
import type { Step } from './step.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Pace {
  readonly firstMs: number
  readonly latestMs: number
}

/** Brevo's guide: a deletion of logs takes 24 to 48 hours. */
const LOG_PACE: Pace = { firstMs: 10 * MINUTE_MS, latestMs: 48 * HOUR_MS }
const OBJECTS_PACE: Pace = { firstMs: MINUTE_MS, latestMs: 24 * HOUR_MS }

/**
 * Deletes the log and the stored texts of one address, whatever their age. The reference says 204; the guide says that a
 * process is started, whose id comes back: both are understood.
 */
export const deleteMailLog: Step = {
  perform: (api, members) =>
    keyedEach(members, async ({ target }) => {
      const reply = await api.send((client) =>
        client.transactionalEmails.deleteAnSmtpTransactionalLog({ identifier: target }),
      )
      const written = writtenAnswer(reply)
      if (written.kind === 'done') return reply.status === 204 ? DONE : startedAnswer(api, written.answer, LOG_PACE)
      if (written.status !== 404) return REFUSED
      expectNotFound(reply)
      await askControl(api)
      return ALREADY
    }),
  readBack: (api, members) => keyedEach(members, async (member) => happenedIf(!(await hasMails(api, member)))),
  poll: (api, members) => pollJobs(api, members, { pace: LOG_PACE, isStill: hasMails }),
}

/** In the months in which mails were found, and the last one. */
async function hasMails(api: Brevo, { target, details }: EffectMember): Promise<boolean> {
  const instants = textsAt(details, 'days').map((day) => Date.parse(day))
  return (await mailsTo(api, target, monthsWith(api, instants))).length > 0
}

/** One call speaks of one type: members of others come again in calls of their own. */
export const deleteObjects: Step = {
  async perform(api, members) {
    const object_type = typeOf(members[0])
    const [mine, others] = [
      members.filter((member) => typeOf(member) === object_type),
      members.filter((member) => typeOf(member) !== object_type),
    ]
    const ids = mine.map(({ target }) => numberOf(target.slice(target.indexOf('/') + 1)))
    const reply = await api.send((client) =>
      client.customObjects.batchDeleteObjectRecords({ object_type, identifiers: { ids } }),
    )
    const written = writtenAnswer(reply)
    if (written.kind === 'done')
      return [...keyed(mine, startedAnswer(api, written.answer, OBJECTS_PACE)), ...keyed(others, SPLIT)]
    if (members.length > 1) return keyed(members, SPLIT)
    return keyedEach(members, async (member) => ((await isThere(api, member)) ? REFUSED : gone(api)))
  },
  readBack: (api, members) => keyedEach(members, async (member) => happenedIf(!(await isThere(api, member)))),
  poll: (api, members) => pollJobs(api, members, { pace: OBJECTS_PACE, isStill: isThere }),
}

function typeOf(member: EffectMember | undefined): string {
  return member?.target.split('/')[0] ?? ''
}

function isThere(api: Brevo, { target }: EffectMember): Promise<boolean> {
  return isObjectThere(api, target)
}

async function gone(api: Brevo): Promise<EffectAnswer> {
  await askControl(api)
  return ALREADY
}

/** A success that names no process proves nothing: the engine reads back. */
function startedAnswer({ context }: Brevo, answer: JsonObject, pace: Pace): EffectAnswer {
  const id = textAt(answer, 'processId') || textAt(answer, 'process_id')
  return id === '' ? UNKNOWN : pending({ id, sinceMs: context.clock.nowMs() }, pace, context.clock.nowMs())
}

interface Job {
  readonly id: string
  readonly sinceMs: number
}

/** Asked less and less often: the process is counted among the hundred calls of an hour. */
function pending({ id, sinceMs }: Job, { firstMs, latestMs }: Pace, nowMs: number): EffectAnswer {
  const checkAfterMs = Math.max(firstMs, Math.min(6 * HOUR_MS, nowMs - sinceMs))
  return { kind: 'accepted', jobRef: `${id}@${sinceMs}`, checkAfterMs, finishesByMs: sinceMs + latestMs }
}

function jobOf({ jobRef = '' }: EffectMember): Job {
  const [id = '', since = ''] = jobRef.split('@')
  return { id, sinceMs: Number(since) }
}

interface Looking {
  readonly pace: Pace
  readonly isStill: (api: Brevo, member: EffectMember) => Promise<boolean>
}

async function pollJobs(
  api: Brevo,
  members: readonly EffectMember[],
  looking: Looking,
): Promise<readonly KeyedAnswer<EffectAnswer>[]> {
  const answers: KeyedAnswer<EffectAnswer>[] = []
  for (const jobRef of new Set(members.map((member) => member.jobRef)))
    answers.push(
      ...(await pollJob(
        api,
        members.filter((member) => member.jobRef === jobRef),
        looking,
      )),
    )
  return answers
}

async function pollJob(
  api: Brevo,
  members: readonly EffectMember[],
  { pace, isStill }: Looking,
): Promise<readonly KeyedAnswer<EffectAnswer>[]> {
  const [first] = members
  if (first === undefined) return []
  const job = jobOf(first)
  const nowMs = api.context.clock.nowMs()
  const processId = numberOf(job.id)
  const process = readOrAbsent(await api.send((client) => client.process.getProcess({ processId })))
  const status = textAt(process, 'status')
  if (status === 'completed') return keyed(members, DONE)
  const isOver = process === undefined || status === 'failed' || status === 'cancelled'
  if (!isOver && nowMs <= job.sinceMs + pace.latestMs) return keyed(members, pending(job, pace, nowMs))
  // A process that failed, or that nobody knows any more: what is gone is done, the rest is refused.
  return keyedEach(members, async (member) => ((await isStill(api, member)) ? REFUSED : DONE))
}
