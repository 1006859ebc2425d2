import { isJsonObject, listAt, recordsIn, textAt } from '../../src/connector/index.ts'
import type { JsonObject, LegSubject, Look, PlannedEffect, VerifySubject } from '../../src/connector/index.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import { batchUpdate } from './contact-steps.ts'
import { contactsNow, verdictOn } from './contacts-now.ts'
import { isBlocked } from './contacts.ts'
import { verbOf } from './step.ts'

/**
 * Brevo has no lock on a contact: both blocks and no list left keep campaigns and automations off it. The lists stand in
 * the effect, so that a person can put the contact back.
 */
const restrictContact = batchUpdate({
  changeOf: ({ details }) => {
    const unlinkListIds = listAt(details, 'lists').map((list) => numberOf(textAt({ list }, 'list')))
    return {
      emailBlacklisted: true,
      smsBlacklisted: true,
      ...(unlinkListIds.length === 0 ? {} : { unlinkListIds }),
    }
  },
  isInPlace: isRestricted,
})

export const restrict = verbOf((_, subject) => Promise.resolve(planRestriction(subject)), {
  restrict_contact: restrictContact,
})

function planRestriction({ records }: LegSubject): readonly PlannedEffect[] {
  return recordsIn(records, 'contact').map(({ ref, content }) => ({
    step: 'restrict_contact',
    target: ref,
    part: 'contact',
    after: [],
    details: { lists: listAt(content, 'listIds') },
  }))
}

function isRestricted(contact: JsonObject): boolean {
  return isBlocked(contact) && listAt(contact, 'listIds').length === 0
}

/** Whether every contact that is there is blocked and on no list. */
export async function lookAtRestriction(api: Brevo, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const there = contacts.flatMap(({ now }) => (isJsonObject(now) ? [now] : []))
  const open = there.filter((now) => !isRestricted(now)).length
  return {
    findings: [{ part: 'contact', looked: contacts.length, remaining: open, verdict: verdictOn(contacts, { open }) }],
    seen: [['contact_by_id', there.length]],
  }
}
