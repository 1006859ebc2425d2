import {
  ALREADY,
  DONE,
  REFUSED,
  happenedIf,
  isAt,
  isJsonObject,
  objectAt,
  recordsIn,
  textAt,
} from '../../src/connector/index.ts'
import type {
  Context,
  Correction,
  JsonObject,
  JsonValue,
  LegSubject,
  Look,
  PartFinding,
  PlannedEffect,
  VerifySubject,
} from '../../src/connector/index.ts'
import { expectNotFound, writtenAnswer } from './answers.ts'
import { numberOf, openBrevo } from './client.ts'
import type { Brevo } from './client.ts'
import { contactById } from './contacts.ts'
import { restoreBlocklist } from './contact-steps.ts'
import { contactsNow, verdictOn } from './contacts-now.ts'
import { askControl } from './control.ts'
import { attributeOf, emailOf, phoneOf } from './mapping.ts'
import { alone, verbOf } from './step.ts'

/**
 * The conflict of two contacts over one address is for a person: `forceMerge` stays off, and Brevo refuses. A value that is
 * in place is not written again, since writing an address lifts the blocklist.
 */
const correctContact = alone({
  async perform(api, { target, details }) {
    const attributes = textsOf(objectAt(details, 'attributes'))
    const contact = await contactById(api, target)
    if (contact !== undefined && shows(contact, attributes)) return ALREADY
    const change = {
      identifier: numberOf(target),
      identifierType: 'contact_id',
      attributes,
      forceMerge: false,
    } as const
    const reply = await api.send((client) => client.contacts.updateContact(change))
    const written = writtenAnswer(reply)
    if (written.kind === 'done') return DONE
    if (written.status !== 404) return REFUSED
    // There is nothing left to correct; verification says that the contact is gone.
    expectNotFound(reply)
    await askControl(api)
    return REFUSED
  },
  async readBack(api, { target, details }) {
    const contact = await contactById(api, target)
    return happenedIf(contact !== undefined && shows(contact, textsOf(objectAt(details, 'attributes'))))
  },
})

export const rectify = verbOf(planCorrections, { correct_contact: correctContact, restore_blocklist: restoreBlocklist })

async function planCorrections(context: Context, subject: LegSubject): Promise<readonly PlannedEffect[]> {
  const contacts = recordsIn(subject.records, 'contact')
  const corrections = subject.wish?.corrections ?? []
  if (contacts.length === 0 || corrections.length === 0) return []
  const { attributes, isMoved } = await correctionsAt(openBrevo(context), corrections, contacts.length)
  if (Object.keys(attributes).length === 0) return []
  return contacts.flatMap(({ ref, content }) => [
    { step: 'correct_contact', target: ref, part: 'contact', after: [], details: { attributes } },
    ...(isMoved && isListed(content)
      ? [
          {
            step: 'restore_blocklist',
            target: ref,
            part: 'marketing_blocklist',
            // "If a blocklisted contact's email address is updated … they will be resubscribed" (help.brevo.com).
            after: ['correct_contact'],
            details: { email: isAt(content, 'emailBlacklisted'), sms: isAt(content, 'smsBlacklisted') },
          },
        ]
      : []),
  ])
}

function isListed(content: JsonValue): boolean {
  return isAt(content, 'emailBlacklisted') || isAt(content, 'smsBlacklisted')
}

interface Corrected {
  readonly attributes: Readonly<Record<string, string>>
  /** Whether an address or number changes, which may lift the blocklist. */
  readonly isMoved: boolean
  /** Why part of the correction has no place, if so. */
  readonly gap?: string
}

const NO_PLACE = 'this account has no contact attribute for part of the correction, and the configuration names none'
const NO_EMPTY_EMAIL = 'Brevo has no way to take the address from a contact'
const SEVERAL = 'the person has several contacts, and one address can be that of one only; decide which by hand'

/** What to write on a contact, by the attributes that the account really has: Brevo passes over all others in silence. */
async function correctionsAt(api: Brevo, corrections: readonly Correction[], contacts: number): Promise<Corrected> {
  const known = (await askControl(api)).map((one) => textAt(one, 'name').toUpperCase())
  const attributes: Record<string, string> = {}
  let gap: string | undefined
  for (const { field, value } of corrections) {
    const text = value.trim()
    if (field === 'email') {
      if (text === '') gap = NO_EMPTY_EMAIL
      else if (contacts > 1) gap = SEVERAL
      else attributes.EMAIL = text
      continue
    }
    if (field === 'phone' && contacts > 1) {
      gap = SEVERAL
      continue
    }
    const attribute = api.options.attributesOf(field).find((name) => known.includes(name))
    if (attribute === undefined) gap = NO_PLACE
    else attributes[attribute] = text
  }
  return { attributes, isMoved: 'EMAIL' in attributes || 'SMS' in attributes, ...(gap === undefined ? {} : { gap }) }
}

function textsOf(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(object).map((name) => [name, textAt(object, name)]))
}

function shows(contact: JsonObject, attributes: Readonly<Record<string, string>>): boolean {
  return Object.entries(attributes).every(([name, wanted]) => {
    if (name === 'EMAIL') return emailOf(textAt(contact, 'email')) === emailOf(wanted)
    const given = attributeOf(contact, name)
    // Brevo writes a number without its plus.
    return given === wanted || (name === 'SMS' && wanted !== '' && phoneOf(given) === phoneOf(wanted))
  })
}

/** Whether the contacts show the corrected values now, and no block was lost on the way. */
export async function lookAtCorrections(api: Brevo, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const { attributes, isMoved, gap } = await correctionsAt(api, subject.wish?.corrections ?? [], contacts.length)
  const wrong = contacts.filter(({ now }) => now !== undefined && !shows(now, attributes)).length
  const contact: PartFinding = {
    part: 'contact',
    looked: contacts.length,
    remaining: wrong,
    verdict: verdictOn(contacts, { open: wrong, ...(gap === undefined ? {} : { doubt: gap }) }),
  }
  const listed = isMoved ? contacts.filter(({ content }) => isListed(content)) : []
  const lost = listed.filter(({ content, now }) => isJsonObject(now) && !keepsBlocks(content, now)).length
  const blocks: PartFinding = {
    part: 'marketing_blocklist',
    looked: listed.length,
    remaining: lost,
    verdict: verdictOn(listed, { open: lost }),
  }
  return {
    findings: listed.length === 0 ? [contact] : [contact, blocks],
    seen: [['contact_by_id', contacts.filter(({ now }) => now !== undefined).length]],
  }
}

function keepsBlocks(before: JsonValue, now: JsonObject): boolean {
  return ['emailBlacklisted', 'smsBlacklisted'].every((block) => !isAt(before, block) || isAt(now, block))
}
