import { note } from '../../../src/connector/testing.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { authorOf, noteFiles, noteFilesOf, storeFile } from './plant-conversations.ts'
import type { Garden } from './garden.ts'
import { ADMIN, longId, shortId } from './state.ts'
import type { StoredContact } from './state.ts'

/** Three tickets of the person alone, the first with files, and one with a colleague. */
export function plantTickets(garden: Garden, user: StoredContact): void {
  for (const isWithFiles of [true, false, false]) plantTicket(garden, user, isWithFiles)
  const own = ticketPart(garden, user, [storeFile(garden, 'mine.txt')])
  const shared = storeTicket(garden, {
    contacts: [user.id, garden.colleague.id],
    parts: [own, ticketPart(garden, garden.colleague, [storeFile(garden, 'not-mine.txt')])],
    attributes: {},
  })
  note(garden, 'shared_tickets', shared)
  // Erasure leaves the ticket, files and all.
  noteFilesOf(garden, 'shared_tickets', { place: `ticket/${shared}`, message: own })
}

function plantTicket(garden: Garden, user: StoredContact, isWithFiles: boolean): void {
  const part = ticketPart(garden, user, isWithFiles ? [storeFile(garden, 'ticket.txt')] : [])
  const attributes: Readonly<Record<string, readonly JsonObject[]>> = isWithFiles
    ? { 'Site photo': [storeFile(garden, 'site.txt')] }
    : {}
  const id = storeTicket(garden, { contacts: [user.id], parts: [part], attributes })
  note(garden, 'tickets', id)
  if (!isWithFiles) return
  noteFiles(garden, `ticket/${id}`, part)
  noteFiles(garden, `ticket/${id}`, { id: 'attribute:Site%20photo', attachments: attributes['Site photo'] ?? [] })
}

function ticketPart({ desk, at }: Garden, user: StoredContact, files: readonly JsonObject[]): JsonObject {
  return {
    type: 'ticket_part',
    id: shortId(desk.vendor),
    part_type: 'comment',
    body: '<p>It broke</p>',
    created_at: at,
    updated_at: at,
    author: { ...authorOf(user), type: 'user' },
    attachments: files,
    redacted: false,
  }
}

interface NewTicket {
  readonly contacts: readonly string[]
  readonly parts: readonly JsonObject[]
  readonly attributes: JsonObject
}

function storeTicket({ desk, at }: Garden, { contacts, parts, attributes }: NewTicket): string {
  const id = longId(desk.vendor)
  desk.vendor.tickets.set(id, {
    type: 'ticket',
    id,
    ticket_id: shortId(desk.vendor),
    category: 'Customer',
    ticket_attributes: { _default_title_: 'Broken', _default_description_: 'It does not start', ...attributes },
    contacts: { type: 'contact.list', contacts: contacts.map((one) => ({ type: 'contact', id: one })) },
    admin_assignee_id: Number(ADMIN.id),
    team_assignee_id: 0,
    created_at: at,
    updated_at: at,
    open: true,
    ticket_parts: { type: 'ticket_part.list', ticket_parts: parts, total_count: parts.length },
    is_shared: true,
  })
  return id
}
