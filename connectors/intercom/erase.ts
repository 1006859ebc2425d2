import { objectAt, objectsAt, textAt, textsAt } from '../../src/connector/index.ts'
import type { JsonObject, LegSubject, PlannedEffect, PlannedRecord } from '../../src/connector/index.ts'
import {
  blankContact,
  deleteContact,
  deleteConversation,
  deleteCustomObject,
  deleteTicket,
  detachContact,
  redactPart,
} from './erase-steps.ts'
import type { StepName } from './manifest.ts'
import { messagesOf } from './messages.ts'
import { verbOf } from './step.ts'

export const erase = verbOf((_, subject) => Promise.resolve(planErasure(subject)), {
  redact_part: redactPart,
  detach_contact: detachContact,
  delete_conversation: deleteConversation,
  delete_ticket: deleteTicket,
  delete_custom_object: deleteCustomObject,
  blank_contact: blankContact,
  delete_contact: deleteContact,
})

type Unordered = Omit<PlannedEffect, 'after' | 'step' | 'details'> & {
  readonly step: StepName
  readonly details?: JsonObject
}

/** What must have ended well before a step is sent. A contact that is gone can no longer be found in its conversations. */
const BEFORE: Readonly<Partial<Record<StepName, readonly StepName[]>>> = {
  detach_contact: ['redact_part'],
  blank_contact: ['redact_part', 'detach_contact', 'delete_conversation', 'delete_ticket'],
  delete_contact: ['redact_part', 'detach_contact', 'delete_conversation', 'delete_ticket'],
}

/** Conversations and tickets before the contact; what is shared with others is redacted and not destroyed. */
export function planErasure(subject: LegSubject): readonly PlannedEffect[] {
  const workspace = workspaceOf(subject)
  const effects = [
    ...planConversations(subject),
    ...planWhole(subject, { part: 'tickets', step: 'delete_ticket' }),
    ...planWhole(subject, { part: 'custom_objects', step: 'delete_custom_object' }),
    ...planContacts(subject),
  ]
  const planned = new Set(effects.map(({ step }) => step))
  return effects.map((effect) => ({
    ...effect,
    details: { ...effect.details, workspace },
    after: (BEFORE[effect.step] ?? []).filter((step) => planned.has(step)),
  }))
}

function workspaceOf({ records, kept }: LegSubject): string {
  const contact = [...records, ...kept].find(({ part }) => part === 'contact')
  return textAt(contact?.content, 'workspace_id')
}

/** Whether something that hangs on the record, however deep, must stay. */
function holdsKept({ records, kept }: LegSubject, { ref }: PlannedRecord): boolean {
  const holders = new Set<string>()
  let below = kept
  while (below.length > 0) {
    const above = new Set(below.flatMap(({ parentRef }) => (parentRef === undefined ? [] : [parentRef])))
    below = [...records, ...kept].filter((one) => above.has(one.ref) && !holders.has(one.ref))
    for (const one of above) holders.add(one)
  }
  return holders.has(ref)
}

function planWhole(
  subject: LegSubject,
  { part, step }: { readonly part: string; readonly step: StepName },
): readonly Unordered[] {
  return subject.records
    .filter((record) => record.part === part && !holdsKept(subject, record))
    .map(({ ref }) => ({ step, target: ref, part }))
}

function planConversations(subject: LegSubject): readonly Unordered[] {
  return subject.records
    .filter((record) => record.part === 'conversations' && !holdsKept(subject, record))
    .flatMap((record) =>
      textsAt(record.content, 'shared_with').length === 0
        ? [{ step: 'delete_conversation' as const, target: record.ref, part: 'conversations' }]
        : planRedaction(record),
    )
}

/** Every message of the subject that Intercom lets redact, then the subject's contacts leave. */
function planRedaction({ ref, content }: PlannedRecord): readonly Unordered[] {
  const ownIds = textsAt(content, 'own_ids')
  const others = textsAt(content, 'shared_with')
  const messages = messagesOf(objectAt({ content }, 'content'))
    // A message without words (a file alone) is not redactable; verify sees what stays.
    .filter(({ authorId, hasBody, isRedacted }) => ownIds.includes(authorId) && hasBody && !isRedacted)
  const participants = objectsAt(content, 'contacts', 'contacts').map((one) => textAt(one, 'id'))
  return [
    ...messages.map(({ id, isSource }) => ({
      step: 'redact_part' as const,
      target: `${ref}/${id}`,
      part: 'conversations',
      details: { is_source: isSource },
    })),
    ...participants
      .filter((id) => ownIds.includes(id) && !others.includes(id))
      .map((id) => ({ step: 'detach_contact' as const, target: `${ref}/${id}`, part: 'conversations' })),
  ]
}

function planContacts(subject: LegSubject): readonly Unordered[] {
  return subject.records
    .filter(({ part }) => part === 'contact')
    .map((record): Unordered => {
      const base = { target: record.ref, part: 'contact' }
      // Whether kept tickets go with their contact is not documented, so the contact stays, without the person.
      if (!holdsKept(subject, record)) return { ...base, step: 'delete_contact' }
      return { ...base, step: 'blank_contact', details: blankDetails(objectAt({ content: record.content }, 'content')) }
    })
}

function blankDetails(contact: JsonObject): JsonObject {
  const attributes = Object.keys(objectAt(contact, 'custom_attributes')).map((name) => [name, true] as const)
  return {
    attributes: Object.fromEntries(attributes.filter(([name]) => !isReference(contact, name))),
    has_external_id: textAt(contact, 'external_id') !== '',
  }
}

/** A reference to custom objects is a list of another kind; the objects themselves are dealt with one by one. */
function isReference(contact: JsonObject, name: string): boolean {
  return textAt(contact, 'custom_attributes', name, 'type').endsWith('.list')
}
