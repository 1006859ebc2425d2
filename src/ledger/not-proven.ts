import type { Statement } from './statement.ts'

/** What even a valid record leaves open, in the words that a verifier prints. */
export const NOT_PROVEN = {
  not_in_log: 'that this record stands in the log: check it with its .tlog-proof file',
  time_of_signing:
    'when it was signed: the times are those of the signer until a log checkpoint with a time stamp covers them',
  vendor_internal_state: 'what vendors keep inside: the record shows what they answered when they were asked again',
  who_asked: 'who the person is: the record says how the identity was checked, not on what evidence',
  files_not_compared: 'that a file you hold is one of those named here: compare its SHA-256',
  personal_part_unopened: 'what the encrypted personal part says: it opens only with the key of the request',
  places_not_reached: 'anything about the places that the connectors do not reach; they are listed in the record',
  still_running: 'what the vendors promised to finish later: a later record says how it ended',
  could_not_be_checked: 'the parts that the record itself calls impossible to check',
} as const
export type NotProven = keyof typeof NOT_PROVEN

/** What this record does not prove, most important first. */
export function notProvenBy({ predicate }: Statement): NotProven[] {
  const kinds = new Set(predicate.legs.flatMap((leg) => leg.parts.map((one) => one.outcome.kind)))
  const isOpen: Readonly<Record<NotProven, boolean>> = {
    not_in_log: true,
    time_of_signing: true,
    vendor_internal_state: predicate.legs.length > 0,
    who_asked: true,
    files_not_compared: true,
    personal_part_unopened: predicate.sealed !== undefined,
    places_not_reached: predicate.depth.some((one) => one.left.length + one.unread.length > 0),
    still_running: kinds.has('accepted'),
    could_not_be_checked: kinds.has('unverifiable'),
  }
  return NOT_PROVEN_ORDER.filter((one) => isOpen[one])
}

const NOT_PROVEN_ORDER: readonly NotProven[] = [
  'not_in_log',
  'vendor_internal_state',
  'could_not_be_checked',
  'places_not_reached',
  'still_running',
  'time_of_signing',
  'who_asked',
  'files_not_compared',
  'personal_part_unopened',
]
