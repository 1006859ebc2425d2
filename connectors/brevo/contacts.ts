import { DAY_MS, isAt, listAt, objectAt, textAt } from '../../src/connector/index.ts'
import type { Attribution, JsonObject, JsonValue, LearnedIdentifier, Search } from '../../src/connector/index.ts'
import { readObject, readOrAbsent } from './answers.ts'
import { numberOf } from './client.ts'
import type { Brevo } from './client.ts'
import { Judge, PHONE_ATTRIBUTES, createdAt, digitsOf, emailOf, hasAttributes, valuesOf } from './mapping.ts'

/** A contact that answers to one of the identifiers, and how sure it is the subject's. */
export interface FoundContact {
  readonly id: string
  readonly contact: JsonObject
  readonly attribution: Attribution
  readonly learned: readonly LearnedIdentifier[]
  /** Campaign statistics: what comes with the contact, and earlier ones by window. */
  readonly history: readonly JsonObject[]
  /** Nothing but an address and the two blocks: what an erasure leaves. */
  readonly isStub: boolean
}

export interface FoundContacts {
  readonly contacts: readonly FoundContact[]
  readonly judge: Judge
}

type IdentifierType = 'email_id' | 'contact_id' | 'ext_id' | keyof typeof PHONE_ATTRIBUTES

/**
 * One contact by one identifier. The type always goes along: without it Brevo reads a number of the controller's own as a
 * contact's id, and shows somebody else.
 */
async function contactBy(
  api: Brevo,
  identifierType: IdentifierType,
  identifier: string | number,
): Promise<JsonObject | undefined> {
  return readOrAbsent(await api.send((client) => client.contacts.getContactInfo({ identifier, identifierType })))
}

export function contactById(api: Brevo, id: string): Promise<JsonObject | undefined> {
  return contactBy(api, 'contact_id', numberOf(id))
}

export function contactByEmail(api: Brevo, email: string): Promise<JsonObject | undefined> {
  return contactBy(api, 'email_id', email)
}

export function contactByPhone(api: Brevo, phone: string): Promise<JsonObject | undefined> {
  return contactBy(api, 'phone_id', digitsOf(phone))
}

/** Contacts by every identifier, each once; Brevo has no search for several. */
export async function readContacts(
  api: Brevo,
  identifiers: Search['identifiers'],
): Promise<ReadonlyMap<string, JsonObject>> {
  const asked: (readonly [IdentifierType, string])[] = [
    ...valuesOf(identifiers, 'email').map((email) => ['email_id', email] as const),
    ...valuesOf(identifiers, 'external_id').map((externalId) => ['ext_id', externalId] as const),
    ...valuesOf(identifiers, 'phone').flatMap((phone) =>
      (['phone_id', 'whatsapp_id', 'landline_number_id'] as const).map((type) => [type, digitsOf(phone)] as const),
    ),
  ]
  const found = new Map<string, JsonObject>()
  for (const [type, value] of asked) {
    const contact = await contactBy(api, type, value)
    if (contact !== undefined) found.set(String(numberOf(textAt(contact, 'id'))), contact)
  }
  return found
}

/** Judges what was read by every identifier: each contact is compared again. */
export async function judgeContacts(
  api: Brevo,
  search: Search,
  { read, ownerEmail }: { readonly read: ReadonlyMap<string, JsonObject>; readonly ownerEmail: string | undefined },
): Promise<FoundContacts> {
  const emails = [...read.values()].flatMap((contact) => emailOf(textAt(contact, 'email')) ?? [])
  const judge = new Judge(search, api.options, {
    ownDomains: api.context.account.ownDomains,
    seats: new Set([...(ownerEmail === undefined ? [] : [ownerEmail]), ...(await seatsBeside(api, emails))]),
  })
  const contacts: FoundContact[] = []
  for (const [id, contact] of read) {
    const attribution = judge.contact(contact)
    if (attribution === undefined) continue
    const history = await readHistory(api, id, contact)
    contacts.push({
      id,
      contact,
      attribution,
      learned: judge.learned(contact, attribution),
      history,
      isStub: isBare(contact) && history.length === 0,
    })
  }
  return { contacts, judge }
}

/** Addresses of the account's users; asked for only when there is an address to compare. */
async function seatsBeside(api: Brevo, emails: readonly string[]): Promise<readonly string[]> {
  if (emails.length === 0) return []
  const answer = readObject(await api.send((client) => client.user.getInvitedUsersList()))
  return listAt(answer, 'users').flatMap((user) => emailOf(textAt(user, 'email')) ?? [])
}

/** Whether both blocks are set and nothing else is kept: no attributes, no lists. History is looked at beside it. */
export function isBare(contact: JsonObject): boolean {
  const isOnList = listAt(contact, 'listIds').length > 0 || listAt(contact, 'listUnsubscribed').length > 0
  return isBlocked(contact) && !isOnList && !hasAttributes(contact)
}

export function isBlocked(contact: JsonValue): boolean {
  return isAt(contact, 'emailBlacklisted') && isAt(contact, 'smsBlacklisted')
}

/** As `isBare`, with the statistics that come with the contact. */
export function isStubNow(contact: JsonObject): boolean {
  return isBare(contact) && isEmptyHistory(objectAt(contact, 'statistics'))
}

const WINDOW_DAYS = 90

/** Statistics of the last 90 days come with the contact; earlier ones are asked for by windows of 90 days. */
async function readHistory(api: Brevo, id: string, contact: JsonObject): Promise<readonly JsonObject[]> {
  const recent = objectAt(contact, 'statistics')
  const history = isEmptyHistory(recent) ? [] : [{ period: 'the last 90 days', ...recent }]
  const nowMs = api.context.clock.nowMs()
  const { createdAtMs = nowMs } = createdAt(contact)
  // A day of overlap on either side: the account's days are not ours.
  for (let endMs = nowMs - (WINDOW_DAYS - 1) * DAY_MS; endMs > createdAtMs - DAY_MS; endMs -= WINDOW_DAYS * DAY_MS) {
    const [startDate, endDate] = [dateOf(endMs - (WINDOW_DAYS - 1) * DAY_MS), dateOf(endMs)]
    const earlier = readObject(
      await api.send((client) => client.contacts.getContactStats({ identifier: numberOf(id), startDate, endDate })),
    )
    if (!isEmptyHistory(earlier)) history.push({ period: `${startDate} to ${endDate}`, ...earlier })
  }
  return history
}

/** Every list empty, also those one level down (`unsubscriptions`). */
function isEmptyHistory(statistics: JsonObject): boolean {
  return Object.entries(statistics).every(([name, value]) =>
    name === 'unsubscriptions'
      ? Object.keys(objectAt(statistics, name)).every((kind) => listAt(statistics, name, kind).length === 0)
      : Array.isArray(value) && value.length === 0,
  )
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
