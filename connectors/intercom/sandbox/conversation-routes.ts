import { isJsonList, textAt } from '../../../src/connector/index.ts'
import type { JsonObject } from '../../../src/connector/index.ts'
import { bodyOf } from '../../../src/connector/testing.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../../src/connector/testing.ts'
import { deleteConversation, mapMessages, participantIds } from './contacts.ts'
import { modern, notFound, numberPage, ok, refuse } from './replies.ts'
import { search } from './search.ts'
import { ADMIN } from './state.ts'
import type { Desk, Doc } from './state.ts'

/** Conversations, side conversations and calls. */
export function conversationRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'POST', path: '/conversations/search', isChange: false, handle: (request) => find(desk, request) },
    { method: 'POST', path: '/conversations/redact', handle: (request) => redact(desk, bodyOf(request)) },
    {
      method: 'GET',
      path: '/conversations/deleted',
      handle: (request) =>
        modern(request, () => {
          if (Number(request.query.get('per_page') ?? '20') > 60)
            return refuse(400, 'parameter_invalid', 'per_page is too large')
          const all = desk.vendor.deleted
          return ok(numberPage(desk, request, { type: 'conversation.list', name: 'conversations', all }).reply)
        }),
    },
    {
      method: 'GET',
      path: '/conversations/:id',
      handle: ({ params }) => {
        const conversation = desk.vendor.conversations.get(params.id ?? '')
        return conversation === undefined ? notFound('Conversation') : ok(conversation)
      },
    },
    { method: 'DELETE', path: '/conversations/:id', handle: (request) => remove(desk, request) },
    { method: 'DELETE', path: '/conversations/:id/customers/:contact', handle: (request) => detach(desk, request) },
    {
      method: 'GET',
      path: '/conversations/:id/side_conversations',
      handle: (request) => modern(request, () => sides(desk, request)),
    },
    ...callRoutes(desk),
  ]
}

function find(desk: Desk, request: SandboxRequest): SandboxReply {
  return search(desk, request, {
    type: 'conversation.list',
    name: 'conversations',
    // A search shows no parts.
    records: [...desk.vendor.conversations.values()].map(withoutParts),
    fieldOf: (record, field) => {
      if (field === 'contact_ids') return participantIds(record)
      if (field === 'source.author.email') return [textAt(authorOf(record), 'email')]
      return field === 'id' ? [textAt(record, 'id')] : undefined
    },
    perPage: 20,
  })
}

function withoutParts(conversation: Doc): JsonObject {
  return Object.fromEntries(Object.entries(conversation).filter(([name]) => name !== 'conversation_parts'))
}

function authorOf({ source }: JsonObject): JsonObject {
  return typeof source === 'object' && source !== null && 'author' in source ? (source.author as JsonObject) : {}
}

function remove(desk: Desk, { params, query }: SandboxRequest): SandboxReply {
  const id = params.id ?? ''
  if (desk.switches.is('conversation_delete', 'plan_restricted'))
    return refuse(403, 'api_plan_restricted', 'Active subscription needed.')
  if (!desk.vendor.conversations.has(id)) return notFound('Conversation')
  const isRetained = query.get('retain_metrics') !== 'false'
  if (!isRetained && desk.switches.is('conversation_delete', 'no_scope_for_metrics'))
    return refuse(403, 'forbidden', 'The scope delete_conversations_and_metrics is missing')
  deleteConversation(desk, id, isRetained)
  return ok({ id, object: 'conversation', deleted: true })
}

const REMOVED = '<p><i>This message was deleted</i></p>'

function redact(desk: Desk, body: JsonObject | undefined): SandboxReply {
  const conversation = desk.vendor.conversations.get(textAt(body, 'conversation_id'))
  const isSource = body?.type === 'source'
  const id = textAt(body, isSource ? 'source_id' : 'conversation_part_id')
  const found: { verdict: 'not_found' | 'not_redactable' | 'redacted' } = { verdict: 'not_found' }
  if (conversation !== undefined)
    mapMessages(conversation, (message, isBeginning) => {
      if (message.id !== id || isBeginning !== isSource) return message
      const isByContact = ['user', 'lead', 'contact'].includes(textAt(message.author, 'type'))
      const isFit = textAt(message, 'body') !== '' && message.redacted !== true && (isByContact || !isBeginning)
      found.verdict = isFit ? 'redacted' : 'not_redactable'
      if (!isFit) return message
      const files = desk.switches.is('redaction_files', 'kept') ? (message.attachments ?? []) : []
      return { ...message, body: REMOVED, redacted: true, attachments: files }
    })
  if (conversation === undefined || found.verdict === 'not_found')
    return refuse(404, 'conversation_part_or_message_not_found', 'Conversation part or message not found')
  return found.verdict === 'not_redactable'
    ? refuse(422, 'conversation_part_not_redactable', 'No body')
    : ok(conversation)
}

function detach(desk: Desk, request: SandboxRequest): SandboxReply {
  const conversation = desk.vendor.conversations.get(request.params.id ?? '')
  if (textAt(bodyOf(request), 'admin_id') !== ADMIN.id) return refuse(404, 'admin_not_found', 'Admin not found')
  if (conversation === undefined) return notFound('Conversation')
  const ids = participantIds(conversation)
  const contactId = request.params.contact ?? ''
  if (!ids.includes(contactId)) return notFound('Contact')
  if (ids.length === 1) return refuse(422, 'last_customer', 'Removing the last customer is not allowed')
  const left = ids.filter((id) => id !== contactId).map((id) => ({ type: 'contact', id }))
  conversation.contacts = { type: 'contact.list', contacts: left }
  return ok(conversation)
}

function sides(desk: Desk, request: SandboxRequest): SandboxReply {
  const id = request.params.id ?? ''
  if (!desk.vendor.conversations.has(id)) return notFound('Conversation')
  const all = desk.vendor.sides.get(id) ?? []
  const list = { type: 'side_conversation.list', name: 'side_conversations', all, perPage: 25 }
  return ok(numberPage(desk, request, list).reply)
}

function callRoutes(desk: Desk): readonly SandboxRoute[] {
  return [
    { method: 'POST', path: '/calls/search', isChange: false, handle: (request) => findCalls(desk, bodyOf(request)) },
    {
      method: 'GET',
      path: '/calls/:id',
      handle: ({ params }) => {
        const call = desk.vendor.calls.get(params.id ?? '')
        return call === undefined ? notFound('Call') : ok(call.doc)
      },
    },
    {
      method: 'GET',
      path: '/calls/:id/recording',
      handle: ({ params }) => {
        const call = desk.vendor.calls.get(params.id ?? '')
        if (call?.hasRecording !== true) return notFound('Recording')
        return {
          status: 302,
          headers: { location: `${desk.baseUrl}/signed/recordings/${textAt(call.doc, 'id')}?sig=1` },
        }
      },
    },
    {
      method: 'GET',
      path: '/signed/recordings/:id',
      isOpen: true,
      handle: ({ params, headers }) => {
        // Whoever hands the credential to a file host gives it away.
        if (headers.authorization !== undefined) return { status: 400 }
        const isThere = desk.vendor.calls.get(params.id ?? '')?.hasRecording === true
        return isThere ? { status: 200, headers: { 'content-type': 'audio/mpeg' }, body: 'ID3-sound' } : { status: 404 }
      },
    },
  ]
}

const MOST_CONVERSATIONS = 20

function findCalls(desk: Desk, body: JsonObject | undefined): SandboxReply {
  const ids = isJsonList(body?.conversation_ids) ? body.conversation_ids : []
  if (ids.length === 0 || ids.length > MOST_CONVERSATIONS)
    return refuse(400, 'parameter_invalid', 'conversation_ids must have 1 to 20 entries')
  const calls = [...desk.vendor.calls.values()].filter(({ doc }) => ids.includes(doc.conversation_id ?? ''))
  const data = calls.map(({ doc, transcript }) => ({ ...doc, transcript, transcript_status: 'completed' }))
  return ok({ type: 'list', data })
}
