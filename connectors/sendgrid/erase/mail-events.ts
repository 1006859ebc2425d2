import { isDsrError, isJsonObject } from '../../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, KeyedAnswer } from '../../../src/connector/index.ts'
import type { SendGrid } from '../client.ts'
import { openDesk } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { isSameAddress } from '../mapping.ts'
import { activityMessages, loggedMessages } from '../places/messages.ts'
import { objectsOf, text } from '../shape.ts'
import { CANNOT_TELL, DONE, NOT_HAPPENED, SPLIT, answerOf, idOf, keyed } from './answers.ts'
import { jobOf, jobRefOf } from './step.ts'
import type { Answers, Job, Step } from './step.ts'

/** The vendor's maximum of one call, whichever comes first with 5,000 addresses. */
const MAX_BYTES = 256 * 1024

/** The job takes hours, and has no status: nobody looks before this. */
const SETTLE_MS = 4 * 3_600_000
const LATEST_MS = 72 * 3_600_000
const LONGEST_POLL_MS = 12 * 3_600_000

/** Each address costs a search: a poll looks at so many, and the rest wait a moment. */
const LOOKS_A_POLL = 40

/** The erasure job: personal data in mail events of the addresses, for one account or subuser. */
export const eraseMailEvents: Step = {
  async perform(sendGrid, members) {
    const fitting = fittingOf(members)
    const answers = await eraseSome(sendGrid, fitting)
    return [...answers, ...keyed(members.slice(fitting.length), SPLIT)]
  },
  async readBack(sendGrid, members) {
    const desk = await openDesk(sendGrid.context, sendGrid.subuser)
    const seen = await eventsOf(desk, members)
    return members.map((member) => ({ key: member.key, answer: BY_SIGHT[seen.get(member) ?? 'unread'] }))
  },
  poll,
}

/**
 * No events is no proof that a lost job has ended: it works for hours, has no status, and takes the suppression last. So it is sent
 * again, and the later job is waited for.
 */
const BY_SIGHT = { gone: NOT_HAPPENED, there: NOT_HAPPENED, blind: CANNOT_TELL, unread: CANNOT_TELL } as const

async function eraseSome(sendGrid: SendGrid, members: readonly EffectMember[]): Answers {
  const reply = await sendGrid.ask({
    method: 'POST',
    path: '/v3/recipients/erasejob',
    body: { email_addresses: members.map(idOf) },
    bucket: 'erasejob',
    effect: true,
  })
  const jobId = isJsonObject(reply.json) ? text(reply.json, 'job_id') : ''
  if (reply.status === 202 && jobId !== '') {
    const job = { id: jobId, sinceMs: sendGrid.context.clock.nowMs() }
    return keyed(members, accepted(job, SETTLE_MS))
  }
  if (reply.status === 404) return keyed(members, { kind: 'rejected', code: 'VENDOR_REFUSED' })
  const named = reply.status === 400 ? namedIn(reply.json, members) : undefined
  const answer = await answerOf(sendGrid, reply, { members, isDone: () => false })
  return members.map((member) => ({
    key: member.key,
    answer: member === named ? { kind: 'rejected', code: 'IDENTIFIER_INVALID' } : answer,
  }))
}

/** The one bad address that the vendor's refusal names ("Email_address … is not valid"), when it is one of ours. */
function namedIn(json: unknown, members: readonly EffectMember[]): EffectMember | undefined {
  if (typeof json !== 'object' || json === null || !('errors' in json) || !Array.isArray(json.errors)) return undefined
  const messages = objectsOf(json.errors).map((error) => text(error, 'message'))
  return members.find((member) =>
    messages.some((message) => message.split(/\s+/).some((word) => isSameAddress(word, idOf(member)))),
  )
}

/** As many members from the front as one call carries; at least one. */
function fittingOf(members: readonly EffectMember[]): readonly EffectMember[] {
  let bytes = Buffer.byteLength(JSON.stringify({ email_addresses: [] }))
  const over = members.findIndex((member) => {
    bytes += Buffer.byteLength(JSON.stringify(idOf(member))) + 1
    return bytes > MAX_BYTES
  })
  return over < 0 ? members : members.slice(0, Math.max(1, over))
}

function accepted(job: Job, checkAfterMs: number): EffectAnswer {
  return { kind: 'accepted', jobRef: jobRefOf(job), checkAfterMs, finishesByMs: job.sinceMs + LATEST_MS }
}

/** The job has no status: after hours, an address without events is done. The verification at 24 h and 72 h decides. */
async function poll(sendGrid: SendGrid, members: readonly EffectMember[]): Answers {
  const nowMs = sendGrid.context.clock.nowMs()
  const isSettled = (member: EffectMember) => nowMs >= jobOf(member).sinceMs + SETTLE_MS
  const ripe = members.filter(isSettled)
  const seen =
    ripe.length === 0
      ? new Map<EffectMember, Sight>()
      : await eventsOf(await openDesk(sendGrid.context, sendGrid.subuser), ripe)
  return members.map((member): KeyedAnswer<EffectAnswer> => {
    const job = jobOf(member)
    if (!isSettled(member)) return { key: member.key, answer: accepted(job, job.sinceMs + SETTLE_MS - nowMs) }
    return { key: member.key, answer: judged(job, { sight: seen.get(member) ?? 'unread', nowMs }) }
  })
}

function judged(job: Job, { sight, nowMs }: { readonly sight: Sight; readonly nowMs: number }): EffectAnswer {
  switch (sight) {
    case 'gone':
      return DONE
    case 'blind':
      // Nothing can be read at this account: the job was confirmed, and verification says that it cannot tell.
      return DONE
    case 'unread':
      return accepted(job, 60_000)
    case 'there': {
      const ageMs = nowMs - job.sinceMs
      if (ageMs >= LATEST_MS) return { kind: 'rejected', code: 'VENDOR_TIMEOUT' }
      return accepted(job, Math.min(LONGEST_POLL_MS, ageMs, LATEST_MS - ageMs))
    }
  }
}

type Sight = 'gone' | 'there' | 'blind' | 'unread'

/** Whether events of each address still show, in Email Activity and Email Logs. */
async function eventsOf(desk: Desk, members: readonly EffectMember[]): Promise<ReadonlyMap<EffectMember, Sight>> {
  const some = members.slice(0, LOOKS_A_POLL)
  const active = await activityMessages(desk, some.map(idOf))
  const seen = new Map<EffectMember, Sight>()
  for (const member of some) {
    const email = idOf(member)
    if (active.some((row) => isSameAddress(text(row, 'to_email'), email))) seen.set(member, 'there')
    else seen.set(member, await logSight(desk, email))
  }
  return seen
}

async function logSight(desk: Desk, email: string): Promise<Sight> {
  try {
    return (await loggedMessages(desk, email)).length === 0 ? 'gone' : 'there'
  } catch (error) {
    if (!isDsrError(error, 'VENDOR_SCOPE_MISSING')) throw error
    // Email Logs are closed to the key: what Email Activity showed is all there is.
    return desk.gaps.has('email_activity') ? 'blind' : 'gone'
  }
}
