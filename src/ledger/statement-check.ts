import { REDACTION_KINDS, REDACTION_REASONS } from '../domain/redaction.ts'
import { RIGHTS } from '../domain/right.ts'
import {
  type Check,
  code,
  count,
  fileName,
  instant,
  listOf,
  matching,
  oneOf,
  sentence,
  sha256,
  struct,
  tagged,
  uuid,
} from './shape.ts'
import {
  IDENTITY_RESULTS,
  LEG_STATES,
  PREDICATE_TYPE,
  RECORD_RESULTS,
  type RecordDepth,
  type RecordLeg,
  type RecordOutcome,
  type RecordPart,
  STATEMENT_TYPE,
  type Statement,
} from './statement.ts'

const bare = <K extends string>(kind: K) => struct({ kind: oneOf([kind]) })

const outcome: Check<RecordOutcome> = tagged({
  exported: bare('exported'),
  erased: bare('erased'),
  anonymised: bare('anonymised'),
  rectified: bare('rectified'),
  suppressed: bare('suppressed'),
  restricted: bare('restricted'),
  nothing_found: bare('nothing_found'),
  retained: struct({ kind: oneOf(['retained']), law: sentence, until: instant }),
  accepted: struct({ kind: oneOf(['accepted']), finishes_by: instant }),
  unverifiable: struct({ kind: oneOf(['unverifiable']), why: sentence }),
  done_by_hand: struct({ kind: oneOf(['done_by_hand']), evidence: code }),
  not_supported: struct({ kind: oneOf(['not_supported']), why: sentence }),
  not_done: struct({ kind: oneOf(['not_done']), why: sentence }),
  failed: struct({ kind: oneOf(['failed']), code }),
})

const part: Check<RecordPart> = struct({
  part: code,
  outcome,
  counts: struct({ found: count(), done: count(), kept: count(), remaining: count() }),
})

const readback = struct({ query_class: code, result: count(), response_digest: sha256, at: instant })

const leg: Check<RecordLeg> = struct(
  {
    account: code,
    connector: struct({ id: code, name: sentence, version: code, manifest_hash: sha256 }),
    credential: code,
    state: oneOf(LEG_STATES),
    parts: listOf(part, { max: 500 }),
    readbacks: listOf(readback, { max: 5000 }),
    attempts: count(),
  },
  { control: readback, first_at: instant, last_at: instant },
)

const places = listOf(code, { max: 500 })
const gaps = listOf(struct({ part: code, why: sentence }), { max: 500 })
const depth: Check<RecordDepth> = struct({
  connector: code,
  read: places,
  erased: places,
  anonymised: places,
  suppressed: places,
  left: gaps,
  unread: gaps,
})

const base64 = matching(/^[A-Za-z0-9+/]+={0,2}$/, 'base64')
const sealed = struct({ kid: sha256, iv: base64, ct: base64 })

const clock = struct(
  { rule_set: code, due_at: instant },
  { extension: struct({ due_at: instant, reason: code, told_at: instant }) },
)

const identity = struct(
  { method: code, result: oneOf(IDENTITY_RESULTS) },
  { level: count(), by: struct({ role: code, id: code, at: instant }) },
)

const withheld = struct({
  account: code,
  part: code,
  kind: oneOf(REDACTION_KINDS),
  reason: oneOf(REDACTION_REASONS),
  count: count(1),
})

const predicate = struct(
  {
    request: uuid,
    sequence: count(1),
    controller: code,
    action: oneOf(RIGHTS),
    legal_basis: sentence,
    received_at: instant,
    sealed_at: instant,
    clock,
    identity_check: identity,
    nonce: sha256,
    policy_hash: sha256,
    result: oneOf(RECORD_RESULTS),
    legs: listOf(leg, { max: 500 }),
    exceptions: listOf(struct({ account: code, part: code, journal_entry: code }), { max: 50_000 }),
    depth: listOf(depth, { max: 500 }),
    subject_commitments: listOf(sha256, { max: 100 }),
    rechecks: listOf(instant, { max: 100 }),
  },
  {
    plan_hash: sha256,
    approval: struct({ role: code, by: code, at: instant }),
    sealed,
    capsule_until: instant,
    forgets: struct({ request_key_at: instant }, { archive_at: instant }),
    withheld: listOf(withheld, { max: 5000 }),
  },
)

/**
 * Whether a parsed document is a completion record of this version, member by member.
 *
 * @throws DsrError `FIELD_INVALID` with the path of the first fault in `field`.
 */
export const checkStatement: Check<Statement> = struct({
  _type: oneOf<typeof STATEMENT_TYPE>([STATEMENT_TYPE]),
  subject: listOf(struct({ name: fileName, digest: struct({ sha256 }) }), { min: 1, max: 100 }),
  predicateType: oneOf<typeof PREDICATE_TYPE>([PREDICATE_TYPE]),
  predicate,
})
