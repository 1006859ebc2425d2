import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { findActivity } from './activity.ts'
import { openBrevo } from './client.ts'
import { findOnContact } from './contact-places.ts'
import { findContacts } from './contacts.ts'
import { askSelf } from './control.ts'
import { findInCrm } from './crm.ts'
import { findCustomObjects } from './custom-objects.ts'
import { findMail } from './mail.ts'

/** Everything on the subject: contacts first, then what hangs on them, then what is kept by address or number alone. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const api = openBrevo(context)
  const self = await askSelf(api)
  const { contacts, judge } = await findContacts(api, search, self)
  for (const contact of contacts) yield* findOnContact(api, contact, self.account)
  yield* findInCrm(api, contacts, search.right)
  if (self.isEnterprise) yield* findCustomObjects(api, contacts)
  yield* findMail(api, search, judge)
  yield* findActivity(api, contacts, { search, judge })
}
