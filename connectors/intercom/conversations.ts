import { createdAt } from './instants.ts'
import { CERTAIN, chunks, expectList, expectObject, objectsAt, textAt, valueAt } from '../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject, Search } from '../../src/connector/index.ts'
import { readAnswer, readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { authorEmail, idsOf } from './contacts.ts'
import type { FoundContact, FoundContacts } from './contacts.ts'
import { candidate, exportedObject, isCertain, valuesOf } from './mapping.ts'
import { fileRecords, messagesOf } from './messages.ts'
import { allOf } from './paging.ts'
import { searchAny } from './search.ts'

/** A conversation of the subject, and with whom else it is. */
interface Talk {
  readonly conversation: JsonObject
  readonly parent: FoundContact | undefined
  /** Other people's contacts in it. */
  readonly others: readonly string[]
  /** Ids under which the subject writes in it. */
  readonly ownIds: readonly string[]
  readonly attribution: Attribution
}

/** All conversations of the contacts and those that an address of the search began, with what hangs on them. */
export async function* findConversations(
  api: Intercom,
  found: FoundContacts,
  search: Search,
): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('conversations')) return
  const byContact = await searchAny(
    api,
    'conversations',
    found.contacts.map(({ id }) => ({ field: 'contact_ids', value: id })),
  )
  const ids = new Set([...byContact, ...found.authored].map((one) => textAt(one, 'id')))
  const talks: Talk[] = []
  for (const id of ids) {
    const conversation = await readConversation(api, id)
    // The index may still show what was deleted a minute ago.
    if (conversation === undefined) continue
    const talk = talkOf(conversation, found, search)
    if (talk !== undefined) talks.push(talk)
  }
  for (const talk of talks) yield* recordsOf(api, talk)
  if (!api.options.notInUse.has('calls')) yield* findCalls(api, talks)
}

export async function readConversation(api: Intercom, id: string): Promise<JsonObject | undefined> {
  idPath(id)
  return readOrAbsent(await api.sdk((client) => client.conversations.find({ conversation_id: id })))
}

/** Ids of the contacts in a conversation or ticket. */
export function participantsOf(record: JsonObject): readonly string[] {
  return objectsAt(record, 'contacts', 'contacts').map((one) => textAt(one, 'id'))
}

function talkOf(
  conversation: JsonObject,
  { contacts, judge }: FoundContacts,
  { identifiers, right }: Search,
): Talk | undefined {
  const participants = participantsOf(conversation)
  const own = contacts.filter(({ id }) => participants.includes(id))
  const email = authorEmail(conversation, valuesOf(identifiers, 'email'))
  const parent = own.find(isCertain) ?? own[0]
  if (parent === undefined && email === undefined) return undefined
  const isOwn = (id: string) => own.some((one) => one.id === id && (isCertain(one) || one === parent))
  const others = participants.filter((id) => !isOwn(id))
  const sure = parent?.attribution ?? judge.address(email ?? '')
  // Erasure redacts the subject's own words and leaves the conversation; to show it would disclose another person.
  const isSafe = others.length === 0 || right === 'erasure'
  return {
    conversation,
    parent,
    others,
    ownIds: [
      ...own.filter((one) => isOwn(one.id)).flatMap(({ contact }) => idsOf(contact)),
      ...(email === undefined ? [] : [textAt(conversation, 'source', 'author', 'id')]),
    ].filter((id) => id !== ''),
    attribution: sure.kind === 'certain' ? (isSafe ? CERTAIN : candidate('shared_record')) : sure,
  }
}

async function* recordsOf(api: Intercom, talk: Talk): AsyncGenerator<FoundRecord, void, undefined> {
  const { conversation, parent, others, ownIds, attribution } = talk
  const id = textAt(conversation, 'id')
  const isShared = others.length > 0
  yield {
    part: 'conversations',
    ref: id,
    ...(parent === undefined ? {} : { parentRef: parent.id }),
    attribution,
    content: {
      ...exportedObject(conversation),
      ...(isShared ? { shared_with: others, own_ids: ownIds } : {}),
      ...hiddenParts(conversation),
    },
    ...createdAt(conversation),
    learned: [],
    label: `conversation${isShared ? ` with ${others.length} other people` : ''}`,
  }
  const messages = messagesOf(conversation)
  // In a conversation with others a file is its sender's.
  const own = isShared ? messages.filter(({ authorId }) => ownIds.includes(authorId)) : messages
  yield* fileRecords(own, { part: 'attachments', place: `conversation/${id}`, parentRef: id, attribution })
  yield* ratingRecords(talk)
  yield* sideRecords(api, talk)
}

/** Intercom shows the 500 newest parts of a conversation and no others. */
function hiddenParts(conversation: JsonObject): { readonly parts_not_shown?: number } {
  const shown = objectsAt(conversation, 'conversation_parts', 'conversation_parts').length
  const total = Number(textAt(conversation, 'conversation_parts', 'total_count'))
  return total > shown ? { parts_not_shown: total - shown } : {}
}

function extra(talk: Talk, part: string, { id, content }: { readonly id: string; readonly content: JsonObject }) {
  const isShared = talk.others.length > 0
  return {
    part: isShared ? 'shared_conversation_extras' : part,
    ref: isShared ? `${part}/${id}` : id,
    parentRef: textAt(talk.conversation, 'id'),
    attribution: talk.attribution,
    content: exportedObject(content),
    ...createdAt(content),
    learned: [],
  } satisfies FoundRecord
}

function* ratingRecords(talk: Talk): Generator<FoundRecord, void, undefined> {
  const rating = valueAt(talk.conversation, 'conversation_rating')
  const isGiven = textAt(rating, 'rating') !== '' || textAt(rating, 'remark') !== ''
  const raterId = textAt(rating, 'contact', 'id')
  const isOwn = talk.others.length === 0 || talk.ownIds.includes(raterId)
  if (!isGiven || !isOwn) return
  yield extra(talk, 'ratings', { id: textAt(talk.conversation, 'id'), content: expectObject(rating) })
}

/** Raw: the SDK lacks the call. */
async function* sideRecords(api: Intercom, talk: Talk): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('side_conversations')) return
  const id = textAt(talk.conversation, 'id')
  const sides = await allOf({
    name: 'side_conversations',
    fetch: (query) =>
      api.raw({ method: 'GET', path: `/conversations/${idPath(id)}/side_conversations${queryText(query)}` }),
  })
  for (const side of sides)
    yield extra(talk, 'side_conversations', { id: `${id}/${textAt(side, 'side_conversation_id')}`, content: side })
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

const CONVERSATIONS_PER_CALL_SEARCH = 20

async function* findCalls(api: Intercom, talks: readonly Talk[]): AsyncGenerator<FoundRecord, void, undefined> {
  const byId = new Map(talks.map((talk) => [textAt(talk.conversation, 'id'), talk]))
  for (const conversation_ids of chunks([...byId.keys()], CONVERSATIONS_PER_CALL_SEARCH)) {
    const reply = await api.sdk((client) =>
      client.calls.listCallsWithTranscripts({ conversation_ids: [...conversation_ids] }),
    )
    for (const call of expectList(readAnswer(reply).data).map(expectObject)) {
      const talk = byId.get(textAt(call, 'conversation_id'))
      if (talk !== undefined) yield* callRecords(talk, call)
    }
  }
}

function* callRecords(talk: Talk, call: JsonObject): Generator<FoundRecord, void, undefined> {
  const id = textAt(call, 'id')
  if (talk.others.length > 0 && !talk.ownIds.includes(textAt(call, 'contact_id'))) return
  yield extra(talk, 'calls', { id, content: call })
  if (textAt(call, 'recording_url') === '') return
  const recording = extra(talk, 'call_recordings', { id, content: { recording_of_call: id } })
  yield talk.others.length > 0 ? recording : { ...recording, parentRef: id }
}
