import { findingOf, isJsonObject, recordsIn, textAt } from '../../src/connector/index.ts'
import type { JsonObject, Look, PartFinding, VerifySubject } from '../../src/connector/index.ts'
import type { Brevo } from './client.ts'
import { addressOfContact, isStillBlocked } from './contact-steps.ts'
import type { BlockedAddress } from './contact-steps.ts'
import { contactById, isBare, isStubNow, readContacts } from './contacts.ts'
import { CONTACT_PARTS } from './depth.ts'
import { blockToKeep } from './erase-plan.ts'
import { identifiersIn } from './mapping.ts'

/** The contacts by id and by identifier, what goes with them, and the blocks that must outlive them. */
export async function lookAtContacts(api: Brevo, subject: VerifySubject): Promise<Look> {
  const records = recordsIn(subject.records, 'contact')
  const existing = new Set<string>()
  for (const { ref } of records) if ((await contactById(api, ref)) !== undefined) existing.add(ref)
  const others = await foundByIdentifier(api, subject)
  const more = others.filter((contact) => !existing.has(textAt(contact, 'id')))
  const remaining = existing.size + more.length
  const nowMs = api.context.clock.nowMs()
  const blocks = await lookAtBlocks(api, subject)
  return {
    findings: [
      ...(records.length + remaining > 0 ? [findingOf('contact', records.length, { live: remaining, nowMs })] : []),
      ...CONTACT_PARTS.flatMap((part) => partFinding(subject, part, { existing, more, nowMs })),
      ...blocks.findings,
    ],
    seen: [['contact_by_id', existing.size], ['contact_by_identifier', more.length], ...blocks.seen],
  }
}

/** Contacts that answer to a sure identifier and that nobody said to be somebody else's. A number alone is not sure. */
async function foundByIdentifier(
  api: Brevo,
  { identifiers, others = [] }: VerifySubject,
): Promise<readonly JsonObject[]> {
  const sure = identifiers.filter(({ kind }) => kind !== 'phone')
  const notTheirs = new Set(recordsIn(others, 'contact').map(({ ref }) => ref))
  const read = await readContacts(api, sure)
  return [...read].flatMap(([id, contact]) => {
    const answers = identifiersIn(contact).some(({ kind, value }) =>
      sure.some((one) => one.kind === kind && one.value === value),
    )
    return answers && !notTheirs.has(id) && !isStubNow(contact) ? [contact] : []
  })
}

interface Seen {
  readonly existing: ReadonlySet<string>
  /** Contacts met by identifier besides those of the plan. */
  readonly more: readonly JsonObject[]
  readonly nowMs: number
}

/** Lists and campaigns go with the contact; a bare contact with a history has got back its campaigns. */
function partFinding(
  { records }: VerifySubject,
  part: (typeof CONTACT_PARTS)[number],
  { existing, more, nowMs }: Seen,
): readonly PartFinding[] {
  const own = recordsIn(records, part)
  const returned = part === 'campaign_statistics' ? more.filter(isBare).length : 0
  const live = own.filter(({ parentRef = '' }) => existing.has(parentRef)).length + returned
  return own.length + live === 0 ? [] : [findingOf(part, own.length, { live, nowMs })]
}

/** Whether each address of an erased contact is held by a contact with both blocks. */
async function lookAtBlocks(api: Brevo, subject: VerifySubject): Promise<Look> {
  const records = recordsIn(subject.records, 'marketing_blocklist')
  const expected = expectedBlocks(api, subject)
  if (expected.length === 0 && records.length === 0) return { findings: [], seen: [] }
  let inPlace = 0
  for (const address of expected) if (await isStillBlocked(api, address)) inPlace += 1
  const isWhole = inPlace === expected.length && inPlace > 0
  const verdict = isWhole ? 'in_place' : inPlace === 0 ? 'absent' : 'present'
  return {
    findings: [{ part: 'marketing_blocklist', looked: records.length, remaining: inPlace, verdict: { kind: verdict } }],
    seen: [['blocked_by_address', inPlace]],
  }
}

function expectedBlocks(api: Brevo, { records }: VerifySubject): readonly BlockedAddress[] {
  const contacts = recordsIn(records, 'contact')
  const erased = contacts.flatMap(({ content }) => blockToKeep(api.context, content) ?? [])
  // A bare blocked contact of an earlier erasure was found without a contact of its own.
  const bare = recordsIn(records, 'marketing_blocklist').filter(({ parentRef }) => parentRef === undefined)
  const kept = bare.flatMap(({ content }) => (isJsonObject(content) ? (addressOfContact(content) ?? []) : []))
  return [...erased, ...kept]
}
