import type { LegState } from '../domain/leg.ts'
import type { PartCounts } from '../domain/part.ts'
import type { RequestResult } from '../domain/outcome.ts'
import type { RedactionKind, RedactionReason } from '../domain/redaction.ts'
import type { Right } from '../domain/right.ts'
import type { SealedPart } from '../crypto/envelope.ts'

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PREDICATE_TYPE = 'https://habeas.example/completion-record/v1'

/** The name under which every record lists its bulk evidence. */
export const EVIDENCE_NAME = 'evidence.json'

export const RECORD_RESULTS = [
  'completed',
  'completed_with_exceptions',
  'refused',
  'withdrawn',
] as const satisfies readonly RequestResult[]
export type RecordResult = (typeof RECORD_RESULTS)[number]

export const LEG_STATES = [
  'open',
  'discovering',
  'found',
  'nothing',
  'acting',
  'settling',
  'settled',
  'parked',
] as const satisfies readonly LegState[]
export type RecordedLegState = (typeof LEG_STATES)[number]

export const IDENTITY_RESULTS = ['verified', 'failed', 'not_required'] as const
export type IdentityResult = (typeof IDENTITY_RESULTS)[number]

/**
 * What a completion record says: an in-toto Statement v1. Instants are RFC 3339 in UTC, digests SHA-256 in hexadecimal. It holds
 * codes, counts, times and commitments; personal data only inside `sealed`.
 */
export type Statement = {
  readonly _type: typeof STATEMENT_TYPE
  /** `evidence.json` first, then the archives. */
  readonly subject: readonly StatementSubject[]
  readonly predicateType: typeof PREDICATE_TYPE
  readonly predicate: Predicate
}

export type StatementSubject = { readonly name: string; readonly digest: { readonly sha256: string } }

export type Predicate = {
  readonly request: string
  /** 1 for the first record of a request, 2 and more for what a recheck found (its sequels). */
  readonly sequence: number
  readonly controller: string
  readonly action: Right
  readonly legal_basis: string
  readonly received_at: string
  readonly sealed_at: string
  readonly clock: RecordClock
  readonly identity_check: RecordIdentity
  /** 32 random bytes, so that the record's digest confirms no guess about its content. */
  readonly nonce: string
  readonly policy_hash: string
  readonly plan_hash?: string
  readonly approval?: { readonly role: string; readonly by: string; readonly at: string }
  readonly result: RecordResult
  readonly legs: readonly RecordLeg[]
  /** One row for each part that did not end well, with the journal entry in which a person or a policy explains it. */
  readonly exceptions: readonly { readonly account: string; readonly part: string; readonly journal_entry: string }[]
  readonly depth: readonly RecordDepth[]
  /** What was left out of a copy, counted by place and reason; absent: nothing was. */
  readonly withheld?: readonly RecordWithheld[]
  readonly subject_commitments: readonly string[]
  readonly sealed?: SealedPart
  /** When somebody looks again. */
  readonly rechecks: readonly string[]
  /** When the key of what the rechecks need is destroyed. */
  readonly capsule_until?: string
  /** When our own copies go. */
  readonly forgets?: { readonly request_key_at: string; readonly archive_at?: string }
}

/** How the person was identified, and who says so: a role and an opaque id. */
export type RecordIdentity = {
  readonly method: string
  readonly result: IdentityResult
  readonly level?: number
  readonly by?: { readonly role: string; readonly id: string; readonly at: string }
}

export type RecordWithheld = {
  readonly account: string
  readonly part: string
  readonly kind: RedactionKind
  readonly reason: RedactionReason
  readonly count: number
}

export type RecordClock = {
  readonly rule_set: string
  readonly due_at: string
  readonly extension?: { readonly due_at: string; readonly reason: string; readonly told_at: string }
}

export type RecordLeg = {
  readonly account: string
  readonly connector: {
    readonly id: string
    readonly name: string
    readonly version: string
    readonly manifest_hash: string
  }
  readonly credential: string
  readonly state: RecordedLegState
  readonly parts: readonly RecordPart[]
  /** The question whose answer was known to be there: without it an empty answer proves nothing. */
  readonly control?: RecordReadback
  readonly readbacks: readonly RecordReadback[]
  readonly attempts: number
  readonly first_at?: string
  readonly last_at?: string
}

export type RecordPart = { readonly part: string; readonly outcome: RecordOutcome; readonly counts: RecordCounts }
export type RecordCounts = { readonly [K in keyof PartCounts]: number }

export type RecordReadback = {
  readonly query_class: string
  readonly result: number
  readonly response_digest: string
  readonly at: string
}

export type RecordOutcome =
  | {
      readonly kind: 'exported' | 'erased' | 'anonymised' | 'rectified' | 'suppressed' | 'restricted' | 'nothing_found'
    }
  | { readonly kind: 'retained'; readonly law: string; readonly until: string }
  | { readonly kind: 'accepted'; readonly finishes_by: string }
  | { readonly kind: 'unverifiable' | 'not_supported' | 'not_done'; readonly why: string }
  | { readonly kind: 'done_by_hand'; readonly evidence: string }
  | { readonly kind: 'failed'; readonly code: string }

/** How deep a connector reaches: every place where its vendor keeps personal data stands in one of the lists. */
export type RecordDepth = {
  readonly connector: string
  readonly read: readonly string[]
  readonly erased: readonly string[]
  readonly anonymised: readonly string[]
  readonly suppressed: readonly string[]
  readonly left: readonly DepthGap[]
  readonly unread: readonly DepthGap[]
}
export type DepthGap = { readonly part: string; readonly why: string }
