import { objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { INDEX_LAG_MS, MINUTE_MS, PLACES, WORKSPACE, contactId, isVisible, secondsOf } from './state.ts'
import type { Desk, Doc, PlaceName, StoredContact } from './state.ts'

export interface NewContact {
  readonly role: 'user' | 'lead'
  readonly email: string
  readonly name: string | null
  readonly phone: string | null
  readonly externalId: string | null
  readonly city: string | null
  readonly attributes: JsonObject
}

export function storeContact(desk: Desk, fresh: NewContact, indexedAtMs = 0): StoredContact {
  const id = contactId(desk.vendor)
  const at = secondsOf(desk.nowMs())
  const contact: StoredContact = {
    id,
    doc: {
      type: 'contact',
      id,
      workspace_id: WORKSPACE,
      external_id: fresh.externalId,
      role: fresh.role,
      email: fresh.email,
      email_domain: fresh.email.split('@')[1] ?? '',
      phone: fresh.phone,
      name: fresh.name,
      avatar: null,
      owner_id: null,
      has_hard_bounced: false,
      marked_email_as_spam: false,
      unsubscribed_from_emails: false,
      created_at: at,
      updated_at: at,
      last_seen_at: at,
      location: { type: 'location', country: 'Belgium', region: null, city: fresh.city },
      custom_attributes: fresh.attributes,
    },
    places: emptyPlaces(),
    isArchived: false,
    indexedAtMs,
    mergeHistory: [],
  }
  desk.vendor.contacts.set(id, contact)
  return contact
}

function emptyPlaces(): Record<PlaceName, JsonObject[]> {
  // One entry for each name: this is the border.
  return Object.fromEntries(PLACES.map((name) => [name, []])) as unknown as Record<PlaceName, JsonObject[]>
}

/** What search goes through: neither archived nor merged, and as late as the index is. */
export function searchable(desk: Desk): readonly JsonObject[] {
  const nowMs = desk.nowMs()
  return [...desk.vendor.contacts.values()]
    .filter(
      ({ isArchived, mergedInto, indexedAtMs }) => !isArchived && mergedInto === undefined && indexedAtMs <= nowMs,
    )
    .filter(({ goneAtMs, forgottenAtMs }) => goneAtMs === undefined || (forgottenAtMs ?? goneAtMs) > nowMs)
    .map(({ doc }) => doc)
}

export function indexLag(desk: Desk): number {
  return desk.switches.is('index', 'after_minutes') ? INDEX_LAG_MS / desk.speed : 0
}

/** Deletes a contact with what hangs on it: its own conversations go along, those with others stay. */
export function deleteContact(desk: Desk, contact: StoredContact): void {
  const { vendor } = desk
  const nowMs = desk.nowMs()
  contact.goneAtMs = desk.switches.is('contact_after_delete', 'gone_at_once') ? nowMs : nowMs + MINUTE_MS / desk.speed
  contact.forgottenAtMs = Math.max(contact.goneAtMs, nowMs + indexLag(desk))
  if (desk.switches.is('notes_after_contact', 'kept'))
    for (const note of contact.places.notes) vendor.strayNotes.set(textAt(note, 'id'), note)
  for (const [id, conversation] of vendor.conversations) {
    const participants = participantIds(conversation)
    if (participants.length === 1 && participants[0] === contact.id) deleteConversation(desk, id, true)
    else if (desk.switches.is('author_after_delete', 'anonymised')) anonymise(conversation, contact.id)
  }
  if (desk.switches.is('tickets_after_contact', 'gone'))
    for (const [id, ticket] of vendor.tickets)
      if (participantIds(ticket).join() === contact.id) vendor.tickets.delete(id)
}

export function participantIds(record: JsonObject): readonly string[] {
  const contacts = record.contacts
  return objectsAt(
    typeof contacts === 'object' && contacts !== null && 'contacts' in contacts ? contacts.contacts : [],
  ).map((one) => textAt(one, 'id'))
}

export function deleteConversation(desk: Desk, id: string, isRetained: boolean): void {
  const { vendor } = desk
  const conversation = vendor.conversations.get(id)
  vendor.conversations.delete(id)
  vendor.sides.delete(id)
  const deletedAt = secondsOf(desk.nowMs())
  vendor.deleted.unshift({ type: 'conversation', id, metrics_retained: isRetained, deleted_at: deletedAt })
  if (isRetained && textAt(conversation?.conversation_rating, 'rating') !== '') vendor.retainedRatings.add(id)
  for (const [callId, call] of vendor.calls) {
    if (textAt(call.doc, 'conversation_id') !== id) continue
    if (desk.switches.is('recordings_after_conversation', 'gone')) call.hasRecording = false
    if (desk.switches.is('calls_after_conversation', 'gone')) vendor.calls.delete(callId)
  }
}

function anonymise(conversation: Doc, contactId: string): void {
  const isTheirs = (message: JsonObject): boolean => textAt(message.author, 'id') === contactId
  const nobody = { type: 'user', id: contactId, name: null }
  mapMessages(conversation, (message) => (isTheirs(message) ? { ...message, author: nobody } : message))
}

/** Replaces every message of a conversation: its beginning and its parts. */
export function mapMessages(conversation: Doc, change: (message: JsonObject, isSource: boolean) => JsonObject): void {
  const { source, conversation_parts: parts } = conversation
  if (typeof source === 'object' && source !== null && 'id' in source) conversation.source = change(source, true)
  if (typeof parts !== 'object' || parts === null || !('conversation_parts' in parts)) return
  const changed = objectsAt(parts.conversation_parts).map((part) => change(part, false))
  conversation.conversation_parts = { ...parts, conversation_parts: changed }
}

export function contactSeen(desk: Desk, id: string): StoredContact | undefined {
  const contact = desk.vendor.contacts.get(id)
  if (!isVisible(desk, contact)) return undefined
  return contact.isArchived && desk.switches.is('archived_by_id', 'not_found') ? undefined : contact
}
