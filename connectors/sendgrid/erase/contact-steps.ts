import { isJsonObject, objectAt } from '../../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, JsonObject } from '../../../src/connector/index.ts'
import type { Reply, SendGrid } from '../client.ts'
import { isCorrected } from '../corrections.ts'
import type { Fields } from '../corrections.ts'
import type { Contact } from '../mapping.ts'
import { contactJob, contactsById } from '../places/contacts.ts'
import { isLegacyRecipient } from '../places/legacy.ts'
import { pairOf } from '../refs.ts'
import { text } from '../shape.ts'
import { ALREADY, DONE, HAPPENED, NOT_HAPPENED, UNKNOWN, answerOf, idOf, keyed, keyedEach } from './answers.ts'
import { jobOf, jobRefOf } from './step.ts'
import type { Answers, Job, Step } from './step.ts'

/** A contact job takes seconds to minutes; one that is still pending after a day will not end. */
const LATEST_MS = 24 * 3_600_000
const FIRST_POLL_MS = 5_000
/** Every 5 s rising to 60 s; a job of hours is asked less often. */
const LONGEST_POLL_MS = 60_000

/** Deletes contacts: 202 and a job. The ids travel as one text, at most a hundred so that the address stays short. */
export const deleteContacts: Step = {
  async perform(sendGrid, members) {
    const reply = await sendGrid.ask({
      method: 'DELETE',
      path: '/v3/marketing/contacts',
      query: { ids: members.map(idOf).join(',') },
      bucket: 'contacts',
      effect: true,
    })
    return keyed(members, await acceptedOf(sendGrid, reply, members))
  },
  readBack: async (sendGrid, members) => {
    const left = await contactsById(sendGrid, members.map(idOf))
    // Sending it again while a job still runs does no harm.
    return members.map((member) => ({ key: member.key, answer: isAmong(left, member) ? NOT_HAPPENED : HAPPENED }))
  },
  poll: (sendGrid, members) =>
    pollJobs(sendGrid, members, {
      isStill: async (some) => {
        const left = await contactsById(sendGrid, some.map(idOf))
        return some.filter((member) => isAmong(left, member))
      },
      // A job that deleted none found the contacts gone.
      isAlready: (results) => results.deleted_count === 0,
    }),
}

function isAmong(contacts: readonly Contact[], member: EffectMember): boolean {
  return contacts.some(({ id }) => id === idOf(member))
}

/** Takes a contact that stays off one list. */
export const leaveList: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [contactId, listId] = pairOf(idOf(member))
      const reply = await sendGrid.ask({
        method: 'DELETE',
        path: `/v3/marketing/lists/${encodeURIComponent(listId)}/contacts`,
        query: { contact_ids: contactId },
        bucket: 'contacts',
        effect: true,
      })
      return await acceptedOf(sendGrid, reply, [member])
    }),
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => ((await onList(sendGrid, member)) ? NOT_HAPPENED : HAPPENED)),
  poll: (sendGrid, members) => pollJobs(sendGrid, members, { isStill: (some) => filtered(sendGrid, some, onList) }),
}

async function onList(sendGrid: SendGrid, member: EffectMember): Promise<boolean> {
  const [contactId, listId] = pairOf(idOf(member))
  const [contact] = await contactsById(sendGrid, [contactId])
  return contact !== undefined && Array.isArray(contact.raw.list_ids) && contact.raw.list_ids.includes(listId)
}

/**
 * Writes another person's contact without the subject's address. An upsert for a contact that is gone would create one,
 * so the contact is read right before; all its identifiers travel, as the vendor demands.
 */
export const dropAlternate: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [contactId, address] = pairOf(idOf(member))
      const [contact] = await contactsById(sendGrid, [contactId])
      if (contact?.alternates.includes(address) !== true) return ALREADY
      const reply = await sendGrid.ask({
        method: 'PUT',
        path: '/v3/marketing/contacts',
        body: { contacts: [withoutAlternate(contact, address)] },
        bucket: 'contacts',
        effect: true,
      })
      return await acceptedOf(sendGrid, reply, [member])
    }),
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => ((await hasAlternate(sendGrid, member)) ? NOT_HAPPENED : HAPPENED)),
  poll: (sendGrid, members) =>
    pollJobs(sendGrid, members, { isStill: (some) => filtered(sendGrid, some, hasAlternate), isLookedAt: true }),
}

/** Writes the right values into a contact, under all its identifiers, as the vendor demands; it is read right before. */
export const correctContact: Step = {
  perform: (sendGrid, members) =>
    keyedEach(members, async (member) => {
      const [contact] = await contactsById(sendGrid, [idOf(member)])
      // An upsert for a contact that is gone would create one.
      if (contact === undefined) return { kind: 'rejected', code: 'VENDOR_REFUSED' } as const
      const fields = fieldsIn(member)
      if (isCorrected(contact.raw, fields)) return ALREADY
      const reply = await sendGrid.ask({
        method: 'PUT',
        path: '/v3/marketing/contacts',
        body: { contacts: [{ ...identifiersOf(contact), ...fields }] },
        bucket: 'contacts',
        effect: true,
      })
      return await acceptedOf(sendGrid, reply, [member])
    }),
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => ((await isStillWrong(sendGrid, member)) ? NOT_HAPPENED : HAPPENED)),
  poll: (sendGrid, members) =>
    pollJobs(sendGrid, members, { isStill: (some) => filtered(sendGrid, some, isStillWrong), isLookedAt: true }),
}

async function isStillWrong(sendGrid: SendGrid, member: EffectMember): Promise<boolean> {
  const [contact] = await contactsById(sendGrid, [idOf(member)])
  return contact === undefined || !isCorrected(contact.raw, fieldsIn(member))
}

function fieldsIn({ details }: EffectMember): Fields {
  const fields = objectAt(details, 'fields')
  return Object.fromEntries(Object.keys(fields).map((name) => [name, text(fields, name)]))
}

function identifiersOf({ raw }: Contact): JsonObject {
  const names = ['email', 'phone_number_id', 'external_id', 'anonymous_id']
  return Object.fromEntries(names.map((name) => [name, text(raw, name)] as const).filter(([, value]) => value !== ''))
}

function withoutAlternate(contact: Contact, address: string): JsonObject {
  return {
    ...identifiersOf(contact),
    alternate_emails: contact.alternates.filter((one) => one !== address),
  }
}

async function hasAlternate(sendGrid: SendGrid, member: EffectMember): Promise<boolean> {
  const [contactId, address] = pairOf(idOf(member))
  const [contact] = await contactsById(sendGrid, [contactId])
  return contact?.alternates.includes(address) === true
}

/** Deletes recipients of the legacy contact database, at once. */
export const deleteLegacyRecipients: Step = {
  async perform(sendGrid, members) {
    const reply = await sendGrid.ask({
      method: 'DELETE',
      path: '/v3/contactdb/recipients',
      body: members.map(idOf),
      bucket: 'contacts',
      effect: true,
    })
    // The document says 200 with an unnamed object; the vendor also sends 204 (single form).
    const isDone = ({ status, json }: Reply) => status === 204 || (status === 200 && isJsonObject(json))
    return keyed(members, await answerOf(sendGrid, reply, { members, isDone }))
  },
  readBack: (sendGrid, members) =>
    keyedEach(members, async (member) => ((await isLegacyRecipient(sendGrid, idOf(member))) ? NOT_HAPPENED : HAPPENED)),
}

async function filtered(
  sendGrid: SendGrid,
  members: readonly EffectMember[],
  isStill: (sendGrid: SendGrid, member: EffectMember) => Promise<boolean>,
): Promise<readonly EffectMember[]> {
  const still = []
  for (const member of members) if (await isStill(sendGrid, member)) still.push(member)
  return still
}

/** 202 with a job is accepted; any other success is unknown. */
async function acceptedOf(sendGrid: SendGrid, reply: Reply, members: readonly EffectMember[]): Promise<EffectAnswer> {
  const jobId = isJsonObject(reply.json) ? text(reply.json, 'job_id') : ''
  if (reply.status !== 202 || jobId === '') return await answerOf(sendGrid, reply, { members, isDone: () => false })
  return pending(sendGrid, { id: jobId, sinceMs: sendGrid.context.clock.nowMs() })
}

function pending(sendGrid: SendGrid, job: Job): EffectAnswer {
  const ageMs = sendGrid.context.clock.nowMs() - job.sinceMs
  return {
    kind: 'accepted',
    jobRef: jobRefOf(job),
    checkAfterMs: Math.max(FIRST_POLL_MS, Math.min(LONGEST_POLL_MS, ageMs), ageMs / 10),
    finishesByMs: job.sinceMs + LATEST_MS,
  }
}

interface Looking {
  /** Which of the members are still as before, by reading. */
  readonly isStill: (members: readonly EffectMember[]) => Promise<readonly EffectMember[]>
  readonly isAlready?: (results: JsonObject) => boolean
  /** `completed` is not enough: the vendor does not say that this change takes, so it is read. */
  readonly isLookedAt?: boolean
}

async function pollJobs(sendGrid: SendGrid, members: readonly EffectMember[], looking: Looking): Answers {
  const answers = []
  for (const jobRef of new Set(members.map((member) => member.jobRef))) {
    const some = members.filter((member) => member.jobRef === jobRef)
    answers.push(...(await pollJob(sendGrid, some, looking)))
  }
  return answers
}

async function pollJob(sendGrid: SendGrid, members: readonly EffectMember[], looking: Looking): Answers {
  const [first] = members
  if (first === undefined) return []
  const job = jobOf(first)
  const state = await contactJob(sendGrid, job.id)
  const status = state === undefined ? 'lost' : text(state, 'status')
  switch (status) {
    case 'completed':
      if (looking.isLookedAt === true) return await judge(members, looking)
      return keyed(
        members,
        looking.isAlready?.(isJsonObject(state?.results) ? state.results : {}) === true ? ALREADY : DONE,
      )
    case 'errored':
    case 'failed':
    case 'lost':
      return await judge(members, looking)
    default: {
      const isLate = sendGrid.context.clock.nowMs() > job.sinceMs + LATEST_MS
      return isLate ? await judge(members, looking) : keyed(members, pending(sendGrid, job))
    }
  }
}

/**
 * After a job that failed: who is gone is done. Who is still there is sent again while the job got somewhere, and refused
 * when it did nothing, so that the tries come to an end.
 */
async function judge(members: readonly EffectMember[], { isStill }: Looking): Answers {
  const still = await isStill(members)
  const again: EffectAnswer = still.length < members.length ? UNKNOWN : { kind: 'rejected', code: 'VENDOR_REFUSED' }
  return members.map((member) => ({ key: member.key, answer: still.includes(member) ? again : DONE }))
}
