import { listAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import type { FoundContact } from './contacts.ts'
import { createdAt, namesIn, without } from './mapping.ts'

type Found = AsyncGenerator<FoundRecord, void, undefined>

/** The contact, its lists, its campaigns and its blocks. A bare blocked contact is its blocks alone. */
export async function* findOnContact(api: Brevo, found: FoundContact, account: string): Found {
  const { id, attribution, history, isStub } = found
  if (!isStub) {
    yield contactRecord(api, found, account)
    yield* lists(api, found)
    if (history.length > 0)
      yield {
        part: 'campaign_statistics',
        ref: id,
        parentRef: id,
        attribution,
        content: { campaign_statistics: history },
        learned: [],
      }
  }
  yield blocks(found, account)
}

function contactRecord(api: Brevo, { id, contact, attribution, learned }: FoundContact, account: string): FoundRecord {
  const since = textAt(contact, 'createdAt').slice(0, 10)
  return {
    part: 'contact',
    ref: id,
    attribution,
    content: { ...without(contact, 'statistics'), brevo_account: account },
    ...createdAt(contact),
    learned,
    label: [...namesIn(contact, api.options), since === '' ? '' : `since ${since}`]
      .filter((part) => part !== '')
      .join(', '),
  }
}

/** Which lists the contact is on or has left, with their names. */
async function* lists(api: Brevo, { id, contact, attribution }: FoundContact): Found {
  const memberships = [
    ...listAt(contact, 'listIds').map((list) => [textAt({ list }, 'list'), 'member'] as const),
    ...listAt(contact, 'listUnsubscribed').map((list) => [textAt({ list }, 'list'), 'unsubscribed'] as const),
  ]
  for (const [listId, state] of new Map(memberships)) {
    const list = readOrAbsent(await api.send((client) => client.contacts.getList({ listId: numberOf(listId) })))
    yield {
      part: 'lists',
      ref: `${id}/${listId}`,
      parentRef: id,
      attribution,
      content: { list_id: listId, name: textAt(list, 'name'), state },
      learned: [],
    }
  }
}

/** Whether the person is blocked, too, is said of them: access shows it, and what stays after erasure is told by it. */
function blocks({ id, contact, attribution, learned, isStub }: FoundContact, account: string): FoundRecord {
  const { emailBlacklisted = false, smsBlacklisted = false, whatsappBlacklisted = false } = contact
  return {
    part: 'marketing_blocklist',
    ref: id,
    ...(isStub ? {} : { parentRef: id }),
    attribution,
    content: {
      email: textAt(contact, 'email'),
      sms: textAt(objectAt(contact, 'attributes'), 'SMS'),
      emailBlacklisted,
      smsBlacklisted,
      whatsappBlacklisted,
      brevo_account: account,
    } satisfies JsonObject,
    learned: isStub ? learned : [],
  }
}
