import type { Context, LegSubject, PlannedEffect, PlannedRecord, Wish, WritingVerb } from '../../src/connector/index.ts'
import { openSendGrid } from './client.ts'
import { fieldsOf } from './corrections.ts'
import { erase } from './erase.ts'
import { CERTAIN, attributionByAddress } from './mapping.ts'
import { groupIds } from './places/suppressions.ts'
import { placeOf, refOf } from './refs.ts'
import { subusersOf } from './settings.ts'

const carriedOut: Omit<WritingVerb, 'plan'> = {
  perform: (context, call) => erase.perform(context, call),
  readBack: (context, call) => erase.readBack(context, call),
  poll: (context, call) => erase.poll(context, call),
}

/** Corrects the fields of every contact by an upsert under its own identifiers. */
export const rectify: WritingVerb = {
  ...carriedOut,
  plan: (_, { records, wish }) => {
    const fields = fieldsOf(wish)
    if (Object.keys(fields).length === 0) return Promise.resolve([])
    const contacts = records.filter(({ part }) => part === 'contact')
    const details = { fields: { ...fields } }
    return Promise.resolve(
      contacts.map(({ ref }) => ({ step: 'correct_contact', target: ref, part: 'contact', after: [], details })),
    )
  },
}

/** Stops marketing by the unsubscribe groups, and never by the global list: the person may still need service mail. */
export const object: WritingVerb = {
  ...carriedOut,
  plan: async (context, subject) => {
    if (!isAgainstMarketing(subject.wish)) return []
    const effects: PlannedEffect[] = []
    for (const subuser of subusersOf(context)) {
      const emails = addressesAt(context, subject, subuser)
      if (emails.length === 0) continue
      const groups = await groupIds(openSendGrid(context, subuser))
      for (const record of recordsAt(subject.records, subuser).filter(({ part }) => part === 'address_allow_list'))
        // An entry of the allow list overrides every suppression.
        effects.push({ step: 'leave_allow_list', target: record.ref, part: record.part, after: [] })
      for (const email of emails)
        for (const group of groups) {
          const target = refOf({ subuser, id: `${group}/${email}` })
          effects.push({ step: 'join_group', target, part: 'unsubscribe_groups', after: [] })
        }
    }
    return effects
  },
}

/** SendGrid freezes nobody: no mail to the addresses, and no list that a campaign could be sent to. */
export const restrict: WritingVerb = {
  ...carriedOut,
  plan: (context, subject) =>
    Promise.resolve(
      subusersOf(context).flatMap((subuser): readonly PlannedEffect[] => [
        ...addressesAt(context, subject, subuser).map((email) => ({
          step: 'suppress_globally',
          target: refOf({ subuser, id: email }),
          part: 'global_unsubscribe',
          after: [],
        })),
        ...recordsAt(subject.records, subuser).flatMap(({ part, ref }) => {
          const step = { address_allow_list: 'leave_allow_list', lists: 'leave_list' }[part]
          return step === undefined ? [] : [{ step, target: ref, part, after: [] }]
        }),
      ]),
    ),
}

export function isAgainstMarketing(wish: Wish | undefined): boolean {
  return wish?.purposes.some((purpose) => purpose === 'direct_marketing' || purpose === 'all') ?? false
}

export function recordsAt(records: readonly PlannedRecord[], subuser: string): readonly PlannedRecord[] {
  return records.filter(({ ref }) => placeOf(ref).subuser === subuser)
}

/** The person's addresses where the person was found; one that several people read only if it is nobody else's. */
export function addressesAt(
  context: Context,
  { records, identifiers }: Pick<LegSubject, 'records' | 'identifiers'>,
  subuser: string,
): readonly string[] {
  if (recordsAt(records, subuser).length === 0) return []
  const emails = identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value)
  return [...new Set(emails)].filter((email) => attributionByAddress(context, email).kind === CERTAIN.kind)
}
