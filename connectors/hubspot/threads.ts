import { listAt, pages, textAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { reading, readingOrAbsent } from './answers.ts'
import type { HubSpot } from './client.ts'
import { entriesOf } from './contact-places.ts'
import type { FoundContact } from './contacts.ts'
import { addressesOf } from './mapping.ts'

const THREADS_PER_PAGE = 500
const MESSAGES_PER_PAGE = 100

/** Conversations of a contact, open and closed, also those in the trash, with all messages. Raw: the SDK lacks them. */
export async function* findThreads(api: HubSpot, contact: FoundContact): AsyncGenerator<FoundRecord, void, undefined> {
  for (const isArchived of [false, true]) {
    // The guide demands a status beside a contact, so both are asked for.
    for (const status of ['OPEN', 'CLOSED'])
      for await (const thread of threadsOf(api, contact.object.id, { status, isArchived }))
        yield await threadRecord(api, contact, { thread, isArchived })
  }
}

/** Whether a conversation is still there. */
export async function threadState(api: HubSpot, id: string): Promise<'live' | 'archived' | 'absent'> {
  const path = `/conversations/v3/conversations/threads/${encodeURIComponent(id)}`
  if ((await readingOrAbsent(() => api.get(path))) !== undefined) return 'live'
  return (await readingOrAbsent(() => api.get(`${path}?archived=true`))) === undefined ? 'absent' : 'archived'
}

function threadsOf(api: HubSpot, contactId: string, { status, isArchived }: { status: string; isArchived: boolean }) {
  return pages(async (after) => {
    const query = new URLSearchParams({
      associatedContactId: contactId,
      threadStatus: status,
      limit: String(THREADS_PER_PAGE),
      ...(isArchived ? { archived: 'true' } : {}),
      ...(after === undefined ? {} : { after }),
    })
    const answer = await reading(() => api.get(`/conversations/v3/conversations/threads?${query.toString()}`))
    const next = textAt(answer, 'paging', 'next', 'after')
    return { entries: await entriesOf(answer, 'results'), ...(next === '' ? {} : { next }) }
  })
}

async function threadRecord(
  api: HubSpot,
  contact: FoundContact,
  { thread, isArchived }: { readonly thread: JsonValue; readonly isArchived: boolean },
): Promise<FoundRecord> {
  const id = textAt(thread, 'id')
  const messages = isArchived ? [] : await messagesOf(api, id)
  const createdAtMs = Date.parse(textAt(thread, 'createdAt'))
  const isShared = messages.some((message) => isFromOther(message, contact))
  return {
    part: 'threads',
    ref: id,
    parentRef: contact.object.id,
    attribution: attributionOf(contact.attribution, isShared),
    content: { ...(thread as JsonObject), archived: isArchived, messages },
    ...(Number.isNaN(createdAtMs) ? {} : { createdAtMs }),
    learned: [],
    label: `conversation of ${textAt(thread, 'createdAt').slice(0, 10)}`,
  }
}

function attributionOf(parent: Attribution, isShared: boolean): Attribution {
  // A conversation cannot be blanked, only deleted as a whole: another sender's part needs a decision.
  return parent.kind === 'certain' && isShared ? { kind: 'candidate', reason: 'shared_record' } : parent
}

async function messagesOf(api: HubSpot, threadId: string): Promise<readonly JsonValue[]> {
  const base = `/conversations/v3/conversations/threads/${encodeURIComponent(threadId)}/messages`
  const read = pages(async (after) => {
    const query = new URLSearchParams({ limit: String(MESSAGES_PER_PAGE), ...(after === undefined ? {} : { after }) })
    const answer = await reading(() => api.get(`${base}?${query.toString()}`))
    const next = textAt(answer, 'paging', 'next', 'after')
    return { entries: await entriesOf(answer, 'results'), ...(next === '' ? {} : { next }) }
  })
  const messages: JsonValue[] = []
  for await (const message of read) messages.push(await whole(api, base, message))
  return messages
}

/** A message with its full text: HubSpot shortens long ones in the list. */
async function whole(api: HubSpot, base: string, message: JsonValue): Promise<JsonValue> {
  const isWhole = ['', 'NOT_TRUNCATED'].includes(textAt(message, 'truncationStatus'))
  if (isWhole) return message
  const path = `${base}/${encodeURIComponent(textAt(message, 'id'))}/original-content`
  const original = await reading(() => api.get(path))
  return { ...(message as JsonObject), text: textAt(original, 'text'), richText: textAt(original, 'richText') }
}

/** Whether someone besides the contact and the account's own agents wrote the message. `V-` = contact, `E-` = address. */
function isFromOther(message: JsonValue, { object }: FoundContact): boolean {
  const own = new Set([`V-${object.id}`, ...addressesOf(object.properties).map((address) => `E-${address}`)])
  return listAt(message, 'senders')
    .map((sender) => textAt(sender, 'actorId'))
    .some((actor) => /^[VE]-/.test(actor) && !own.has(actor))
}

/** Files attached to the messages of a conversation's content. */
export function threadFileIds(content: JsonValue): readonly string[] {
  return listAt(content, 'messages')
    .flatMap((message) => listAt(message, 'attachments'))
    .map((attachment) => textAt(attachment, 'fileId'))
    .filter((id) => /^\d+$/.test(id))
}
