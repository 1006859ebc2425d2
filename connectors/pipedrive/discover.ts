import { DsrError, textAt } from '../../src/connector/index.ts'
import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { findBusiness } from './business-places.ts'
import { findChildren } from './child-places.ts'
import { openClient } from './client.ts'
import { whoAmI } from './control.ts'
import { familyOf } from './family.ts'
import type { Family } from './family.ts'
import { readFlow } from './flow.ts'
import { findMail } from './mail.ts'
import { optionsOf } from './options.ts'
import { findPeople } from './people.ts'
import { findOnPerson } from './person-places.ts'

/** Everything on the subject: persons first, each with what hangs on it; a record that two persons share comes once. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord, void, undefined> {
  const api = openClient(context)
  // The control of a search: the credential names itself; the search that follows is refused or answered.
  const me = await whoAmI(api)
  const { notInUse } = optionsOf(context)
  const people = await findPeople(api, search)
  const seen = new Set<string>()
  for (const family of familyOf(api, people, { right: search.right, userId: textAt(me, 'id') })) {
    for await (const record of findRound(family)) {
      const name = `${record.part} ${record.ref}`
      if (notInUse.has(record.part) || seen.has(name)) continue
      seen.add(name)
      yield record
    }
  }
}

async function* findRound(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const flow = await readFlow(family.api, family.parent.id)
  if (flow === undefined) throw new DsrError('VENDOR_REFUSED', 'the vendor does not show the flow of a person it found')
  for (const place of [findOnPerson, findChildren, findMail, findBusiness]) yield* place(family, flow)
}
