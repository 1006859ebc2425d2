import { readbackOf, recordsIn, textAt } from '../../src/connector/index.ts'
import type { Context, Look, VerifyReport, VerifySubject } from '../../src/connector/index.ts'
import { openBrevo } from './client.ts'
import type { Brevo } from './client.ts'
import { contactsNow, verdictOn } from './contacts-now.ts'
import { askSelf } from './control.ts'
import { CRM_PLACES } from './crm.ts'
import { DEPTH } from './depth.ts'
import { ownContactIds } from './erase-plan.ts'
import { lookAtObjection } from './object.ts'
import { lookAtCorrections } from './rectify.ts'
import { lookAtRestriction } from './restrict.ts'
import { lookAtContacts } from './verify-contacts.ts'
import { lookAtCrm } from './verify-crm.ts'
import { lookAtMail } from './verify-mail.ts'

/** Looks again by id and by identifier, after the key has named the account that the records were read from. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const api = openBrevo(context)
  const accounts = subject.records.map(({ content }) => textAt(content, 'brevo_account'))
  if (subject.right === 'erasure') api.hour.reserve(callsFor(api, subject))
  await askSelf(api, [...new Set(accounts)])
  const control = readbackOf(context.clock, 'control', 1)
  const looks = await looksOf(api, subject)
  return {
    control,
    findings: looks.flatMap(({ findings }) => findings),
    readbacks: looks.flatMap(({ seen }) => seen.map(([name, count]) => readbackOf(context.clock, name, count))),
  }
}

/** The control, a list of each kind for each contact, and one call for each record that has an id of its own. */
function callsFor({ options }: Brevo, subject: VerifySubject): number {
  const places = CRM_PLACES.filter(({ part }) => !options.notInUse.has(part)).map(({ part }): string => part)
  const single = subject.records.filter(({ part }) => part === 'custom_objects' || places.includes(part)).length
  return 1 + places.length * ownContactIds(subject).length + single
}

async function looksOf(api: Brevo, subject: VerifySubject): Promise<readonly Look[]> {
  switch (subject.right) {
    case 'erasure':
      return [
        // First, since it was reserved.
        await lookAtCrm(api, subject),
        await lookAtContacts(api, subject),
        await lookAtMail(api, subject),
        lookAtLeft(subject),
      ]
    case 'access':
    case 'portability':
      return [await lookAtRead(api, subject)]
    case 'rectification':
      return [await lookAtCorrections(api, subject)]
    case 'objection':
      return [await lookAtObjection(api, subject)]
    case 'restriction':
      return [await lookAtRestriction(api, subject)]
  }
}

/** Nothing was to change: the contacts are still there, and the hundred calls of an hour are left to others. */
async function lookAtRead(api: Brevo, subject: VerifySubject): Promise<Look> {
  const contacts = await contactsNow(api, subject)
  if (contacts.length === 0) return { findings: [], seen: [] }
  const there = contacts.filter(({ now }) => now !== undefined).length
  return {
    findings: [
      { part: 'contact', looked: contacts.length, remaining: there, verdict: verdictOn(contacts, { open: 0 }) },
    ],
    seen: [['contact_by_id', there]],
  }
}

/** What no call deletes is not looked at again: it is there, and each look would cost a hundredth of an hour's calls. */
function lookAtLeft({ records }: VerifySubject): Look {
  const rows = DEPTH.filter(({ onErasure, isRead }) => onErasure === 'left' && isRead)
  return {
    findings: rows.flatMap(({ part, why = '' }) => {
      const looked = recordsIn(records, part).length
      return looked === 0 ? [] : [{ part, looked, remaining: looked, verdict: { kind: 'cannot_tell' as const, why } }]
    }),
    seen: [],
  }
}
