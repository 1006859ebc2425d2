import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { findByAddress } from './address-places.ts'
import { findChildren } from './children.ts'
import { openClient } from './client.ts'
import { findOnContact } from './contact-places.ts'
import { findContacts } from './contacts.ts'
import { askControl } from './control.ts'
import { findFiles } from './files.ts'
import { optionsOf } from './options.ts'
import { findThreads } from './threads.ts'

/** Everything on the subject: contacts first, then what hangs on them, then what is kept by address. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const api = openClient(context)
  await askControl(api)
  const { contacts, addresses } = await findContacts(api, search)
  const { notInUse } = optionsOf(context)
  const withFiles = filesOnce(api, notInUse.has('attachments'))
  for (const contact of contacts) yield* findOnContact(api, contact)
  yield* withFiles(findChildren(api, contacts, search.right))
  if (!notInUse.has('threads')) for (const contact of contacts) yield* withFiles(findThreads(api, contact))
  yield* findByAddress(api, addresses)
}

/** Adds each record's files behind it; a file on two records comes once. */
function filesOnce(api: ReturnType<typeof openClient>, isOff: boolean) {
  const seen = new Set<string>()
  return async function* (records: AsyncIterable<FoundRecord>): AsyncGenerator<FoundRecord, void, undefined> {
    for await (const record of records) {
      yield record
      if (isOff) continue
      for await (const file of findFiles(api, record)) {
        if (seen.has(file.ref)) continue
        seen.add(file.ref)
        yield file
      }
    }
  }
}
