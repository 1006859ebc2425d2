import type { Context, FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { findActivity } from './activity.ts'
import { openBrevo } from './client.ts'
import type { Brevo } from './client.ts'
import { findOnContact } from './contact-places.ts'
import { judgeContacts, readContacts } from './contacts.ts'
import { askControl, askSelf } from './control.ts'
import { CRM_PLACES, findInCrm } from './crm.ts'
import { findCustomObjects } from './custom-objects.ts'
import { findInbound, findMail } from './mail.ts'
import { identifiersIn, valuesOf } from './mapping.ts'

/**
 * Everything on the subject: contacts first, then what hangs on them, then what is kept by address or number alone. What is
 * counted by the hour comes in one row, so that it is reserved at once.
 */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const api = openBrevo(context)
  await askControl(api)
  const read = await readContacts(api, search.identifiers)
  api.hour.reserve(callsFor(api, search, [...read.values()]))
  const self = await askSelf(api)
  const { contacts, judge } = await judgeContacts(api, search, { read, ownerEmail: self.ownerEmail })
  yield* findInCrm(api, contacts, search.right)
  if (self.isEnterprise) yield* findCustomObjects(api, contacts)
  yield* findActivity(api, contacts, { search, judge })
  yield* findInbound(api, search, judge)
  for (const contact of contacts) yield* findOnContact(api, contact, self.account)
  yield* findMail(api, search, judge)
}

/** How many calls of the hour the search will take at least: the first page of every list. */
function callsFor({ options }: Brevo, { identifiers }: Search, contacts: readonly JsonObject[]): number {
  const isUsed = (part: string): number => (options.notInUse.has(part) ? 0 : 1)
  const asked = valuesOf(identifiers, 'phone')
  const phones = new Set([...asked, ...contacts.flatMap((contact) => valuesOf(identifiersIn(contact), 'phone'))]).size
  const perContact = CRM_PLACES.reduce((sum, { part }) => sum + isUsed(part), isUsed('custom_objects'))
  const seats = contacts.some(({ email }) => typeof email === 'string') ? 1 : 0
  const events = contacts.length === 0 ? 0 : isUsed('custom_events')
  const byNumber = phones * (isUsed('sms_events') + isUsed('whatsapp_events'))
  const inbound = valuesOf(identifiers, 'email').length * isUsed('inbound_emails')
  return 1 + seats + perContact * contacts.length + events + byNumber + inbound + isUsed('orders')
}
