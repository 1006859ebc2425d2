import { isJsonObject, objectsAt, textAt } from '../../../src/connector/index.ts'
import type { JsonObject, JsonValue } from '../../../src/connector/index.ts'
import { countRefs } from '../../../src/connector/testing.ts'
import type { PlantedPerson } from '../../../src/connector/testing.ts'
import { contactSeen, participantIds } from './contacts.ts'
import type { Planted } from './plant.ts'
import { isVisible } from './state.ts'
import type { Desk } from './state.ts'

/** How many of the person's records each part still shows. */
export function countRemaining(desk: Desk, one: Planted): Readonly<Record<string, number>> {
  return countRefs(one.planted, (part, ref) => isLeft(desk, one, { part, ref }))
}

interface Place {
  readonly part: string
  readonly ref: string
}

function isLeft(desk: Desk, one: Planted, { part, ref }: Place): boolean {
  const { vendor } = desk
  const [first = '', second = '', third = '', fourth = ''] = ref.split('/')
  switch (part) {
    case 'contact': {
      const contact = contactThere(desk, ref)
      return contact !== undefined && !textAt(contact, 'email').endsWith('@erased.invalid')
    }
    case 'notes':
      return contactThere(desk, first) !== undefined || vendor.strayNotes.has(second)
    case 'conversations':
      return isConversationLeft(desk, one, ref)
    case 'side_conversations':
      return vendor.conversations.has(first)
    case 'shared_conversation_extras':
      return first.startsWith('call') ? vendor.calls.has(second) : vendor.conversations.has(second)
    case 'attachments':
      return isFileLeft(
        first === 'ticket' ? vendor.tickets.get(second) : vendor.conversations.get(second),
        third,
        fourth,
      )
    case 'ratings':
      return vendor.conversations.has(ref) || vendor.retainedRatings.has(ref)
    case 'calls':
      return vendor.calls.has(ref)
    case 'call_recordings':
      return vendor.calls.get(ref)?.hasRecording === true
    case 'tickets':
      return vendor.tickets.has(ref)
    case 'shared_tickets':
      return vendor.tickets.has(first === 'ticket' ? second : first)
    case 'custom_objects':
      return vendor.objects.has(ref)
    case 'visitors':
      return [...vendor.visitors.values()].some(({ id }) => id === ref)
    default:
      return contactThere(desk, first) !== undefined
  }
}

function contactThere(desk: Desk, id: string): JsonObject | undefined {
  const contact = desk.vendor.contacts.get(id)
  return isVisible(desk, contact) ? contact.doc : undefined
}

function messagesIn(record: JsonObject): readonly JsonObject[] {
  const listIn = (value: JsonValue | undefined, name: string) => (isJsonObject(value) ? objectsAt(value[name]) : [])
  return [
    ...(isJsonObject(record.source) ? [record.source] : []),
    ...listIn(record.conversation_parts, 'conversation_parts'),
    ...listIn(record.ticket_parts, 'ticket_parts'),
  ]
}

/** A conversation with others is the person's as long as it shows their words, files, name or contact. */
function isConversationLeft({ vendor }: Desk, { ownIds, colleagueId, planted }: Planted, id: string): boolean {
  const conversation = vendor.conversations.get(id)
  if (conversation === undefined) return false
  if (!participantIds(conversation).includes(colleagueId)) return true
  if (participantIds(conversation).some((one) => ownIds.includes(one))) return true
  return messagesIn(conversation).some((message) => {
    const isOwn = ownIds.includes(textAt(message.author, 'id'))
    const isNamed = textAt(message.author, 'email') === planted.person.email
    return isNamed || (isOwn && (message.redacted !== true || objectsAt(message.attachments).length > 0))
  })
}

function isFileLeft(record: JsonObject | undefined, messageId: string, at: string): boolean {
  if (record === undefined) return false
  if (messageId.startsWith('attribute:')) return true
  const message = messagesIn(record).find(({ id }) => id === messageId)
  return objectsAt(message?.attachments)[Number(at)] !== undefined
}

/** Everything the vendor stores on the person as canonical text. */
export function takePicture(desk: Desk, { planted, ownIds }: Planted): string {
  const { vendor } = desk
  const conversations = [...vendor.conversations.values()].filter((one) => isNamed(one, planted, ownIds))
  const tickets = [...vendor.tickets.values()].filter((one) => participantIds(one).some((id) => ownIds.includes(id)))
  const contacts = ownIds.map((id) => {
    const contact = vendor.contacts.get(id)
    return { seen: contactSeen(desk, id) !== undefined, doc: contact?.doc, places: contact?.places }
  })
  return JSON.stringify({
    contacts,
    conversations,
    tickets,
    sides: conversations.map(({ id }) => vendor.sides.get(textAt({ id: id ?? null }, 'id'))),
    calls: (planted.refs.calls ?? []).map((id) => vendor.calls.get(id)),
    objects: (planted.refs.custom_objects ?? []).map((key) => vendor.objects.get(key)),
    visitor: vendor.visitors.get(planted.person.externalId),
    strayNotes: [...vendor.strayNotes.keys()].filter((id) =>
      (planted.refs.notes ?? []).some((ref) => ref.endsWith(id)),
    ),
  })
}

function isNamed(conversation: JsonObject, { refs }: PlantedPerson, ownIds: readonly string[]): boolean {
  const isPlanted = (refs.conversations ?? []).includes(textAt(conversation, 'id'))
  return isPlanted || participantIds(conversation).some((id) => ownIds.includes(id))
}
