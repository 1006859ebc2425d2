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
  one_history:
    'that everybody is shown the same log: no witness and no time stamp covers this checkpoint, so compare it with one that you got elsewhere',
  never_logged: 'that nothing was left out before it was logged: who holds a receipt can look for its entry',
  documents_not_kept: 'what the oldest entries said: their documents were deleted when their time was over',
  could_not_be_checked: 'the parts that the record itself calls impossible to check',
} as const
export type NotProven = keyof typeof NOT_PROVEN

/** What this record does not prove, most important first. */
export function notProvenBy(statement: Statement): NotProven[] {
  return inOrder([...openIn(statement), 'not_in_log', 'time_of_signing'])
}

/** What a proof that a document stands in a log leaves open. @param isDated - whether a witness or a time stamp covers the checkpoint. */
export function notProvenByProof(statement: Statement | undefined, isDated: boolean): NotProven[] {
  const ofLog: readonly NotProven[] = isDated ? [] : ['one_history', 'time_of_signing']
  return inOrder([...(statement ? openIn(statement) : ['who_asked' as const]), ...ofLog])
}

/** What a whole log leaves open. */
export function notProvenByLog({ isDated, isPruned }: { isDated: boolean; isPruned: boolean }): NotProven[] {
  const ofLog: readonly NotProven[] = isDated ? [] : ['one_history', 'time_of_signing']
  return inOrder([
    'never_logged',
    'vendor_internal_state',
    'who_asked',
    ...ofLog,
    ...(isPruned ? (['documents_not_kept'] as const) : []),
  ])
}

function openIn({ predicate }: Statement): NotProven[] {
  const kinds = new Set(predicate.legs.flatMap((leg) => leg.parts.map((one) => one.outcome.kind)))
  const isOpen: Readonly<Partial<Record<NotProven, boolean>>> = {
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

function inOrder(open: readonly NotProven[]): NotProven[] {
  return NOT_PROVEN_ORDER.filter((one) => open.includes(one))
}

const NOT_PROVEN_ORDER: readonly NotProven[] = [
  'not_in_log',
  'one_history',
  'never_logged',
  'documents_not_kept',
  'vendor_internal_state',
  'could_not_be_checked',
  'places_not_reached',
  'still_running',
  'time_of_signing',
  'who_asked',
  'files_not_compared',
  'personal_part_unopened',
]
