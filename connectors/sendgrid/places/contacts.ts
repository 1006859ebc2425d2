import { chunks, expectObject, isJsonObject } from '../../../src/connector/index.ts'
import type { Attribution, FoundRecord, JsonObject } from '../../../src/connector/index.ts'
import type { Reply, SendGrid } from '../client.ts'
import { isRefusal, noteNoMarketing, readIfThere, refused } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { contactOf, labelOf, learnedFrom, matchOf } from '../mapping.ts'
import type { Contact, Wanted } from '../mapping.ts'
import { refOf } from '../refs.ts'
import { isoToMs, objectsOf, text, texts, unreadable } from '../shape.ts'
import { listNames, segmentNames } from './contact-groups.ts'

/** The vendor's maximum of one search; a longer address is searched as an identifier. */
const SEARCH_MAX = 100
const ADDRESS_MAX = 100

/** Marketing contacts, addresses of the subject on others' contacts, and memberships. */
export async function* readContacts(desk: Desk, wanted: Wanted): AsyncGenerator<FoundRecord> {
  await probeMarketing(desk)
  if (desk.gaps.has('contact')) return
  const all = await findContacts(desk, wanted)
  for (const contact of all) {
    const match = matchOf(desk.context, contact, { wanted, all })
    if (match?.by === 'contact') yield* recordsOf(desk, contact, match.attribution)
    if (match?.by === 'alternate') {
      for (const address of match.addresses) yield alternateRecord(desk, contact, address)
    }
  }
}

/**
 * The control of the contact search, whose normal "absent" is a 404: a host without Marketing Campaigns would answer the
 * same. Where counting contacts is unknown too, the place does not exist.
 */
export async function probeMarketing(desk: Desk): Promise<void> {
  if (desk.gaps.has('contact')) return
  const ask = { method: 'GET', path: '/v3/marketing/contacts/count', bucket: 'contacts' } as const
  const reply = await readIfThere(desk, ask)
  if (reply === undefined) noteNoMarketing(desk.gaps)
  else if (typeof expectObject(reply.json).contact_count !== 'number') throw unreadable()
}

async function* recordsOf(desk: Desk, contact: Contact, attribution: Attribution): AsyncGenerator<FoundRecord> {
  const ref = refOf({ subuser: desk.subuser, id: contact.id })
  yield {
    part: 'contact',
    ref,
    attribution,
    content: withoutMetadata(contact.raw),
    ...isoToMs(text(contact.raw, 'created_at')),
    learned: learnedFrom(desk.context, contact, attribution),
    label: labelOf(contact),
  }
  const memberships = [
    { part: 'lists', ids: texts(contact.raw, 'list_ids'), names: listNames },
    { part: 'segments', ids: texts(contact.raw, 'segment_ids'), names: segmentNames },
  ]
  for (const { part, ids, names } of memberships) {
    const nameOf = ids.length === 0 ? new Map<string, string>() : await names(desk)
    for (const id of ids) {
      yield {
        part,
        ref: refOf({ subuser: desk.subuser, id: `${contact.id}/${id}` }),
        parentRef: ref,
        attribution,
        content: { id, name: nameOf.get(id) ?? '' },
        learned: [],
      }
    }
  }
}

/** The other person's contact is not shown: only the address, and a label by which a person can decide. */
function alternateRecord(desk: Desk, contact: Contact, address: string): FoundRecord {
  const attribution = { kind: 'candidate', reason: 'alternate_address_of_another' } as const
  return {
    part: 'contact_alternate',
    ref: refOf({ subuser: desk.subuser, id: `${contact.id}/${address}` }),
    attribution,
    content: { alternate_email: address },
    learned: learnedFrom(desk.context, contact, attribution),
    label: labelOf(contact),
  }
}

/** Every contact that the vendor shows under any of the identifiers, each once. */
export async function findContacts(sendGrid: SendGrid, wanted: Wanted): Promise<readonly Contact[]> {
  const isShort = (email: string) => email.length <= ADDRESS_MAX
  const found = [
    ...(await searchAll(sendGrid, { kind: 'emails', values: wanted.emails.filter(isShort) })),
    ...(await searchAll(sendGrid, { kind: 'email', values: wanted.emails.filter((one) => !isShort(one)) })),
    ...(await searchAll(sendGrid, { kind: 'phone_number_id', values: wanted.phones })),
    ...(await searchAll(sendGrid, { kind: 'external_id', values: wanted.externalIds })),
  ]
  return [...new Map(found.map((contact) => [contact.id, contact])).values()]
}

interface SearchBy {
  readonly kind: 'emails' | 'email' | 'phone_number_id' | 'external_id'
  readonly values: readonly string[]
}

async function searchAll(sendGrid: SendGrid, { kind, values }: SearchBy): Promise<readonly Contact[]> {
  const found: Contact[] = []
  for (const some of chunks(values, SEARCH_MAX)) found.push(...(await search(sendGrid, { kind, values: some })))
  return found
}

/**
 * One search. 404 = none of the values is known: the vendor's normal "absent" (mc_contacts spec), after the control. 400 =
 * one of them is malformed: they are asked one by one, and a value that the vendor calls malformed can be no contact's.
 */
async function search(sendGrid: SendGrid, by: SearchBy): Promise<readonly Contact[]> {
  const isByAddress = by.kind === 'emails'
  const reply = await sendGrid.ask({
    method: 'POST',
    path: `/v3/marketing/contacts/search/${isByAddress ? by.kind : `identifiers/${by.kind}`}`,
    body: isByAddress ? { emails: by.values } : { identifiers: by.values },
    bucket: 'contacts',
  })
  if (reply.status === 404 && isRefusal(reply)) return []
  if (reply.status === 400 && by.values.length > 1) {
    const found: Contact[] = []
    for (const value of by.values) found.push(...(await search(sendGrid, { kind: by.kind, values: [value] })))
    return found
  }
  if (reply.status === 400 && isAboutValues(reply)) return []
  if (reply.status !== 200) throw refused(reply)
  return Object.values(expectObject(expectObject(reply.json).result)).flatMap(contactIn)
}

/** Whether a 400 is about the values searched for and not about the call. */
function isAboutValues({ json }: Reply): boolean {
  const body = expectObject(json)
  const errors = Array.isArray(body.errors) ? objectsOf(body.errors) : [body]
  return errors.some((error) => ['emails', 'identifiers'].includes(text(error, 'field')))
}

function contactIn(answer: JsonObject[string]): readonly Contact[] {
  const { contact } = expectObject(answer)
  return isJsonObject(contact) ? [contactOf(contact)] : []
}

/** The contacts of these ids that still exist. */
export async function contactsById(sendGrid: SendGrid, ids: readonly string[]): Promise<readonly Contact[]> {
  const found: Contact[] = []
  for (const some of chunks(ids, SEARCH_MAX)) {
    const reply = await readIfThere(sendGrid, {
      method: 'POST',
      path: '/v3/marketing/contacts/batch',
      body: { ids: some },
      bucket: 'contacts',
    })
    if (reply !== undefined) found.push(...objectsOf(expectObject(reply.json).result).map(contactOf))
  }
  return found
}

/** A contact job: `pending`, `completed`, `errored` or `failed`; undefined when the vendor no longer knows it. */
export async function contactJob(sendGrid: SendGrid, jobId: string): Promise<JsonObject | undefined> {
  const reply = await readIfThere(sendGrid, {
    method: 'GET',
    path: `/v3/marketing/contacts/imports/${encodeURIComponent(jobId)}`,
    bucket: 'contacts',
  })
  return reply === undefined ? undefined : expectObject(reply.json)
}

function withoutMetadata(raw: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => name !== '_metadata'))
}
