import { ALREADY, DONE, happenedIf, isAt, objectAt, REFUSED, textAt, UNKNOWN } from '../../src/connector/index.ts'
import type { EffectAnswer, EffectMember, HttpReply, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { expectErrorList, readOrAbsent, writtenAnswer } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { readContact } from './contacts.ts'
import { askSelf } from './control.ts'
import { participantsOf, readConversation } from './conversations.ts'
import { instancePath } from './custom-objects.ts'
import { messagesOf } from './messages.ts'
import type { Step } from './step.ts'
import { readTicket } from './tickets.ts'

/** Which workspace a member belongs to, so that a 404 of another one never counts as "already gone". */
function workspaceOf({ details }: EffectMember): readonly string[] {
  return [textAt(details, 'workspace')]
}

/** What a deletion came to. A success that does not say `deleted` proves nothing: the engine reads back. */
async function deleted(
  api: Intercom,
  member: EffectMember,
  { reply, id }: { readonly reply: HttpReply; readonly id: string },
): Promise<EffectAnswer> {
  const written = writtenAnswer(reply)
  if (written.kind === 'answered')
    return isAt(written.answer, 'deleted') && textAt(written.answer, 'id') === id ? DONE : UNKNOWN
  if (written.status !== 404) return REFUSED
  expectErrorList(reply)
  return gone(api, member)
}

/** An earlier attempt did it: Intercom says in its own words that there is nothing, beside the control. */
async function gone(api: Intercom, member: EffectMember): Promise<EffectAnswer> {
  await askSelf(api, workspaceOf(member))
  return ALREADY
}

/** By the vendor's contact id; never by another, and never `archive`. */
export const deleteContact: Step = {
  async perform(api, member) {
    idPath(member.target)
    const reply = await api.sdk((client) => client.contacts.delete({ contact_id: member.target }))
    return deleted(api, member, { reply, id: member.target })
  },
  async readBack(api, { target }) {
    const contact = await readContact(api, target)
    // Merged into another contact: that one has not been deleted.
    return happenedIf(contact === undefined)
  },
}

/** Raw: the SDK types the id as a number, which long ids are not, and has no `retain_metrics`. */
export const deleteConversation: Step = {
  async perform(api, member) {
    const query = api.options.isMetricsRetained ? '' : '?retain_metrics=false'
    const reply = await api.raw({ method: 'DELETE', path: `/conversations/${idPath(member.target)}${query}` })
    return deleted(api, member, { reply, id: member.target })
  },
  readBack: async (api, { target }) => happenedIf((await readConversation(api, target)) === undefined),
}

export const deleteTicket: Step = {
  async perform(api, member) {
    idPath(member.target)
    const reply = await api.sdk((client) => client.tickets.deleteTicket({ ticket_id: member.target }))
    return deleted(api, member, { reply, id: member.target })
  },
  readBack: async (api, { target }) => happenedIf((await readTicket(api, target)) === undefined),
}

/** Raw: the SDK's two deletions carry each other's names. */
export const deleteCustomObject: Step = {
  async perform(api, member) {
    const path = instancePath(member.target)
    const reply = await api.raw({ method: 'DELETE', path })
    return deleted(api, member, { reply, id: member.target.slice(member.target.indexOf('/') + 1) })
  },
  readBack: async (api, { target }) =>
    happenedIf(readOrAbsent(await api.raw({ method: 'GET', path: instancePath(target) })) === undefined),
}

interface PartPlace {
  readonly conversationId: string
  readonly partId: string
}

function partPlace({ target }: EffectMember): PartPlace {
  const at = target.indexOf('/')
  return { conversationId: target.slice(0, at), partId: target.slice(at + 1) }
}

/** Empties one message of the subject in a conversation with others. */
export const redactPart: Step = {
  async perform(api, member) {
    const { conversationId, partId } = partPlace(member)
    const isSource = isAt(member.details, 'is_source')
    const reply = await api.sdk((client) =>
      client.conversations.redactConversationPart(
        isSource
          ? { type: 'source', conversation_id: conversationId, source_id: partId }
          : { type: 'conversation_part', conversation_id: conversationId, conversation_part_id: partId },
      ),
    )
    const written = writtenAnswer(reply)
    if (written.kind === 'answered') return isRedacted(written.answer, partId) ? DONE : UNKNOWN
    // A message that was emptied before is no longer redactable; one that is gone is not found.
    const conversation = await readConversation(api, conversationId)
    if (conversation === undefined) return gone(api, member)
    if (written.status === 404 && !isShown(conversation, partId)) return gone(api, member)
    return isRedacted(conversation, partId) ? ALREADY : REFUSED
  },
  async readBack(api, member) {
    const { conversationId, partId } = partPlace(member)
    return happenedIf(isRedacted(await readConversation(api, conversationId), partId))
  },
}

function isRedacted(conversation: JsonObject | undefined, partId: string): boolean {
  if (conversation === undefined) return true
  return messagesOf(conversation).some(({ id, isRedacted: isEmpty }) => id === partId && isEmpty)
}

function isShown(conversation: JsonObject, partId: string): boolean {
  return messagesOf(conversation).some(({ id }) => id === partId)
}

/** Takes the subject's contact out of a conversation with others; Intercom wants to know on behalf of which teammate. */
export const detachContact: Step = {
  async perform(api, member) {
    const { conversationId, partId: contactId } = partPlace(member)
    const { adminId } = await askSelf(api, workspaceOf(member))
    const reply = await api.sdk((client) =>
      client.conversations.detachContactAsAdmin({
        conversation_id: conversationId,
        contact_id: contactId,
        admin_id: adminId,
      }),
    )
    const written = writtenAnswer(reply)
    if (written.kind === 'answered') return participantsOf(written.answer).includes(contactId) ? UNKNOWN : DONE
    if (written.status !== 404) return REFUSED
    // The 404 may speak of the teammate as well as of the contact or the conversation.
    return (await isInside(api, conversationId, contactId)) ? REFUSED : gone(api, member)
  },
  async readBack(api, member) {
    const { conversationId, partId: contactId } = partPlace(member)
    return happenedIf(!(await isInside(api, conversationId, contactId)))
  },
}

async function isInside(api: Intercom, conversationId: string, contactId: string): Promise<boolean> {
  const conversation = await readConversation(api, conversationId)
  return conversation !== undefined && participantsOf(conversation).includes(contactId)
}

/**
 * Overwrites a contact that must stay, since something of it is kept, with values that are nobody's. Raw: the SDK's types
 * do not let a phone be emptied.
 */
export const blankContact: Step = {
  async perform(api, member) {
    const path = `/contacts/${idPath(member.target)}`
    const reply = await api.raw({ method: 'PUT', path, body: blankOf(member) })
    const written = writtenAnswer(reply)
    if (written.kind === 'answered') return isBlank(written.answer) ? DONE : UNKNOWN
    if (written.status !== 404) return REFUSED
    expectErrorList(reply)
    return gone(api, member)
  },
  async readBack(api, { target }) {
    const contact = await readContact(api, target)
    return happenedIf(contact === undefined || isBlank(contact))
  },
}

function blankOf({ target, details }: EffectMember): JsonValue {
  const attributes = Object.keys(objectAt(details, 'attributes'))
  return {
    // Intercom documents no way to empty these two; `.invalid` is reserved for addresses that never exist (RFC 2606).
    email: `erased-${target}@erased.invalid`,
    ...(isAt(details, 'has_external_id') ? { external_id: `erased-${target}` } : {}),
    name: null,
    phone: null,
    avatar: null,
    unsubscribed_from_emails: true,
    custom_attributes: Object.fromEntries(attributes.map((name) => [name, null])),
  }
}

/** Whether a contact has been overwritten by `blank_contact`. */
export function isBlank(contact: JsonObject): boolean {
  const [email, externalId] = [textAt(contact, 'email'), textAt(contact, 'external_id')]
  const isNobodys = email.endsWith('@erased.invalid') && (externalId === '' || externalId.startsWith('erased-'))
  return isNobodys && textAt(contact, 'name') === '' && textAt(contact, 'phone') === ''
}
