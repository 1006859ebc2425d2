import { expectList, isAt, recordsIn, textAt } from '../../src/connector/index.ts'
import type { Context, LegSubject, Look, PartFinding, PlannedEffect, VerifySubject } from '../../src/connector/index.ts'
import { readAnswer } from './answers.ts'
import { openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import { contactUpdate, contactsNow } from './contact-update.ts'
import type { ContactUpdate } from './contact-update.ts'
import { verbOf } from './step.ts'

const mark: ContactUpdate = {
  changesOf: ({ options }) => ({
    unsubscribed_from_emails: true,
    custom_attributes: { [options.restrictionAttribute]: true },
  }),
  isInPlace: ({ options }, contact) =>
    isAt(contact, 'unsubscribed_from_emails') && isAt(contact, 'custom_attributes', options.restrictionAttribute),
}

/**
 * Intercom has no lock on a contact. The workspace's own attribute says that nobody may use it, and Intercom sends it no
 * e-mail. `block` is not used: it archives the person's conversations.
 */
export const restrict = verbOf(planRestriction, { mark_restricted: contactUpdate(mark) })

async function planRestriction(context: Context, { records }: LegSubject): Promise<readonly PlannedEffect[]> {
  const contacts = recordsIn(records, 'contact')
  if (contacts.length === 0 || !(await hasMark(openIntercom(context)))) return []
  return contacts.map(({ ref }) => ({ step: 'mark_restricted', target: ref, part: 'contact', after: [] }))
}

/** The attribute is the workspace's to create: we do not change its data model. */
async function hasMark(api: Intercom): Promise<boolean> {
  const answer = readAnswer(await api.sdk((client) => client.dataAttributes.list({ model: 'contact' })))
  return expectList(answer.data).some(
    (attribute) =>
      textAt(attribute, 'name') === api.options.restrictionAttribute &&
      textAt(attribute, 'data_type') === 'boolean' &&
      !isAt(attribute, 'archived'),
  )
}

const NO_MARK = 'the workspace has no yes/no attribute that marks a restricted contact; create it, then repeat'

/** Whether the mark and the opt-out are on every contact that is there. */
export async function lookAtRestriction(api: Intercom, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const there = contacts.flatMap(({ now }) => (now === undefined ? [] : [now]))
  const open = there.filter((now) => !isAt(now, 'unsubscribed_from_emails') || !isMarked(api, now)).length
  const base = { part: 'contact', looked: contacts.length, remaining: open }
  return {
    findings: [{ ...base, verdict: await verdictOf(api, there.length, open) }],
    seen: [['contact_by_id', there.length]],
  }
}

function isMarked({ options }: Intercom, contact: Parameters<typeof isAt>[0]): boolean {
  return isAt(contact, 'custom_attributes', options.restrictionAttribute)
}

async function verdictOf(api: Intercom, there: number, open: number): Promise<PartFinding['verdict']> {
  if (there === 0) return { kind: 'absent' }
  if (open === 0) return { kind: 'in_place' }
  return (await hasMark(api)) ? { kind: 'present' } : { kind: 'cannot_tell', why: NO_MARK }
}
