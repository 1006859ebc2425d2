import {
  DsrError,
  expectList,
  expectObject,
  identifierOf,
  objectsAt,
  pages,
  textAt,
} from '../../src/connector/index.ts'
import type { Attribution, HttpReply, JsonObject, LearnedIdentifier, Search } from '../../src/connector/index.ts'
import { readAnswer, readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { Judge, valuesOf } from './mapping.ts'
import type { Reached } from './mapping.ts'
import { searchAny } from './search.ts'

/** A contact that answers to one of the identifiers, and how sure it is the subject's. */
export interface FoundContact {
  readonly id: string
  readonly contact: JsonObject
  readonly attribution: Attribution
  readonly learned: readonly LearnedIdentifier[]
}

export interface FoundContacts {
  readonly contacts: readonly FoundContact[]
  /** Conversations that an address of the search began, whoever they belong to by now. */
  readonly authored: readonly JsonObject[]
  readonly judge: Judge
}

/**
 * Finds contacts by every identifier and compares each again. Search shows no archived and no merged contact: those are
 * found by external id and through the conversations that the address began.
 */
export async function findContacts(api: Intercom, search: Search): Promise<FoundContacts> {
  const reached = new Map<string, Reached>()
  const keep = (one: Reached): void => {
    const id = textAt(one.contact, 'id')
    if (!reached.has(id)) reached.set(id, one)
  }
  for (const contact of await searchContacts(api, search)) keep({ contact })
  for (const externalId of valuesOf(search.identifiers, 'external_id')) {
    const contact = await contactByExternalId(api, externalId)
    if (contact !== undefined) keep({ contact, byExternalId: externalId })
  }
  const emails = valuesOf(search.identifiers, 'email')
  const authored = await searchAuthored(api, emails)
  for (const [authorId, byEmail] of authorsOf(authored)) {
    if (reached.has(authorId)) continue
    const contact = await readContact(api, authorId)
    if (contact !== undefined) keep({ contact, byEmail })
  }
  const contacts = [...reached.values()].map(({ contact }) => contact)
  const judge = new Judge(search, contacts, {
    seats: await seatsAmong(api, emails),
    ownDomains: api.context.account.ownDomains,
  })
  return { contacts: await judged(api, judge, [...reached.values()]), authored, judge }
}

async function judged(api: Intercom, judge: Judge, reached: readonly Reached[]): Promise<readonly FoundContact[]> {
  const found: FoundContact[] = []
  for (const one of reached) {
    const attribution = judge.contact(one)
    if (attribution === undefined) continue
    const contact = { ...one.contact, merge_history: await mergeHistory(api, one.contact) }
    found.push({
      id: textAt(contact, 'id'),
      contact,
      attribution,
      learned: judge.learned(contact, attribution),
    })
  }
  return found
}

/** Contacts by e-mail, external id and phone in as few calls as the vendor lets. */
export function searchContacts(
  api: Intercom,
  { identifiers }: Pick<Search, 'identifiers'>,
): Promise<readonly JsonObject[]> {
  return searchAny(
    api,
    'contacts',
    identifiers.map(({ kind, value }) => ({ field: kind, value })),
  )
}

/** Conversations whose first message came from one of the addresses. */
export async function searchAuthored(api: Intercom, emails: readonly string[]): Promise<readonly JsonObject[]> {
  const wanted = emails.map((value) => ({ field: 'source.author.email', value }))
  const found = await searchAny(api, 'conversations', wanted)
  return found.filter((one) => authorEmail(one, emails) !== undefined)
}

function authorsOf(conversations: readonly JsonObject[]): ReadonlyMap<string, string> {
  return new Map(
    conversations.flatMap((one) => {
      const email = identifierOf('email', textAt(one, 'source', 'author', 'email'))?.value
      const id = textAt(one, 'source', 'author', 'id')
      return email === undefined || id === '' || isStaff(one) ? [] : [[id, email] as const]
    }),
  )
}

/** The address of the search that began the conversation, if one did; a teammate's outbound message is nobody's. */
export function authorEmail(conversation: JsonObject, emails: readonly string[]): string | undefined {
  const email = identifierOf('email', textAt(conversation, 'source', 'author', 'email'))?.value
  return email !== undefined && emails.includes(email) && !isStaff(conversation) ? email : undefined
}

function isStaff(conversation: JsonObject): boolean {
  return ['admin', 'bot', 'team'].includes(textAt(conversation, 'source', 'author', 'type'))
}

/** A contact by id; the one that it was merged into when it was; undefined when there is none. */
export async function readContact(api: Intercom, id: string): Promise<JsonObject | undefined> {
  idPath(id)
  return followMerge(api, await api.sdk((client) => client.contacts.find({ contact_id: id })))
}

/** A contact by the controller's own id, archived ones included. */
export async function contactByExternalId(api: Intercom, externalId: string): Promise<JsonObject | undefined> {
  idPath(externalId)
  const reply = await api.sdk((client) => client.contacts.showContactByExternalId({ external_id: externalId }))
  return followMerge(api, reply)
}

/** A merged contact answers 410 with a link to the final one (version 2.16), so one step is enough. */
async function followMerge(api: Intercom, reply: HttpReply): Promise<JsonObject | undefined> {
  if (reply.status !== 410) return readOrAbsent(reply)
  const target = mergeTarget(reply)
  const next = await api.sdk((client) => client.contacts.find({ contact_id: target }))
  if (next.status === 410) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'a merged contact leads to a merged one')
  return readOrAbsent(next)
}

function mergeTarget({ headers }: HttpReply): string {
  const target = /<[^>]*\/contacts\/([^>/?]+)>\s*;\s*rel="?canonical"?/i.exec(headers.link ?? '')?.[1]
  if (target === undefined)
    throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the vendor does not say what a contact was merged into')
  return decodeURIComponent(target)
}

/** The ids that were merged into a user; leads have no history. Raw: the SDK lacks the call. */
async function mergeHistory(api: Intercom, contact: JsonObject): Promise<readonly JsonObject[]> {
  if (textAt(contact, 'role') !== 'user') return []
  const path = `/contacts/${idPath(textAt(contact, 'id'))}/merge_history`
  const merged: JsonObject[] = []
  const read = pages(async (cursor) => {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`
    const answer = readOrAbsent(await api.raw({ method: 'GET', path: path + query }))
    if (answer === undefined) return { entries: [] }
    const next = answer.has_more === true ? textAt(answer, 'next_cursor') : ''
    return { entries: expectList(answer.data).map(expectObject), ...(next === '' ? {} : { next }) }
  })
  for await (const one of read) merged.push(one)
  return merged
}

/** Every id under which a contact's words may stand: its own and those merged into it. */
export function idsOf(contact: JsonObject): readonly string[] {
  return [
    textAt(contact, 'id'),
    ...objectsAt(contact, 'merge_history').map((one) => textAt(one, 'source_contact_id')),
  ].filter((id) => id !== '')
}

/** Which of the addresses belong to teammates. */
async function seatsAmong(api: Intercom, emails: readonly string[]): Promise<ReadonlySet<string>> {
  if (emails.length === 0) return new Set()
  const answer = readAnswer(await api.sdk((client) => client.admins.list()))
  const admins = expectList(answer.admins)
  const seats = admins.map((admin) => identifierOf('email', textAt(admin, 'email'))?.value)
  return new Set(emails.filter((email) => seats.includes(email)))
}
