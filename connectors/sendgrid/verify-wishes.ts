import type { PartFinding, VerifySubject } from '../../src/connector/index.ts'
import type { SendGridPart } from './depth.ts'
import { fieldsOf, isCorrected, isMoreWanted } from './corrections.ts'
import type { Desk } from './desk.ts'
import { isSameAddress } from './mapping.ts'
import { contactsById } from './places/contacts.ts'
import { allowList } from './places/settings.ts'
import { groupIds, isGloballySuppressed, suppressedGroups } from './places/suppressions.ts'
import { pairOf, placeOf } from './refs.ts'
import { requiredText, texts } from './shape.ts'
import { addressesAt, isAgainstMarketing, recordsAt } from './wishes.ts'

const NO_UPSERT =
  'SendGrid identifies a contact by its address and numbers and has no field for a job or an organisation: add the right contact, delete the old one and carry over its unsubscribes by hand'
const NO_SWITCH = 'SendGrid has unsubscribes only, no switch against profiling and other uses; decide by hand'
const NO_GROUPS =
  'this account has no unsubscribe group, and the global list would stop service mail as well; decide by hand'

/** How much of a wish is in place: places looked at and places that are not as wanted. */
interface Count {
  readonly part: SendGridPart
  readonly looked: number
  readonly missing: number
}

/** Looks whether a wish is in place, in the account and in every subuser that the configuration names. */
export async function lookAtWish(desks: readonly Desk[], subject: VerifySubject): Promise<readonly PartFinding[]> {
  switch (subject.right) {
    case 'rectification':
      return lookAtCorrections(desks, subject)
    case 'objection':
      return lookAtObjection(desks, subject)
    case 'restriction':
      return summed((await Promise.all(desks.map((desk) => countRestriction(desk, subject)))).flat())
    default:
      return []
  }
}

async function lookAtCorrections(desks: readonly Desk[], subject: VerifySubject): Promise<readonly PartFinding[]> {
  const planned = subject.records.filter(({ part }) => part === 'contact')
  if (planned.length === 0) return []
  const looked = planned.length
  if (isMoreWanted(subject.wish)) return [doubt('contact', looked, NO_UPSERT)]
  const fields = fieldsOf(subject.wish)
  let [there, right] = [0, 0]
  for (const desk of desks) {
    const ids = recordsAt(planned, desk.subuser).map(({ ref }) => placeOf(ref).id)
    const contacts = await contactsById(desk, ids)
    there += contacts.length
    right += contacts.filter(({ raw }) => isCorrected(raw, fields)).length
  }
  const remaining = looked - right
  const kind = there === 0 ? 'absent' : remaining === 0 ? 'in_place' : 'present'
  return [{ part: 'contact', looked, remaining, verdict: { kind } }]
}

async function lookAtObjection(desks: readonly Desk[], subject: VerifySubject): Promise<readonly PartFinding[]> {
  const purposes = subject.wish?.purposes ?? []
  const looked = subject.records.length
  if (purposes.length === 0 || looked === 0) return []
  const more = purposes.some((one) => one !== 'direct_marketing') ? [doubt('contact', looked, NO_SWITCH)] : []
  if (!isAgainstMarketing(subject.wish)) return more
  const counts = []
  for (const desk of desks) counts.push(...(await countObjection(desk, subject)))
  if (counts.every(({ looked: places }) => places === 0))
    return [doubt('unsubscribe_groups', looked, NO_GROUPS), ...more]
  return [...summed(counts), ...more]
}

async function countObjection(desk: Desk, subject: VerifySubject): Promise<readonly Count[]> {
  const groups = await groupIds(desk)
  let [looked, missing] = [0, 0]
  for (const email of addressesAt(desk.context, subject, desk.subuser)) {
    const left = (await suppressedGroups(desk, email)).map((group) => requiredText(group, 'id'))
    looked += groups.length
    missing += groups.filter((group) => !left.includes(group)).length
  }
  return [{ part: 'unsubscribe_groups', looked, missing }, await countAllowed(desk, subject)]
}

async function countRestriction(desk: Desk, subject: VerifySubject): Promise<readonly Count[]> {
  const emails = addressesAt(desk.context, subject, desk.subuser)
  let missing = 0
  for (const email of emails) if (!(await isGloballySuppressed(desk, email))) missing += 1
  return [
    { part: 'global_unsubscribe', looked: emails.length, missing },
    await countAllowed(desk, subject),
    await countLists(desk, subject),
  ]
}

async function countAllowed(desk: Desk, { records }: VerifySubject): Promise<Count> {
  const planned = recordsAt(records, desk.subuser).filter(({ part }) => part === 'address_allow_list')
  const list = planned.length === 0 ? [] : (await allowList(desk)).list
  const still = planned.filter(({ ref }) => list.some((entry) => isSameAddress(entry, placeOf(ref).id)))
  return { part: 'address_allow_list', looked: planned.length, missing: still.length }
}

async function countLists(desk: Desk, { records }: VerifySubject): Promise<Count> {
  const planned = recordsAt(records, desk.subuser).filter(({ part }) => part === 'lists')
  const pairs = planned.map(({ ref }) => pairOf(placeOf(ref).id))
  const contacts = await contactsById(desk, [...new Set(pairs.map(([contactId]) => contactId))])
  const still = pairs.filter(([contactId, listId]) =>
    contacts.some(({ id, raw }) => id === contactId && texts(raw, 'list_ids').includes(listId)),
  )
  return { part: 'lists', looked: planned.length, missing: still.length }
}

function summed(counts: readonly Count[]): readonly PartFinding[] {
  return [...new Set(counts.map(({ part }) => part))].flatMap((part): readonly PartFinding[] => {
    const own = counts.filter((one) => one.part === part)
    const looked = own.reduce((sum, one) => sum + one.looked, 0)
    const remaining = own.reduce((sum, one) => sum + one.missing, 0)
    if (looked === 0) return []
    return [{ part, looked, remaining, verdict: { kind: remaining === 0 ? 'in_place' : 'present' } }]
  })
}

function doubt(part: SendGridPart, looked: number, why: string): PartFinding {
  return { part, looked, remaining: looked, verdict: { kind: 'cannot_tell', why } }
}

export function isWish({ right }: VerifySubject): boolean {
  return right === 'rectification' || right === 'objection' || right === 'restriction'
}
