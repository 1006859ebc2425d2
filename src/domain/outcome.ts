import type { ErrorCode } from './errors.ts'

/** What became of one part of a leg: a closed list (design §3). Instants are epoch milliseconds. */
export type Outcome =
  | { readonly kind: 'exported' }
  | { readonly kind: 'erased' }
  | { readonly kind: 'anonymised' }
  | { readonly kind: 'rectified' }
  | { readonly kind: 'suppressed' }
  | { readonly kind: 'restricted' }
  | { readonly kind: 'nothing_found' }
  | { readonly kind: 'retained'; readonly law: string; readonly untilMs: number }
  | { readonly kind: 'accepted'; readonly finishesByMs: number }
  | { readonly kind: 'unverifiable'; readonly why: string }
  | { readonly kind: 'done_by_hand'; readonly evidence: string }
  | { readonly kind: 'not_supported'; readonly why: string }
  | { readonly kind: 'not_done'; readonly why: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode }

export type OutcomeKind = Outcome['kind']

// Best first: a leg shows its worst part.
const SEVERITY: Readonly<Record<OutcomeKind, number>> = {
  nothing_found: 0,
  exported: 1,
  erased: 2,
  anonymised: 3,
  rectified: 4,
  suppressed: 5,
  restricted: 6,
  done_by_hand: 7,
  retained: 8,
  accepted: 9,
  unverifiable: 10,
  not_supported: 11,
  not_done: 12,
  failed: 13,
}

/** Whether a part that ended so needs an explanation in the record: it makes a request `completed_with_exceptions`. */
export function isException(outcome: Outcome): boolean {
  return SEVERITY[outcome.kind] >= SEVERITY.unverifiable
}

/** Whether the outcome promises something for a later day, so that a recheck must be scheduled. */
export function isPromise(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || outcome.kind === 'retained'
}

/** The worst of the outcomes, or `nothing_found` for none. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce<Outcome>((worst, one) => (SEVERITY[one.kind] > SEVERITY[worst.kind] ? one : worst), {
    kind: 'nothing_found',
  })
}

/** How a whole request ended. */
export type RequestResult = 'completed' | 'completed_with_exceptions' | 'planned' | 'refused' | 'withdrawn'

/** `completed` only when every part ended well (design §3). */
export function resultOf(outcomes: readonly Outcome[]): RequestResult {
  return outcomes.some(isException) ? 'completed_with_exceptions' : 'completed'
}
