import { recordsIn } from '../../src/connector/index.ts'
import type { JsonObject, LegSubject, Look, PlannedEffect, VerifySubject, Wish } from '../../src/connector/index.ts'
import type { Brevo } from './client.ts'
import { blockContact } from './contact-steps.ts'
import { contactsNow, verdictOn } from './contacts-now.ts'
import { isBlocked } from './contacts.ts'
import { attributeOf } from './mapping.ts'
import { verbOf } from './step.ts'

/**
 * Direct marketing: the contact's two blocks, which stop campaigns and automations. Service mail goes on: the transactional
 * blocklist is never touched, and no list is changed for anybody else.
 */
export const object = verbOf((_, subject) => Promise.resolve(planObjection(subject)), { block_contact: blockContact })

function planObjection({ records, wish }: LegSubject): readonly PlannedEffect[] {
  if (!isAgainstMarketing(wish)) return []
  return recordsIn(records, 'contact').map(({ ref }) => ({
    step: 'block_contact',
    target: ref,
    part: 'marketing_blocklist',
    after: [],
  }))
}

function isAgainstMarketing(wish: Wish | undefined): boolean {
  return wish?.purposes.some((purpose) => purpose === 'direct_marketing' || purpose === 'all') ?? false
}

const NO_SWITCH = 'Brevo has blocks against campaigns only, none against profiling and other uses; decide by hand'
const NO_WHATSAPP =
  'the interface cannot block WhatsApp campaigns; set it on the contact by hand (its WhatsApp number is not blocked)'

/** Whether both blocks are in place on every contact that is there. */
export async function lookAtObjection(api: Brevo, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  const purposes = subject.wish?.purposes ?? []
  if (contacts.length === 0 || purposes.length === 0) return { findings: [], seen: [] }
  const there = contacts.flatMap(({ now }) => (now === undefined ? [] : [now]))
  const isMarketing = isAgainstMarketing(subject.wish)
  const open = isMarketing ? there.filter((now) => !isBlocked(now)).length : 0
  const isMore = purposes.some((purpose) => purpose !== 'direct_marketing')
  const doubt = isMore ? NO_SWITCH : isMarketing && there.some(isOpenOnWhatsApp) ? NO_WHATSAPP : undefined
  const verdict = verdictOn(contacts, { open, ...(doubt === undefined ? {} : { doubt }) })
  return {
    findings: [{ part: 'marketing_blocklist', looked: contacts.length, remaining: open, verdict }],
    seen: [['contact_by_id', there.length]],
  }
}

function isOpenOnWhatsApp(contact: JsonObject): boolean {
  return attributeOf(contact, 'WHATSAPP') !== '' && contact.whatsappBlacklisted === false
}
