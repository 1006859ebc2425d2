import { isAt, textsAt } from '../../src/connector/index.ts'
import type { Context, JsonValue, LegSubject, PlannedEffect, PlannedRecord } from '../../src/connector/index.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { ARCHIVED_TYPES, objectType } from './object-types.ts'
import { readLinks } from './objects.ts'
import { planOptOuts } from './opt-out.ts'
import { optionsOf } from './options.ts'
import { contactIdsOf, tracesOfSubject } from './traces.ts'

/**
 * Suppression first, then files, conversations and activities, then the contact: what the contact's erasure takes along
 * is out of the way before, and what is shared with others is blanked and unlinked and not destroyed.
 */
export async function planErasure(context: Context, subject: LegSubject): Promise<readonly PlannedEffect[]> {
  const api = openClient(context)
  // The opt-outs come before the contact is gone.
  const unsubscribing = optionsOf(context).isUnsubscribedFirst ? planOptOuts(context, subject.records) : []
  const children = await planChildren(api, subject)
  return inOrder([unsubscribing, children, planContacts(subject)])
}

type Unordered = Omit<PlannedEffect, 'after'> & { readonly within?: readonly string[] }

/** Each effect waits for all steps of the groups before its own, and for those that it names itself. */
function inOrder(groups: readonly (readonly Unordered[])[]): readonly PlannedEffect[] {
  const before: string[] = []
  return groups.flatMap((group) => {
    const earlier = [...before]
    before.push(...new Set(group.map(({ step }) => step)))
    const planned = new Set(group.map(({ step }) => step))
    return group.map(({ within, ...effect }) => ({
      ...effect,
      after: [...new Set([...earlier, ...(within ?? []).filter((step) => planned.has(step))])],
    }))
  })
}

async function planChildren(api: HubSpot, subject: LegSubject): Promise<readonly Unordered[]> {
  const kept = new Set(subject.kept.map(({ ref }) => ref))
  const files = subject.records
    // A kept record keeps its files.
    .filter(({ part, parentRef }) => part === 'attachments' && !kept.has(parentRef ?? ''))
    .map(({ ref }) => ({ step: 'delete_file', target: ref, part: 'attachments' }))
  const threads = subject.records
    // What is in the trash already cannot be deleted again; HubSpot empties it.
    .filter(({ part, content }) => part === 'threads' && !isAt(content, 'archived'))
    .map(({ ref }) => ({ step: 'delete_thread', target: ref, part: 'threads', within: ['delete_file'] }))
  const effects: Unordered[] = [...files, ...threads]
  for (const { type } of ARCHIVED_TYPES) effects.push(...(await planArchiving(api, subject, type)))
  return [...effects, ...planRedactions(subject)]
}

/** Archives what is the subject's alone; blanks and unlinks what another contact holds too, as of now. */
async function planArchiving(api: HubSpot, subject: LegSubject, type: string): Promise<readonly Unordered[]> {
  const records = subject.records.filter(({ part }) => part === type)
  if (records.length === 0) return []
  const ids = records.map(({ ref }) => ref)
  const holders = await readLinks(api, { from: type, to: 'contacts', ids })
  const own = new Set(contactIdsOf(subject.records))
  return records.flatMap((record): readonly Unordered[] => {
    const others = new Set([...textsAt(record.content, 'sharedWith'), ...(holders.get(record.ref) ?? [])])
    for (const id of own) others.delete(id)
    if (record.parentRef !== undefined) others.delete(record.parentRef)
    if (others.size > 0) return shared(record, subject)
    return [{ step: `archive_${type}`, target: record.ref, part: type, within: ['delete_file'] }]
  })
}

function shared({ part, ref, parentRef }: PlannedRecord, subject: LegSubject): readonly Unordered[] {
  const contacts = [...new Set([parentRef ?? '', ...contactIdsOf(subject.records)])].filter((id) => id !== '')
  return [
    redaction(part, ref, subject),
    {
      step: `unlink_${part}`,
      target: ref,
      part,
      details: { contacts },
      // The link goes last, so that a run that breaks off finds the record again.
      within: [`redact_${part}`],
    },
  ]
}

function planRedactions(subject: LegSubject): readonly Unordered[] {
  return subject.records
    .filter(({ part }) => objectType(part)?.treatment === 'redact')
    .map(({ part, ref }) => redaction(part, ref, subject))
}

function redaction(part: string, ref: string, { records, identifiers }: LegSubject): Unordered {
  return {
    step: `redact_${part}`,
    target: ref,
    part,
    details: { traces: { ...tracesOfSubject(records, identifiers) } satisfies JsonValue },
  }
}

/** By HubSpot's id only: by an address that HubSpot does not know the same call would block the address. */
function planContacts({ records, kept }: LegSubject): readonly Unordered[] {
  return records
    .filter(({ part }) => part === 'contact')
    .filter(({ ref }) => !kept.some((record) => goesWithContact(record, ref)))
    .map(({ ref, content }) => ({
      step: 'purge_contact',
      target: ref,
      part: 'contact',
      details: { isArchived: isAt(content, 'archived') },
    }))
}

/** Whether the contact's erasure would take a record along that must stay: HubSpot spares what another record holds. */
function goesWithContact({ part, parentRef, content }: PlannedRecord, contactId: string): boolean {
  if (parentRef !== contactId) return false
  const isOwn = ARCHIVED_TYPES.some(({ type }) => type === part) || part === 'threads' || part === 'property_history'
  return isOwn && textsAt(content, 'sharedWith').length === 0
}
