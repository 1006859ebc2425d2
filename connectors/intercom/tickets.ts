import { createdAt } from './instants.ts'
import { textAt } from '../../src/connector/index.ts'
import type { FoundRecord, JsonObject } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { idsOf } from './contacts.ts'
import type { FoundContact } from './contacts.ts'
import { participantsOf } from './conversations.ts'
import { candidate, exportedObject, isCertain } from './mapping.ts'
import { attributeFiles, fileRecords, messagesOf } from './messages.ts'
import { searchAny } from './search.ts'

/** All tickets of the contacts with their files: business records, about which a person decides. */
export async function* findTickets(
  api: Intercom,
  contacts: readonly FoundContact[],
): AsyncGenerator<FoundRecord, void, undefined> {
  if (api.options.notInUse.has('tickets')) return
  const wanted = contacts.map(({ id }) => ({ field: 'contact_ids', value: id }))
  for (const { id } of await searchAny(api, 'tickets', wanted)) {
    const ticket = await readTicket(api, textAt({ id: id ?? null }, 'id'))
    if (ticket !== undefined) yield* recordsOf(ticket, contacts)
  }
}

export async function readTicket(api: Intercom, id: string): Promise<JsonObject | undefined> {
  idPath(id)
  return readOrAbsent(await api.sdk((client) => client.tickets.get({ ticket_id: id })))
}

function* recordsOf(ticket: JsonObject, contacts: readonly FoundContact[]): Generator<FoundRecord, void, undefined> {
  const participants = participantsOf(ticket)
  const own = contacts.filter(({ id }) => participants.includes(id))
  const parent = own.find(isCertain) ?? own[0]
  if (parent === undefined) return
  const isOwn = (id: string) => own.some((one) => one.id === id && (isCertain(one) || one === parent))
  const others = participants.filter((id) => !isOwn(id))
  const isShared = others.length > 0
  const id = textAt(ticket, 'id')
  const attribution = isCertain(parent) ? candidate(isShared ? 'shared_record' : 'business_record') : parent.attribution
  yield {
    part: isShared ? 'shared_tickets' : 'tickets',
    ref: id,
    parentRef: parent.id,
    attribution,
    content: { ...exportedObject(ticket), ...(isShared ? { shared_with: others } : {}) },
    ...createdAt(ticket),
    learned: [],
    label: labelOf(ticket, others.length),
  }
  // A ticket with others stays with its files; the subject's are those that they sent themselves.
  const ownIds = own.flatMap(({ contact }) => idsOf(contact))
  const messages = isShared
    ? messagesOf(ticket).filter(({ authorId }) => ownIds.includes(authorId))
    : [...messagesOf(ticket), ...attributeFiles(ticket)]
  const part = isShared ? 'shared_tickets' : 'attachments'
  yield* fileRecords(messages, { part, place: `ticket/${id}`, parentRef: id, attribution })
}

function labelOf(ticket: JsonObject, others: number): string {
  const title = textAt(ticket, 'ticket_attributes', '_default_title_')
  const shared = others === 0 ? '' : `, with ${others} other people`
  return `ticket ${textAt(ticket, 'ticket_id')}${title === '' ? '' : ` “${title}”`}${shared}`
}
