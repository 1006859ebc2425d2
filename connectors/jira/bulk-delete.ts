import { DsrError, listAt, textAt } from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  JsonObject,
  KeyedAnswer,
} from '../../src/connector/index.ts'
import { readingObject, writing } from './answers.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { numberIn } from './ids.ts'
import { fetchIssues } from './issues.ts'
import { refusalOf } from './settle.ts'

type Answers = readonly KeyedAnswer<EffectAnswer>[]

const FIRST_LOOK_MS = 2_000
const NEXT_LOOK_MS = 15_000
/** Jira names no longest time; a job that is not over by then is looked at by a person. */
const LONGEST_MS = 6 * 60 * 60_000

/** Deletes issues by the one call that can be told to send no mail, even a single one. */
export async function deleteIssues(context: Context, { members }: EffectCall): Promise<Answers> {
  const api = openJira(context)
  const ids = members.map(({ target }) => numberIn(target))
  const written = await writing(() =>
    api.cloud.issueBulkOperations.submitBulkDelete({
      selectedIssueIdsOrKeys: [...new Set(ids)],
      // Jira would write to every watcher by default.
      sendBulkNotification: false,
    }),
  )
  if (written.kind === 'refused') return refused(api, members, written.status)
  const jobRef = textAt({ answer: (written.answer as JsonObject | undefined) ?? null }, 'answer', 'taskId')
  if (jobRef === '')
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer is not of the documented shape', {
      mayHaveArrived: true,
    })
  return answering(members, () => accepted(api, jobRef, FIRST_LOOK_MS))
}

/** 400 means that some of the issues are not valid, gone ones among them, and does not say which. */
async function refused(api: Jira, members: readonly EffectMember[], status: number): Promise<Answers> {
  if (status !== 400 && status !== 404) {
    const answer = await refusalOf(api, status)
    return answering(members, () => answer)
  }
  await askSelf(api)
  if (members.length > 1) return answering(members, () => ({ kind: 'split' }))
  const there = await stillThere(api, members)
  return answering(members, ({ target }) =>
    there.has(target) ? { kind: 'rejected', code: 'VENDOR_REFUSED' } : { kind: 'already' },
  )
}

/** Asks after jobs. A job that is over says nothing of an issue that it could not reach: that issue is looked at. */
export async function pollDeletions(context: Context, { members }: EffectCall): Promise<Answers> {
  const api = openJira(context)
  const self = await askSelf(api)
  const answers: KeyedAnswer<EffectAnswer>[] = []
  for (const jobRef of new Set(members.map((member) => member.jobRef ?? ''))) {
    const ours = members.filter((member) => (member.jobRef ?? '') === jobRef)
    answers.push(...(await pollOne(api, ours, jobRef)))
  }
  await askSelf(api, self)
  return answers
}

async function pollOne(api: Jira, members: readonly EffectMember[], jobRef: string): Promise<Answers> {
  const job = await readingObject(() =>
    api.cloud.issueBulkOperations.getBulkOperationProgress({ taskId: numberIn(jobRef) }),
  )
  switch (textAt(job, 'status')) {
    case 'ENQUEUED':
    case 'RUNNING':
    case 'CANCEL_REQUESTED':
      return answering(members, () => accepted(api, jobRef, NEXT_LOOK_MS))
    case 'COMPLETE':
    case 'FAILED':
    case 'CANCELLED':
    case 'DEAD': {
      const processed = new Set(listAt(job, 'processedAccessibleIssues').map(String))
      // Complete, and still not all of it done: what the job says is believed only beside a look.
      const there = await stillThere(api, members)
      return answering(members, ({ target }) => {
        if (there.has(target)) return { kind: 'rejected', code: 'VENDOR_REFUSED' }
        return { kind: processed.has(target) ? 'done' : 'already' }
      })
    }
    default:
      throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor’s job has an unknown state')
  }
}

/** Which of the issues can still be seen. */
export async function stillThere(api: Jira, members: readonly EffectMember[]): Promise<ReadonlySet<string>> {
  return new Set(
    (
      await fetchIssues(
        api,
        members.map(({ target }) => target),
      )
    ).keys(),
  )
}

function accepted({ context }: Jira, jobRef: string, checkAfterMs: number): EffectAnswer {
  return { kind: 'accepted', jobRef, checkAfterMs, finishesByMs: context.clock.nowMs() + LONGEST_MS }
}

function answering(members: readonly EffectMember[], answer: (member: EffectMember) => EffectAnswer): Answers {
  return members.map((member) => ({ key: member.key, answer: answer(member) }))
}
