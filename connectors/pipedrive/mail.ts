import { listAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { pagesOfV1 } from './answers.ts'
import { staffOf } from './control.ts'
import { recordOf, sharedWhole } from './family.ts'
import type { Family } from './family.ts'
import { contentOf, countAt, numberOf } from './mapping.ts'

const PER_PAGE = 100
const PARTIES = ['from', 'to', 'cc', 'bcc'] as const

/** Conversations with the person, whole; those in mailboxes of other users are a place of their own. */
export async function* findMail(family: Family): AsyncGenerator<FoundRecord, void, undefined> {
  const { api, parent, userId } = family
  if (countAt(parent.person, 'email_messages_count') === 0) return
  const query = { id: numberOf(parent.id), include_body: 1 } as const
  const threads = new Map<string, JsonObject[]>()
  for await (const entry of pagesOfV1(PER_PAGE, (window) =>
    api.personsV1.getPersonMailMessages({ ...query, ...window }),
  )) {
    const message = objectAt(entry, 'data')
    const thread = textAt(message, 'mail_thread_id')
    threads.set(thread, [...(threads.get(thread) ?? []), contentOf(message)])
  }
  const staff = await staffOf(api)
  for (const [ref, messages] of threads) {
    const isOwnMailbox = messages.every((message) => textAt(message, 'user_id') === userId)
    const isShared = messages.some((message) => partiesOf(message).some((one) => isOther(one, { family, staff })))
    yield recordOf(
      family,
      { id: ref, subject: textAt(messages[0] ?? null, 'subject'), messages },
      {
        part: isOwnMailbox ? 'mail' : 'mail_of_others',
        ref,
        attribution: sharedWhole(family, isShared),
        label: `mail of ${textAt(messages[0] ?? null, 'message_time').slice(0, 10)}`,
      },
    )
  }
}

function partiesOf(message: JsonObject): readonly JsonValue[] {
  return PARTIES.flatMap((name) => listAt(message, name))
}

/** Neither the subject nor somebody of the account. */
function isOther(
  party: JsonValue,
  { family, staff }: { readonly family: Family; readonly staff: ReadonlySet<string> },
): boolean {
  const linked = textAt(party, 'linked_person_id')
  if (linked !== '') return !family.ownIds.has(linked)
  const email = textAt(party, 'email_address').toLowerCase()
  const domain = email.slice(email.indexOf('@') + 1)
  return !family.ownEmails.has(email) && !staff.has(email) && !family.api.context.account.ownDomains.includes(domain)
}
