import type { Context, JsonValue, LegSubject, PlannedEffect, PlannedRecord } from '../../../src/connector/index.ts'
import { CERTAIN, attributionByAddress, isSameAddress } from '../mapping.ts'
import type { SendGridPart } from '../depth.ts'
import type { StepName } from '../manifest.ts'
import { pairOf, placeOf, refOf } from '../refs.ts'
import { subusersOf, suppressRule } from '../settings.ts'

/** What the plan works from, in one account or subuser. */
interface Share {
  readonly subuser: string
  readonly records: readonly PlannedRecord[]
  readonly kept: readonly PlannedRecord[]
  /** The subject's addresses that may be suppressed and whose mail events may be erased here. */
  readonly addresses: readonly string[]
}

/**
 * The steps in their order (facts of the vendor, §1.5): the suppression first, so that no later deletion lets mail flow
 * again; the allow list, which overrides suppressions; contacts; suppression entries; the erasure job; then the
 * suppression once more, because the job may have taken it.
 */
const ORDER: readonly (readonly StepName[])[] = [
  ['suppress_globally'],
  ['leave_allow_list'],
  ['leave_list', 'drop_alternate', 'delete_contacts', 'delete_legacy_recipients'],
  ['delete_bounces', 'delete_blocks', 'delete_spam_reports', 'delete_invalid_emails', 'leave_group'],
  ['erase_mail_events'],
  ['restore_suppression'],
]

type Bare = Omit<PlannedEffect, 'after' | 'step'> & { readonly step: StepName }

export function planErasure(context: Context, subject: LegSubject): readonly PlannedEffect[] {
  const bare = subusersOf(context).flatMap((subuser) => effectsOf(context, shareOf(context, subject, subuser)))
  const planned = new Set(bare.map(({ step }) => step))
  return bare.map((effect) => ({ ...effect, after: before(effect.step).filter((step) => planned.has(step)) }))
}

/** Every step of an earlier row. Seats and alerts wait for nothing. */
function before(step: StepName): readonly StepName[] {
  const row = ORDER.findIndex((steps) => steps.includes(step))
  return ORDER.slice(0, Math.max(row, 0)).flat()
}

function shareOf(context: Context, subject: LegSubject, subuser: string): Share {
  const isHere = ({ ref }: PlannedRecord) => placeOf(ref).subuser === subuser
  const records = subject.records.filter(isHere)
  const emails = [...new Set(subject.identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value))]
  // An address that several people read acts only where a person approved one of its own records.
  const isApproved = (email: string) =>
    attributionByAddress(context, email).kind === CERTAIN.kind || records.some((record) => isOf(record, email))
  return { subuser, records, kept: subject.kept.filter(isHere), addresses: emails.filter(isApproved) }
}

/** Whether the address stands in the record, as its reference or as a value of its content. */
function isOf({ ref, content }: PlannedRecord, email: string): boolean {
  const { id } = placeOf(ref)
  return isSameAddress(id, email) || isSameAddress(pairOf(id)[1], email) || isIn(content, email)
}

function isIn(content: JsonValue, email: string): boolean {
  if (typeof content === 'string') return isSameAddress(content, email)
  return typeof content === 'object' && content !== null && Object.values(content).some((one) => isIn(one, email))
}

function effectsOf(context: Context, share: Share): readonly Bare[] {
  const rule = suppressRule(context)
  const isFound = share.records.length > 0
  const isSuppressed = rule === 'always' || (rule === 'found' && isFound)
  // A kept suppression alone is what an earlier erasure left: there is nothing of the person's to erase.
  const isToErase = share.records.some(({ part }) => part !== 'global_unsubscribe')
  const toErase = isToErase ? share.addresses.filter((email) => !hasKeptMessage(share, email)) : []
  return [
    ...(isSuppressed ? byAddress(share, { step: 'suppress_globally', part: 'global_unsubscribe' }) : []),
    ...byRecord(share, { step: 'leave_allow_list', part: 'address_allow_list' }),
    ...leavingLists(share),
    ...byRecord(share, { step: 'drop_alternate', part: 'contact_alternate' }),
    ...deletedContacts(share).map(effectOn('delete_contacts')),
    ...byRecord(share, { step: 'delete_legacy_recipients', part: 'legacy_recipient' }),
    ...byRecord(share, { step: 'delete_bounces', part: 'bounces' }),
    ...byRecord(share, { step: 'delete_blocks', part: 'blocks' }),
    ...byRecord(share, { step: 'delete_spam_reports', part: 'spam_reports' }),
    ...byRecord(share, { step: 'delete_invalid_emails', part: 'invalid_emails' }),
    ...byRecord(share, { step: 'leave_group', part: 'unsubscribe_groups' }),
    ...byAddress({ ...share, addresses: toErase }, { step: 'erase_mail_events', part: 'email_logs' }),
    ...(isSuppressed && toErase.length > 0
      ? byAddress({ ...share, addresses: toErase }, { step: 'restore_suppression', part: 'global_unsubscribe' })
      : []),
    ...byRecord(share, { step: 'remove_teammate', part: 'teammates' }),
    ...byRecord(share, { step: 'remove_alert', part: 'alerts' }),
  ]
}

interface StepAt {
  readonly step: StepName
  readonly part: SendGridPart
}

function byAddress({ subuser, addresses }: Share, { step, part }: StepAt): readonly Bare[] {
  return addresses.map((email) => ({ step, part, target: refOf({ subuser, id: email }) }))
}

function byRecord({ records }: Share, { step, part }: StepAt): readonly Bare[] {
  return records.filter((record) => record.part === part).map(effectOn(step))
}

function effectOn(step: StepName) {
  return ({ part, ref }: PlannedRecord): Bare => ({ step, part, target: ref })
}

/** A contact goes with its memberships, unless one of them must stay. */
function deletedContacts({ records, kept }: Share): readonly PlannedRecord[] {
  return records.filter(({ part, ref }) => part === 'contact' && !kept.some(({ parentRef }) => parentRef === ref))
}

/** A list is left in a call of its own only when its contact stays. */
function leavingLists(share: Share): readonly Bare[] {
  const gone = new Set(deletedContacts(share).map(({ ref }) => placeOf(ref).id))
  return share.records
    .filter(({ part, ref }) => part === 'lists' && !gone.has(pairOf(placeOf(ref).id)[0]))
    .map(effectOn('leave_list'))
}

/** The erasure job knows addresses only: a message that must stay keeps all messages of its address. */
function hasKeptMessage({ kept }: Share, email: string): boolean {
  return kept.some((record) => /^email_(logs|activity)$/.test(record.part) && isOf(record, email))
}
