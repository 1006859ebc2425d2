import { findingOf, recordsIn, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Look, PlannedRecord, VerifySubject } from '../../src/connector/index.ts'
import { readOrAbsent } from './answers.ts'
import { idPath } from './client.ts'
import type { Intercom } from './client.ts'
import { contactByExternalId, readContact, searchContacts } from './contacts.ts'
import { CONTACT_PARTS } from './depth.ts'
import { isBlank } from './erase-steps.ts'
import { identifiersIn, valuesOf } from './mapping.ts'

/** The contacts, by id and by identifier, and all that goes with them. */
export async function lookAtContacts(api: Intercom, subject: VerifySubject): Promise<Look> {
  const records = recordsIn(subject.records, 'contact')
  const existing = new Map<string, JsonObject>()
  for (const { ref } of records) {
    const contact = await readContact(api, ref)
    if (contact !== undefined) existing.set(ref, contact)
  }
  const left = [...existing.values()].filter((contact) => !isBlank(contact))
  const known = new Set([...existing.keys(), ...left.map((contact) => textAt(contact, 'id'))])
  const others = await foundByIdentifier(api, subject, known)
  const remaining = left.length + others.length
  const contact = findingOf('contact', records.length, { live: remaining, nowMs: api.context.clock.nowMs() })
  const parts: Look[] = []
  for (const part of CONTACT_PARTS)
    parts.push(await lookAtPart(api, recordsIn(subject.records, part), { part, existing }))
  return {
    findings: [...(records.length + remaining > 0 ? [contact] : []), ...parts.flatMap(({ findings }) => findings)],
    seen: [
      ['contact_by_id', existing.size],
      ['contact_by_identifier', others.length],
      ...parts.flatMap(({ seen }) => seen),
    ],
  }
}

/** Contacts that answer to a sure identifier and that nobody said to be somebody else's. A number alone is not sure. */
async function foundByIdentifier(
  api: Intercom,
  { identifiers, others = [] }: VerifySubject,
  known: ReadonlySet<string>,
): Promise<readonly JsonObject[]> {
  const sure = identifiers.filter(({ kind }) => kind !== 'phone')
  const hits = [...(await searchContacts(api, { identifiers: sure }))]
  for (const externalId of valuesOf(sure, 'external_id')) {
    const contact = await contactByExternalId(api, externalId)
    if (contact !== undefined) hits.push(contact)
  }
  const notTheirs = new Set(recordsIn(others, 'contact').map(({ ref }) => ref))
  const ids = new Set(hits.filter((hit) => answersTo(hit, sure)).map((hit) => textAt(hit, 'id')))
  const found: JsonObject[] = []
  for (const id of ids) {
    if (known.has(id) || notTheirs.has(id)) continue
    // The index may still show what was deleted minutes ago.
    const contact = await readContact(api, id)
    if (contact !== undefined && !isBlank(contact)) found.push(contact)
  }
  return found
}

function answersTo(contact: JsonObject, identifiers: VerifySubject['identifiers']): boolean {
  return identifiersIn(contact).some(({ kind, value }) =>
    identifiers.some((one) => one.kind === kind && one.value === value),
  )
}

interface PartLook {
  readonly part: string
  /** Contacts that Intercom still shows, by the id under which they were found. */
  readonly existing: ReadonlyMap<string, JsonObject>
}

async function lookAtPart(
  api: Intercom,
  records: readonly PlannedRecord[],
  { part, existing }: PartLook,
): Promise<Look> {
  if (records.length === 0) return { findings: [], seen: [] }
  let remaining = 0
  for (const record of records)
    if (existing.has(record.parentRef ?? '') || (part === 'notes' && (await isNoteThere(api, record)))) remaining += 1
  return {
    findings: [findingOf(part, records.length, { live: remaining, nowMs: api.context.clock.nowMs() })],
    seen: [[`${part}_by_contact`, remaining]],
  }
}

/** Notes alone of what goes with a contact can be read by an id of their own. Raw: the SDK types it as a number. */
async function isNoteThere(api: Intercom, { content }: PlannedRecord): Promise<boolean> {
  const path = `/notes/${idPath(textAt(content, 'id'))}`
  return readOrAbsent(await api.raw({ method: 'GET', path })) !== undefined
}
