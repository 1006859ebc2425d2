import {
  ALREADY,
  DONE,
  expectList,
  expectObject,
  happenedIf,
  isAt,
  recordsIn,
  REFUSED,
  textAt,
  UNKNOWN,
} from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectMember,
  HttpReply,
  JsonObject,
  LegSubject,
  Look,
  PartFinding,
  PlannedEffect,
  VerifySubject,
  Wish,
} from '../../src/connector/index.ts'
import { readAnswer, readOrAbsent, writtenAnswer } from './answers.ts'
import { idPath, openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import { contactUpdate, contactsNow } from './contact-update.ts'
import { askSelf } from './control.ts'
import { verbOf } from './step.ts'
import type { Step } from './step.ts'

function pairOf({ target }: EffectMember): { readonly contactId: string; readonly typeId: string } {
  const at = target.indexOf('/')
  const pair = { contactId: target.slice(0, at), typeId: target.slice(at + 1) }
  idPath(pair.contactId)
  idPath(pair.typeId)
  return pair
}

/** Attaching a contact to an opt-out type opts the person out of it. */
const optOut: Step = {
  async perform(api, member) {
    const { contactId, typeId } = pairOf(member)
    const reply = await api.sdk((client) =>
      client.contacts.attachSubscription({ contact_id: contactId, id: typeId, consent_type: 'opt_out' }),
    )
    return answerOf(reply, typeId)
  },
  async readBack(api, member) {
    const { contactId, typeId } = pairOf(member)
    return happenedIf((await choicesOf(api, contactId)).some((one) => textAt(one, 'id') === typeId))
  },
}

/** Takes back a consent that the person had given. */
const withdrawOptIn: Step = {
  async perform(api, member) {
    const { contactId, typeId } = pairOf(member)
    const reply = await api.sdk((client) =>
      client.contacts.detachSubscription({ contact_id: contactId, subscription_id: typeId }),
    )
    if (reply.status !== 404) return answerOf(reply, typeId)
    readOrAbsent(reply)
    await askSelf(api)
    return ALREADY
  },
  async readBack(api, member) {
    const { contactId, typeId } = pairOf(member)
    return happenedIf((await choicesOf(api, contactId)).every((one) => textAt(one, 'id') !== typeId))
  },
}

function answerOf(reply: HttpReply, typeId: string): EffectAnswer {
  const written = writtenAnswer(reply)
  if (written.kind === 'refused') return REFUSED
  return textAt(written.answer, 'id') === typeId ? DONE : UNKNOWN
}

export const object = verbOf(planObjection, {
  unsubscribe_contact: contactUpdate({
    changesOf: () => ({ unsubscribed_from_emails: true }),
    isInPlace: (_, contact) => isAt(contact, 'unsubscribed_from_emails'),
  }),
  opt_out: optOut,
  withdraw_opt_in: withdrawOptIn,
})

async function planObjection(context: Context, { records, wish }: LegSubject): Promise<readonly PlannedEffect[]> {
  const contacts = recordsIn(records, 'contact')
  if (!isAgainstMarketing(wish) || contacts.length === 0) return []
  const types = await optOutTypes(openIntercom(context))
  const consents = recordsIn(records, 'subscriptions').filter(
    ({ content }) => textAt(content, 'consent_type') === 'opt_in',
  )
  return [
    ...contacts.flatMap(({ ref }) => [
      { step: 'unsubscribe_contact', target: ref, part: 'contact', after: [] },
      ...types.map((id) => ({ step: 'opt_out', target: `${ref}/${id}`, part: 'subscriptions', after: [] })),
    ]),
    // A subscription's ref is the contact's and the type's id.
    ...consents.map(({ ref }) => ({ step: 'withdraw_opt_in', target: ref, part: 'subscriptions', after: [] })),
  ]
}

function isAgainstMarketing(wish: Wish | undefined): boolean {
  return wish?.purposes.some((purpose) => purpose === 'direct_marketing' || purpose === 'all') ?? false
}

/** Ids of the live types that a person gets unless they opt out. */
async function optOutTypes(api: Intercom): Promise<readonly string[]> {
  const types = await listed(await api.sdk((client) => client.subscriptionTypes.list()))
  return types
    .filter((type) => textAt(type, 'consent_type') === 'opt_out' && textAt(type, 'state') === 'live')
    .map((type) => textAt(type, 'id'))
}

/** Explicit choices only: opt-out types that the person is out of, opt-in types that they are in. */
async function choicesOf(api: Intercom, contactId: string): Promise<readonly JsonObject[]> {
  return listed(await api.sdk((client) => client.contacts.listAttachedSubscriptions({ contact_id: contactId })))
}

function listed(reply: HttpReply): Promise<readonly JsonObject[]> {
  return Promise.resolve(expectList(readAnswer(reply).data).map(expectObject))
}

const NO_SWITCH = 'Intercom has a switch against messages only, none against profiling and other uses; decide by hand'

/** Whether the opt-outs are in place on every contact that is there. */
export async function lookAtObjection(api: Intercom, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  const there = contacts.flatMap(({ ref, now }) => (now === undefined ? [] : [{ ref, now }]))
  if (contacts.length === 0) return { findings: [], seen: [] }
  const seen = [['contact_by_id', there.length]] as const
  const base = { part: 'contact', looked: contacts.length, remaining: 0 }
  if (there.length === 0) return { findings: [{ ...base, verdict: { kind: 'absent' } }], seen }
  const purposes = subject.wish?.purposes ?? []
  const isMore = purposes.some((purpose) => purpose !== 'direct_marketing')
  const doubt: PartFinding = { ...base, verdict: { kind: 'cannot_tell', why: NO_SWITCH } }
  if (!isAgainstMarketing(subject.wish)) return { findings: isMore ? [doubt] : [], seen }
  const open = there.filter(({ now }) => !isAt(now, 'unsubscribed_from_emails')).length
  const contact: PartFinding =
    open > 0 ? { ...base, remaining: open, verdict: { kind: 'present' } } : { ...base, verdict: { kind: 'in_place' } }
  const choices = await lookAtChoices(
    api,
    there.map(({ ref }) => ref),
  )
  return {
    findings: [open === 0 && isMore ? doubt : contact, ...choices.findings],
    seen: [...seen, ...choices.seen],
  }
}

async function lookAtChoices(api: Intercom, contactIds: readonly string[]): Promise<Look> {
  const types = await optOutTypes(api)
  let [looked, remaining] = [0, 0]
  for (const contactId of contactIds) {
    const choices = await choicesOf(api, contactId)
    const consents = choices.filter((one) => textAt(one, 'consent_type') === 'opt_in')
    const missing = types.filter((id) => choices.every((one) => textAt(one, 'id') !== id))
    looked += types.length + consents.length
    remaining += missing.length + consents.length
  }
  if (looked === 0) return { findings: [], seen: [] }
  const verdict: PartFinding['verdict'] = remaining === 0 ? { kind: 'in_place' } : { kind: 'present' }
  return {
    findings: [{ part: 'subscriptions', looked, remaining, verdict }],
    seen: [['subscriptions_by_contact', looked - remaining]],
  }
}
