import { ALREADY, DONE, REFUSED, happenedIf, isAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, HttpReply, JsonObject, SingleStep } from '../../src/connector/index.ts'
import { expectNotFound, writtenAnswer } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import { contactByEmail, contactById, contactByPhone, isBlocked } from './contacts.ts'
import { askControl } from './control.ts'
import { SPLIT, alone, keyed, keyedEach } from './step.ts'
import type { Step } from './step.ts'

/** What one member of a batch is to change on its contact. */
export interface ContactChange {
  readonly emailBlacklisted?: true
  readonly smsBlacklisted?: true
  readonly unlinkListIds?: number[]
}

export interface BatchUpdate {
  readonly changeOf: (member: EffectMember) => ContactChange
  readonly isInPlace: (contact: JsonObject, member: EffectMember) => boolean
}

/**
 * Changes up to a hundred contacts at once, by their ids. Whether one that Brevo does not like fails the whole call is not
 * documented: a refusal splits, and every change is read back when it matters.
 */
export function batchUpdate({ changeOf, isInPlace }: BatchUpdate): Step {
  return {
    async perform(api, members) {
      const contacts = members.map((member) => ({ id: numberOf(member.target), ...changeOf(member) }))
      const reply = await api.send((client) => client.contacts.updateBatchContacts({ contacts }))
      const written = writtenAnswer(reply)
      if (written.kind === 'done') return keyed(members, DONE)
      if (members.length > 1) return keyed(members, SPLIT)
      return keyedEach(members, (member) => whyRefused(api, member))
    },
    readBack: (api, members) =>
      keyedEach(members, async (member) => {
        const contact = await contactById(api, member.target)
        return happenedIf(contact === undefined || isInPlace(contact, member))
      }),
  }

  async function whyRefused(api: Brevo, member: EffectMember): Promise<EffectAnswer> {
    const contact = await contactById(api, member.target)
    if (contact === undefined) return gone(api)
    return isInPlace(contact, member) ? ALREADY : REFUSED
  }
}

/** There is nothing left to change, beside a control that works. */
async function gone(api: Brevo): Promise<EffectAnswer> {
  await askControl(api)
  return ALREADY
}

/** Campaigns and automations stop at once. */
export const blockContact = batchUpdate({
  changeOf: () => ({ emailBlacklisted: true, smsBlacklisted: true }),
  isInPlace: isBlocked,
})

/** Sets again what a change of address has lifted. */
export const restoreBlocklist = batchUpdate({
  changeOf: ({ details }) => ({
    ...(isAt(details, 'email') ? { emailBlacklisted: true as const } : {}),
    ...(isAt(details, 'sms') ? { smsBlacklisted: true as const } : {}),
  }),
  isInPlace: (contact, { details }) =>
    (!isAt(details, 'email') || isAt(contact, 'emailBlacklisted')) &&
    (!isAt(details, 'sms') || isAt(contact, 'smsBlacklisted')),
})

/** By the vendor's own id, never by another: an address may be another contact's by now. */
export const deleteContact: Step = alone({
  async perform(api, { target }) {
    const identifier = numberOf(target)
    const reply = await api.send((client) =>
      client.contacts.deleteContact({ identifier, identifierType: 'contact_id' }),
    )
    return deletedAnswer(api, reply)
  },
  readBack: async (api, { target }) => happenedIf((await contactById(api, target)) === undefined),
})

/** 204, or 404 in Brevo's own words beside a control. 405 is the address of the account's owner, whom Brevo keeps. */
export async function deletedAnswer(api: Brevo, reply: HttpReply): Promise<EffectAnswer> {
  const written = writtenAnswer(reply)
  if (written.kind === 'done') return DONE
  if (written.status !== 404) return REFUSED
  expectNotFound(reply)
  return gone(api)
}

/** A bare contact that holds an address and both blocks. One that is there already gets the blocks and keeps the rest. */
const keepOne: SingleStep<Brevo> = {
  async perform(api, member) {
    if (await isKept(api, member)) return ALREADY
    const blocks = { emailBlacklisted: true, smsBlacklisted: true, updateEnabled: true }
    const who = isByNumber(member) ? { attributes: { SMS: member.target } } : { email: member.target }
    const reply = await api.send((client) => client.contacts.createContact({ ...who, ...blocks }))
    return writtenAnswer(reply).kind === 'done' ? DONE : REFUSED
  },
  readBack: async (api, member) => happenedIf(await isKept(api, member)),
}

export const keepBlocklist: Step = alone(keepOne)

function isByNumber({ details }: EffectMember): boolean {
  return isAt(details, 'is_number')
}

async function isKept(api: Brevo, member: EffectMember): Promise<boolean> {
  return isStillBlocked(api, { address: member.target, isNumber: isByNumber(member) })
}

export interface BlockedAddress {
  /** An e-mail address, or a number where the contact has no address. */
  readonly address: string
  readonly isNumber: boolean
}

/** Whether some contact holds the address with both blocks. */
export async function isStillBlocked(api: Brevo, { address, isNumber }: BlockedAddress): Promise<boolean> {
  const contact = await (isNumber ? contactByPhone(api, address) : contactByEmail(api, address))
  return contact !== undefined && isBlocked(contact)
}

/** The address by which a contact's blocks outlive it; undefined for a contact with neither address nor number. */
export function addressOfContact(content: JsonObject): BlockedAddress | undefined {
  const email = textAt(content, 'email')
  const sms = textAt(objectAt(content, 'attributes'), 'SMS') || textAt(content, 'sms')
  if (email !== '') return { address: email, isNumber: false }
  return sms === '' ? undefined : { address: sms, isNumber: true }
}
