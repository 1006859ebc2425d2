import { isWritingRight } from '../domain/right.ts'
import {
  EVIDENCE_NAME,
  type RecordLeg,
  type RecordOutcome,
  type RecordPart,
  type RecordResult,
  type Statement,
} from './statement.ts'

/** What every record keeps, whoever made it. The builder refuses to sign a record that breaks one, the verifier to accept it. */
export type Invariant =
  /** `completed` says that every part ended well and every account was settled. */
  | 'COMPLETED_IS_COMPLETE'
  /** A request that was acted on has accounts, and each has parts. */
  | 'NOTHING_IS_LEFT_OUT'
  /** Each exception is explained by a journal entry, and nothing else is. */
  | 'EXCEPTIONS_ARE_EXPLAINED'
  /** All that was found is accounted for, unless the part says that it is not known. */
  | 'COUNTS_ADD_UP'
  /** Gone means: looked again after a positive control, and nothing was left. */
  | 'ERASED_WAS_LOOKED_AT'
  /** Only what was asked was done: no erasure when access was asked. */
  | 'ACTION_FITS_OUTCOMES'
  /** A promise for a later day comes with the day on which somebody looks again. */
  | 'PROMISES_ARE_RECHECKED'
  /** Nothing is changed at a vendor without an approved plan. */
  | 'CHANGES_WERE_APPROVED'
  /** Nothing is done for somebody whose identity check failed. */
  | 'IDENTITY_WAS_CHECKED'
  /** What was exported is named by its digest; the evidence comes first. */
  | 'FILES_ARE_NAMED'
  /** One account, part, commitment or file stands once. */
  | 'NAMES_ARE_UNIQUE'
  /** Instants are in an order that can have happened. */
  | 'TIMES_ARE_POSSIBLE'
  /** Each connector says how deep it reaches. */
  | 'DEPTH_IS_STATED'

export interface BrokenInvariant {
  readonly invariant: Invariant
  /** Where in the record: a path or names, never a value that could identify a person. */
  readonly where: string
}

/** The first invariant that the record breaks, or undefined when it keeps them all. */
export function brokenInvariant(statement: Statement): BrokenInvariant | undefined {
  for (const [invariant, rule] of RULES) {
    const where = rule(statement)
    if (where !== undefined) return { invariant, where }
  }
  return undefined
}

/** Whether an outcome must be explained in the record's exceptions. */
export function isExceptionKind(kind: RecordOutcome['kind']): boolean {
  return EXCEPTIONS.has(kind)
}

type Kind = RecordOutcome['kind']
type Rule = (statement: Statement) => string | undefined

const EXCEPTIONS: ReadonlySet<Kind> = new Set<Kind>(['failed', 'not_supported', 'unverifiable', 'not_done'])
const GONE: ReadonlySet<Kind> = new Set<Kind>(['erased', 'anonymised'])
const PROMISES: ReadonlySet<Kind> = new Set<Kind>(['accepted', 'retained'])
const CHANGES: ReadonlySet<Kind> = new Set<Kind>([
  'erased',
  'anonymised',
  'rectified',
  'suppressed',
  'restricted',
  'accepted',
  'done_by_hand',
])
const ACTED: ReadonlySet<RecordResult> = new Set<RecordResult>(['completed', 'completed_with_exceptions'])

/** Outcomes that belong to some actions only; the others may stand under any. */
const OUTCOME_NEEDS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  exported: ['access', 'portability'],
  erased: ['erasure'],
  anonymised: ['erasure'],
  rectified: ['rectification'],
  suppressed: ['erasure', 'objection', 'restriction'],
  restricted: ['restriction', 'objection', 'erasure'],
}

const RULES: readonly (readonly [Invariant, Rule])[] = [
  ['NAMES_ARE_UNIQUE', namesAreUnique],
  ['NOTHING_IS_LEFT_OUT', nothingIsLeftOut],
  ['COMPLETED_IS_COMPLETE', completedIsComplete],
  ['EXCEPTIONS_ARE_EXPLAINED', exceptionsAreExplained],
  ['ACTION_FITS_OUTCOMES', actionFitsOutcomes],
  ['COUNTS_ADD_UP', (statement) => firstPart(statement, ({ part }) => !countsAddUp(part))],
  [
    'ERASED_WAS_LOOKED_AT',
    (statement) => firstPart(statement, ({ leg, part }) => isGone(part) && !wasLookedAt(leg, part)),
  ],
  ['PROMISES_ARE_RECHECKED', promisesAreRechecked],
  ['CHANGES_WERE_APPROVED', changesWereApproved],
  ['IDENTITY_WAS_CHECKED', identityWasChecked],
  ['FILES_ARE_NAMED', filesAreNamed],
  ['TIMES_ARE_POSSIBLE', timesArePossible],
  ['DEPTH_IS_STATED', depthIsStated],
]

/** The names of all rules, in the order in which they are looked at. */
export const INVARIANTS: readonly Invariant[] = RULES.map(([invariant]) => invariant)

function namesAreUnique({ subject, predicate }: Statement): string | undefined {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['subject', subject.map((one) => one.name)],
    ['legs', predicate.legs.map((leg) => leg.account)],
    ['depth', predicate.depth.map((one) => one.connector)],
    ['subject_commitments', predicate.subject_commitments],
    ...predicate.legs.map((leg) => [leg.account, leg.parts.map((one) => one.part)] as const),
  ]
  return lists.find(([, names]) => new Set(names).size < names.length)?.[0]
}

function nothingIsLeftOut({ predicate }: Statement): string | undefined {
  if (!ACTED.has(predicate.result)) return undefined
  if (predicate.legs.length === 0) return 'legs'
  return predicate.legs.find((leg) => leg.parts.length === 0)?.account
}

function completedIsComplete(statement: Statement): string | undefined {
  const { result, legs } = statement.predicate
  const exception = firstPart(statement, ({ part }) => EXCEPTIONS.has(part.outcome.kind))
  switch (result) {
    case 'completed':
      return exception ?? legs.find((leg) => leg.state !== 'settled' && leg.state !== 'nothing')?.account
    case 'completed_with_exceptions':
      return exception === undefined ? 'result' : undefined
    case 'refused':
    case 'withdrawn':
      return undefined
  }
}

function exceptionsAreExplained({ predicate }: Statement): string | undefined {
  const places = predicate.legs.flatMap((leg) =>
    leg.parts.filter((part) => EXCEPTIONS.has(part.outcome.kind)).map((part) => placeOf(leg, part)),
  )
  const explained = predicate.exceptions.map((one) => `${one.account}/${one.part}`)
  const known = new Set(places)
  const seen = new Set(explained)
  if (seen.size < explained.length) return 'exceptions'
  return places.find((place) => !seen.has(place)) ?? explained.find((place) => !known.has(place))
}

function actionFitsOutcomes(statement: Statement): string | undefined {
  const { action } = statement.predicate
  return firstPart(statement, ({ part }) => OUTCOME_NEEDS[part.outcome.kind]?.includes(action) === false)
}

function countsAddUp({ outcome, counts }: RecordPart): boolean {
  const { found, done, kept, remaining } = counts
  switch (outcome.kind) {
    case 'nothing_found':
      return found === 0 && done === 0 && kept === 0 && remaining === 0
    case 'erased':
    case 'anonymised':
      return done > 0 && remaining === 0 && done + kept >= found
    case 'exported':
      return done > 0 && done + kept >= found
    case 'retained':
      return kept > 0 && done + kept + remaining >= found
    case 'rectified':
    case 'suppressed':
    case 'restricted':
    case 'accepted':
    case 'done_by_hand':
      return done + kept + remaining >= found
    case 'unverifiable':
    case 'not_supported':
    case 'not_done':
    case 'failed':
      return true
  }
}

function isGone(part: RecordPart): boolean {
  return GONE.has(part.outcome.kind)
}

/** The leg's control was seen, and after its first act a question found nothing. */
function wasLookedAt(leg: RecordLeg, part: RecordPart): boolean {
  const since = leg.first_at
  if (since === undefined || leg.control === undefined || leg.control.result === 0 || leg.control.at < since)
    return false
  return part.counts.remaining === 0 && leg.readbacks.some((look) => look.result === 0 && look.at >= since)
}

function promisesAreRechecked(statement: Statement): string | undefined {
  const { rechecks, capsule_until: until } = statement.predicate
  const last = [...rechecks].sort().at(-1)
  if (last !== undefined && (until === undefined || until < last)) return 'capsule_until'
  return last === undefined ? firstPart(statement, ({ part }) => PROMISES.has(part.outcome.kind)) : undefined
}

function changesWereApproved(statement: Statement): string | undefined {
  const { action, plan_hash: hash, approval, sealed_at: sealedAt } = statement.predicate
  if (!isWritingRight(action)) return undefined
  if (hash !== undefined && approval !== undefined && approval.at <= sealedAt) return undefined
  return firstPart(statement, ({ part }) => CHANGES.has(part.outcome.kind))
}

function identityWasChecked({ predicate }: Statement): string | undefined {
  return predicate.identity_check.result === 'failed' && ACTED.has(predicate.result) ? 'identity_check' : undefined
}

function filesAreNamed(statement: Statement): string | undefined {
  const [evidence, ...archives] = statement.subject
  if (evidence?.name !== EVIDENCE_NAME) return 'subject'
  const exported = firstPart(statement, ({ part }) => part.outcome.kind === 'exported')
  if (exported !== undefined && archives.length === 0) return exported
  return archives.length > 0 && OUTCOME_NEEDS.exported?.includes(statement.predicate.action) === false
    ? 'subject'
    : undefined
}

function timesArePossible({ predicate }: Statement): string | undefined {
  const { received_at: received, sealed_at: sealed, clock } = predicate
  // All instants have one form, so their text sorts as they do.
  if (received > sealed) return 'sealed_at'
  if (clock.due_at < received || (clock.extension && clock.extension.due_at <= clock.due_at)) return 'clock'
  return predicate.legs.find((leg) => {
    const looks = [...leg.readbacks, ...(leg.control ? [leg.control] : [])].map((look) => look.at)
    const acts = [leg.first_at, leg.last_at].filter((at) => at !== undefined)
    const isOrdered = (leg.first_at ?? received) <= (leg.last_at ?? sealed)
    return !isOrdered || [...looks, ...acts].some((at) => at < received || at > sealed)
  })?.account
}

function depthIsStated({ predicate }: Statement): string | undefined {
  const stated = new Set(predicate.depth.map((one) => one.connector))
  return predicate.legs.find((leg) => !stated.has(leg.connector.id))?.account
}

function firstPart(
  { predicate }: Statement,
  isAtFault: (place: { leg: RecordLeg; part: RecordPart }) => boolean,
): string | undefined {
  for (const leg of predicate.legs) {
    const part = leg.parts.find((one) => isAtFault({ leg, part: one }))
    if (part !== undefined) return placeOf(leg, part)
  }
  return undefined
}

function placeOf(leg: RecordLeg, part: RecordPart): string {
  return `${leg.account}/${part.part}`
}
