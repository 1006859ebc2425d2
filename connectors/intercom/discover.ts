import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import { findOnContact } from './contact-places.ts'
import { findContacts } from './contacts.ts'
import { askSelf } from './control.ts'
import { findConversations } from './conversations.ts'
import { findCustomObjects } from './custom-objects.ts'
import { findTickets } from './tickets.ts'
import { findVisitors } from './visitors.ts'

/** Everything on the subject: contacts first, then what hangs on them, then what is kept by id alone. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const api = openIntercom(context)
  await askSelf(api)
  const found = await findContacts(api, search)
  for (const contact of found.contacts) yield* findOnContact(api, contact)
  yield* findConversations(api, found, search)
  yield* findTickets(api, found.contacts)
  yield* findCustomObjects(api, found.contacts)
  yield* findVisitors(api, found.judge, search)
}
