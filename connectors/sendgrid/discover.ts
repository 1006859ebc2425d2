import type { Context, FoundRecord, Search } from '../../src/connector/index.ts'
import { openDesk } from './desk.ts'
import type { Desk } from './desk.ts'
import { wantedOf } from './mapping.ts'
import type { Wanted } from './mapping.ts'
import { readContacts } from './places/contacts.ts'
import { readLegacy } from './places/legacy.ts'
import { readActivity, readLogs } from './places/messages.ts'
import { readAllowList, readStaff } from './places/settings.ts'
import { readSuppressions } from './places/suppressions.ts'
import { subusersOf } from './settings.ts'

/** Everything that SendGrid shows on the subject, in the account and every configured subuser. */
export async function* discover(context: Context, search: Search): AsyncGenerator<FoundRecord> {
  for (const subuser of subusersOf(context)) {
    yield* readEverything(await openDesk(context, subuser), wantedOf(search))
  }
}

/** All places of one account or subuser; what it cannot show ends up in `desk.gaps`. */
export async function* readEverything(desk: Desk, wanted: Wanted): AsyncGenerator<FoundRecord> {
  yield* readContacts(desk, wanted)
  yield* readLegacy(desk, wanted)
  yield* readSuppressions(desk, wanted)
  yield* readAllowList(desk, wanted)
  yield* readActivity(desk, wanted)
  yield* readLogs(desk, wanted)
  yield* readStaff(desk, wanted)
}
