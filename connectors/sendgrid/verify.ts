import { createHash } from 'node:crypto'
import type {
  Context,
  DepthRow,
  FoundRecord,
  PartFinding,
  PlannedRecord,
  Readback,
  VerifyReport,
  VerifySubject,
} from '../../src/connector/index.ts'
import { depth } from './depth.ts'
import type { SendGridPart } from './depth.ts'
import { openDesk } from './desk.ts'
import type { Desk, Gap } from './desk.ts'
import { readEverything } from './discover.ts'
import { CERTAIN, attributionByAddress, isSameAddress, wantedOf } from './mapping.ts'
import type { Wanted } from './mapping.ts'
import { contactsById } from './places/contacts.ts'
import { isLegacyRecipient } from './places/legacy.ts'
import { loggedMessage } from './places/messages.ts'
import { isGloballySuppressed } from './places/suppressions.ts'
import { pairOf, placeOf, refOf } from './refs.ts'
import { subusersOf, suppressRule } from './settings.ts'
import { text } from './shape.ts'
import { isWish, lookAtWish } from './verify-wishes.ts'

/** Looks in every subuser again: by the ids of the plan, and by every identifier with the same eyes as discover. */
export async function verify(context: Context, subject: VerifySubject): Promise<VerifyReport> {
  const desks: Desk[] = []
  for (const subuser of subusersOf(context)) desks.push(await openDesk(context, subuser))
  const findings = isWish(subject) ? await lookAtWish(desks, subject) : await lookEverywhere(desks, subject)
  const atMs = context.clock.nowMs()
  const readback = (queryClass: string, result: number): Readback => ({
    queryClass,
    result,
    responseDigest: createHash('sha256')
      .update(JSON.stringify([queryClass, result]))
      .digest('hex'),
    atMs,
  })
  return {
    control: readback('control', desks.length),
    findings,
    readbacks: findings.map(({ part, remaining }) => readback(`${part}_by_id_and_identifier`, remaining)),
  }
}

async function lookEverywhere(desks: readonly Desk[], subject: VerifySubject): Promise<readonly PartFinding[]> {
  const looks: Look[] = []
  for (const desk of desks) looks.push(await look(desk, subject))
  return depth.flatMap(({ part }) => findingOf(part, { subject, looks }))
}

/** What one account or subuser showed. */
interface Look {
  readonly subuser: string
  readonly gaps: ReadonlyMap<SendGridPart, Gap>
  /** Refs of the subject's records by part. */
  readonly remaining: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether every address that must be suppressed here is; undefined when none must. */
  readonly isSuppressed: boolean | undefined
}

async function look(desk: Desk, subject: VerifySubject): Promise<Look> {
  const planned = subject.records.filter(({ ref }) => placeOf(ref).subuser === desk.subuser)
  const wanted = wantedOf({ identifiers: subject.identifiers, names: [] })
  const remaining = new Map<string, Set<string>>()
  const note = (part: string, ref: string) =>
    void remaining.set(part, (remaining.get(part) ?? new Set<string>()).add(ref))
  for await (const record of readEverything(desk, wanted)) {
    if (isSubjects(record, planned) && !isAmong(record, subject.others ?? [])) note(record.part, record.ref)
  }
  for (const { part, ref } of await stillThere(desk, planned, wanted)) note(part, ref)
  return { subuser: desk.subuser, gaps: desk.gaps, remaining, isSuppressed: await suppression(desk, planned, wanted) }
}

/** A record of the plan, or one that nobody doubts; a neighbour who was only a candidate does not count. */
function isSubjects(record: FoundRecord, planned: readonly PlannedRecord[]): boolean {
  return record.attribution.kind === CERTAIN.kind || isAmong(record, planned)
}

function isAmong({ part, ref }: FoundRecord, records: readonly PlannedRecord[]): boolean {
  return records.some((one) => one.part === part && one.ref === ref)
}

/** Records of the plan that still exist by their id, even when no identifier leads to them any more. */
async function stillThere(
  desk: Desk,
  planned: readonly PlannedRecord[],
  wanted: Wanted,
): Promise<readonly Pick<PlannedRecord, 'part' | 'ref'>[]> {
  const idsOf = (part: SendGridPart) => planned.filter((one) => one.part === part).map(({ ref }) => placeOf(ref).id)
  const seen = (part: SendGridPart, id: string) => ({ part, ref: refOf({ subuser: desk.subuser, id }) })
  const found = []
  if (!desk.gaps.has('contact')) {
    for (const { id } of await contactsById(desk, idsOf('contact'))) found.push(seen('contact', id))
    const alternates = idsOf('contact_alternate').map((id) => [id, ...pairOf(id)] as const)
    const others = await contactsById(desk, [...new Set(alternates.map(([, contactId]) => contactId))])
    for (const [id, contactId, address] of alternates) {
      const isThere = others.some((other) => other.id === contactId && other.alternates.includes(address))
      if (isThere) found.push(seen('contact_alternate', id))
    }
  }
  if (!desk.gaps.has('legacy_recipient')) {
    for (const id of idsOf('legacy_recipient'))
      if (await isLegacyRecipient(desk, id)) found.push(seen('legacy_recipient', id))
  }
  for (const id of idsOf('email_logs')) {
    const message = await loggedMessage(desk, id)
    // An erased message keeps its id; it is the subject's as long as the address stands on it.
    if (wanted.emails.some((email) => isSameAddress(text(message ?? {}, 'to_email'), email)))
      found.push(seen('email_logs', id))
  }
  return found
}

async function suppression(
  desk: Desk,
  planned: readonly PlannedRecord[],
  { emails }: Wanted,
): Promise<boolean | undefined> {
  const rule = suppressRule(desk.context)
  if (rule === 'never' || (rule === 'found' && planned.length === 0)) return undefined
  const certain = emails.filter((email) => attributionByAddress(desk.context, email).kind === CERTAIN.kind)
  if (certain.length === 0) return undefined
  for (const email of certain) if (!(await isGloballySuppressed(desk, email))) return false
  return true
}

/** Neither gone nor in place: the record must say it, so that a person sets the suppression. */
const NOT_SUPPRESSED = 'the global unsubscribe is not set for every address of the person'

interface Seen {
  readonly subject: VerifySubject
  readonly looks: readonly Look[]
}

function findingOf(part: SendGridPart, { subject, looks }: Seen): readonly PartFinding[] {
  const looked = subject.records.filter((record) => record.part === part).length
  const remaining = looks.reduce((sum, one) => sum + (one.remaining.get(part)?.size ?? 0), 0)
  const counts = { part, looked, remaining }
  const row: DepthRow | undefined = depth.find((one) => one.part === part)
  if (row?.isRead !== true) return []
  // What only a person's decision touches is looked at only when the plan names it.
  if (row.onErasure === 'left' && looked === 0) return []
  if (part === 'message_tags') return [{ ...counts, verdict: { kind: 'cannot_tell', why: row.why ?? '' } }]
  const isUnsuppressed = looks.some(({ isSuppressed }) => isSuppressed === false)
  if (part === 'global_unsubscribe' && subject.right === 'erasure' && isUnsuppressed)
    return [{ ...counts, verdict: { kind: 'cannot_tell', why: NOT_SUPPRESSED } }]
  if (remaining > 0) return [{ ...counts, verdict: present(part, subject) }]
  const gap = looks.flatMap(({ gaps }) => gaps.get(part) ?? []).find(({ isBlind }) => isBlind || looked > 0)
  if (gap !== undefined) return [{ ...counts, verdict: { kind: 'cannot_tell', why: gap.why } }]
  const isUnknownPlace = looked === 0 && looks.every(({ gaps }) => gaps.has(part))
  return isUnknownPlace ? [] : [{ ...counts, verdict: { kind: 'absent' } }]
}

function present(part: SendGridPart, { right }: VerifySubject): PartFinding['verdict'] {
  // What is still there is right for a suppression, and for any right that only reads.
  return right !== 'erasure' || part === 'global_unsubscribe' ? { kind: 'in_place' } : { kind: 'present' }
}
