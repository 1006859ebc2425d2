import { note } from '../../../src/connector/testing.ts'
import { isJsonObject, objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import type { Garden } from './garden.ts'
import { ADMIN, contactId, longId, shortId } from './state.ts'
import type { Doc, StoredContact } from './state.ts'

/** Three conversations of the person alone, one with a colleague, and one whose contact is gone. */
export function plantConversations(garden: Garden, user: StoredContact): void {
  plantRich(garden, user)
  plantPlain(garden, user)
  const [, lead = user] = garden.own
  plantPlain(garden, lead)
  plantShared(garden, user)
  plantOrphan(garden)
}

interface Talk {
  readonly doc: Doc
  readonly id: string
}

interface Beginning {
  readonly author: JsonObject
  readonly contacts: readonly string[]
  readonly parts: readonly JsonObject[]
  readonly files?: readonly JsonObject[]
}

export function authorOf({ doc, id }: StoredContact): JsonObject {
  return { type: doc.role ?? 'user', id, name: doc.name ?? null, email: doc.email ?? '' }
}

function storeConversation({ desk, at }: Garden, { author, contacts, parts, files = [] }: Beginning): Talk {
  const id = longId(desk.vendor)
  const doc: Doc = {
    type: 'conversation',
    id,
    title: 'A question',
    created_at: at,
    updated_at: at,
    open: true,
    state: 'open',
    read: true,
    priority: 'none',
    source: {
      type: 'conversation',
      id: shortId(desk.vendor),
      delivered_as: 'customer_initiated',
      subject: 'A question',
      body: `<p>How do I do this, ${id}?</p>`,
      author,
      attachments: files,
      redacted: false,
    },
    contacts: { type: 'contact.list', contacts: contacts.map((one) => ({ type: 'contact', id: one })) },
    conversation_rating: null,
    conversation_parts: {
      type: 'conversation_part.list',
      conversation_parts: parts,
      total_count: parts.length,
    },
  }
  desk.vendor.conversations.set(id, doc)
  return { doc, id }
}

function partBy({ desk, at }: Garden, author: JsonObject, more: JsonObject = {}): JsonObject {
  const id = shortId(desk.vendor)
  return {
    type: 'conversation_part',
    id,
    part_type: 'comment',
    body: `<p>Words ${id}</p>`,
    created_at: at,
    updated_at: at,
    author,
    attachments: [],
    redacted: false,
    ...more,
  }
}

/** A file behind an address that expires and carries its own credential. */
export function storeFile({ desk, person }: Garden, name: string): JsonObject {
  const id = shortId(desk.vendor)
  desk.vendor.files.set(id, `file ${id} of ${person.key}`)
  const url = `${desk.baseUrl}/signed/files/${id}?expires=1&signature=s${id}`
  return { type: 'upload', name, url, content_type: 'text/plain', filesize: 24, width: 0, height: 0 }
}

/** The files of a message as the connector names them. */
export function noteFiles(garden: Garden, place: string, message: JsonObject | undefined): void {
  noteFilesOf(garden, 'attachments', { place, message })
}

interface Carrier {
  readonly place: string
  readonly message: JsonObject | undefined
}

export function noteFilesOf(garden: Garden, part: string, { place, message }: Carrier): void {
  const files = objectsAt(message?.attachments)
  for (const at of files.keys()) note(garden, part, `${place}/${textAt(message, 'id')}/${at}`)
  garden.files[part] = (garden.files[part] ?? 0) + files.length
}

function rate({ at }: Garden, { doc }: Talk, contact: StoredContact): void {
  doc.conversation_rating = {
    rating: 4,
    remark: 'Quick help',
    created_at: at,
    updated_at: at,
    contact: { type: 'contact', id: contact.id },
    teammate: { type: 'admin', id: ADMIN.id },
  }
}

function plantRich(garden: Garden, user: StoredContact): void {
  const author = authorOf(user)
  const parts = [
    partBy(garden, ADMIN),
    partBy(garden, author, { attachments: [storeFile(garden, 'plan.txt'), storeFile(garden, 'photo.txt')] }),
    partBy(garden, ADMIN, { part_type: 'note' }),
  ]
  const talk = storeConversation(garden, {
    author,
    contacts: [user.id],
    parts,
    files: [storeFile(garden, 'first.txt')],
  })
  rate(garden, talk, user)
  note(garden, 'conversations', talk.id)
  note(garden, 'ratings', talk.id)
  noteFiles(garden, `conversation/${talk.id}`, isJsonObject(talk.doc.source) ? talk.doc.source : undefined)
  noteFiles(garden, `conversation/${talk.id}`, parts[1])
  for (const side of plantSides(garden, talk)) note(garden, 'side_conversations', `${talk.id}/${side}`)
  const call = plantCall(garden, talk, user)
  note(garden, 'calls', call)
  note(garden, 'call_recordings', call)
  garden.files.call_recordings = (garden.files.call_recordings ?? 0) + 1
}

function plantPlain(garden: Garden, contact: StoredContact): void {
  const parts = [partBy(garden, ADMIN), partBy(garden, authorOf(contact))]
  note(
    garden,
    'conversations',
    storeConversation(garden, { author: authorOf(contact), contacts: [contact.id], parts }).id,
  )
}

/** The person begins, a colleague joins; what each of them said stays apart. */
function plantShared(garden: Garden, user: StoredContact): void {
  const { colleague } = garden
  const own = partBy(garden, authorOf(user), { attachments: [storeFile(garden, 'own.txt')] })
  const theirs = partBy(garden, authorOf(colleague), { attachments: [storeFile(garden, 'theirs.txt')] })
  const talk = storeConversation(garden, {
    author: authorOf(user),
    contacts: [user.id, colleague.id],
    parts: [own, theirs, partBy(garden, ADMIN)],
  })
  rate(garden, talk, user)
  note(garden, 'conversations', talk.id)
  noteFiles(garden, `conversation/${talk.id}`, own)
  const extras = 'shared_conversation_extras'
  note(garden, extras, `ratings/${talk.id}`)
  for (const side of plantSides(garden, talk)) note(garden, extras, `side_conversations/${talk.id}/${side}`)
  const call = plantCall(garden, talk, user)
  note(garden, extras, `calls/${call}`)
  note(garden, extras, `call_recordings/${call}`)
  garden.files[extras] = (garden.files[extras] ?? 0) + 1
}

/** Its contact was deleted by hand long ago; the address of whoever began it is all that is left. */
function plantOrphan(garden: Garden): void {
  const author = {
    type: 'user',
    id: contactId(garden.desk.vendor),
    name: `${garden.person.firstName} ${garden.person.lastName}`,
    email: garden.person.email,
  }
  note(garden, 'conversations', storeConversation(garden, { author, contacts: [], parts: [partBy(garden, ADMIN)] }).id)
}

function plantSides(garden: Garden, { id }: Talk): readonly string[] {
  const { vendor } = garden.desk
  const ids = [shortId(vendor), shortId(vendor), shortId(vendor)]
  const sides = ids.map((side_conversation_id) => ({
    side_conversation_id,
    conversation_parts: [partBy(garden, ADMIN)],
    total_count: 1,
  }))
  vendor.sides.set(id, sides)
  return ids
}

function plantCall({ desk, person, at }: Garden, { id: conversation }: Talk, contact: StoredContact): string {
  const id = shortId(desk.vendor)
  const doc = {
    type: 'call',
    id,
    conversation_id: conversation,
    admin_id: ADMIN.id,
    contact_id: contact.id,
    state: 'ended',
    created_at: at,
    recording_url: `${desk.baseUrl}/signed/recordings/${id}?sig=2`,
    transcription_url: null,
    call_type: 'phone',
    direction: 'inbound',
    ended_reason: 'completed',
    phone: person.phone,
  }
  desk.vendor.calls.set(id, { doc, transcript: [{ speaker: 'contact', text: 'Good morning' }], hasRecording: true })
  return id
}
