import { canonicalBytes } from '../crypto/canonical.ts'
import { sha256Hex } from '../crypto/digest.ts'
import type { SealedPart } from '../crypto/envelope.ts'
import { envelopeBytes, signEnvelope, type SigningKey } from '../crypto/signature.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { PartResult, Readback } from '../domain/part.ts'
import type { RedactionKind, RedactionReason } from '../domain/redaction.ts'
import type { Right } from '../domain/right.ts'
import { brokenInvariant } from './record-invariants.ts'
import { instantText, invalid } from './shape.ts'
import { checkStatement } from './statement-check.ts'
import {
  EVIDENCE_NAME,
  type IdentityResult,
  PAYLOAD_TYPE,
  PREDICATE_TYPE,
  type Predicate,
  type RecordDepth,
  type RecordedLegState,
  type RecordLeg,
  type RecordOutcome,
  type RecordPart,
  type RecordReadback,
  type RecordResult,
  STATEMENT_TYPE,
  type Statement,
} from './statement.ts'

/** All that a completion record is made from. Instants are epoch milliseconds, digests SHA-256 in hexadecimal. */
export interface RecordFacts {
  readonly requestId: string
  /** 1 for the first record of a request, one more for each sequel. */
  readonly sequence: number
  readonly controllerId: string
  readonly action: Right
  /** The provision, as `PROVISION` of `src/domain/right.ts` words it. */
  readonly legalBasis: string
  readonly receivedAtMs: number
  readonly sealedAtMs: number
  readonly clock: {
    readonly ruleSet: string
    readonly dueAtMs: number
    readonly extension?: { readonly dueAtMs: number; readonly reason: string; readonly toldAtMs: number }
  }
  readonly identityCheck: {
    readonly method: string
    readonly result: IdentityResult
    readonly level?: number
    /** Who says so: a role and an opaque id, never a name. */
    readonly by?: { readonly role: string; readonly id: string; readonly atMs: number }
  }
  /** 32 random bytes in hexadecimal, decided and stored before the record is made. */
  readonly nonce: string
  readonly policyHash: string
  readonly planHash?: string
  /** Who approved the plan: a role and an opaque id, never a name. A policy's approval has the role `policy`. */
  readonly approval?: { readonly role: string; readonly by: string; readonly atMs: number }
  readonly result: RecordResult
  readonly legs: readonly LegFacts[]
  readonly exceptions: readonly { readonly accountId: string; readonly part: string; readonly journalEntry: string }[]
  /** One for each connector of the legs. */
  readonly depth: readonly DepthFacts[]
  /** What was left out of a copy. */
  readonly withheld?: readonly {
    readonly accountId: string
    readonly part: string
    readonly kind: RedactionKind
    readonly reason: RedactionReason
    readonly count: number
  }[]
  readonly subjectCommitments: readonly string[]
  readonly sealed?: SealedPart
  readonly evidenceSha256: string
  /** For access and portability: the archives that the person gets. */
  readonly archives: readonly { readonly name: string; readonly sha256: string }[]
  readonly recheckAtMs: readonly number[]
  readonly capsuleUntilMs?: number
  readonly forgets?: { readonly requestKeyAtMs: number; readonly archiveAtMs?: number }
}

export interface LegFacts {
  readonly accountId: string
  readonly connector: {
    readonly id: string
    readonly name: string
    readonly version: string
    readonly manifestHash: string
  }
  /** What the configuration calls the credential; never the credential. */
  readonly credentialAlias: string
  readonly state: RecordedLegState
  readonly parts: readonly PartResult[]
  readonly control?: Readback
  readonly readbacks: readonly Readback[]
  readonly attempts: number
  readonly firstAtMs?: number
  readonly lastAtMs?: number
}

/** What the record says where a manifest leaves out why a place is not reached: an omission must not stop the sealing. */
const NO_REASON = 'the connector states no reason'

/** The rows of a manifest's depth; a manifest's own rows fit. */
export interface DepthFacts {
  readonly connectorId: string
  readonly rows: readonly {
    readonly part: string
    readonly isRead: boolean
    readonly onErasure: 'erased' | 'anonymised' | 'suppressed' | 'left'
    readonly why?: string
  }[]
}

/**
 * Builds the statement of a completion record. The same facts always give the same statement.
 *
 * @throws DsrError `FIELD_INVALID`: `field` is the path of a value that the record cannot hold (a free text, an unknown code, an
 *   address), or the name of the `Invariant` that the facts break.
 */
export function buildStatement(facts: RecordFacts): Statement {
  const evidence = { name: EVIDENCE_NAME, digest: { sha256: facts.evidenceSha256 } }
  const archives = facts.archives.map((one) => ({ name: one.name, digest: { sha256: one.sha256 } }))
  return requireSound({
    _type: STATEMENT_TYPE,
    subject: [evidence, ...archives],
    predicateType: PREDICATE_TYPE,
    predicate: predicateOf(facts),
  })
}

/**
 * Signs a statement and returns the record file: a DSSE envelope as JCS bytes, whose payload is the statement's JCS bytes.
 *
 * @throws DsrError `FIELD_INVALID` as `buildStatement` does, so that no unsound statement is ever signed.
 */
export function signRecord(statement: Statement, key: SigningKey): Uint8Array {
  return envelopeBytes(signEnvelope(key, PAYLOAD_TYPE, canonicalBytes(requireSound(statement))))
}

/** The digest by which the log names a record file. */
export function recordDigest(recordFile: Uint8Array): string {
  return sha256Hex(recordFile)
}

function requireSound(statement: Statement): Statement {
  checkStatement(statement, '$')
  const broken = brokenInvariant(statement)
  if (broken !== undefined) throw invalid(broken.invariant, `${broken.invariant} at ${broken.where}`)
  return statement
}

function predicateOf(facts: RecordFacts): Predicate {
  return {
    request: facts.requestId,
    sequence: facts.sequence,
    controller: facts.controllerId,
    action: facts.action,
    legal_basis: facts.legalBasis,
    received_at: instantText(facts.receivedAtMs, 'receivedAtMs'),
    sealed_at: instantText(facts.sealedAtMs, 'sealedAtMs'),
    clock: clockOf(facts.clock),
    identity_check: identityOf(facts.identityCheck),
    nonce: facts.nonce,
    policy_hash: facts.policyHash,
    result: facts.result,
    legs: facts.legs.map(legOf),
    exceptions: facts.exceptions.map((one) => ({
      account: one.accountId,
      part: one.part,
      journal_entry: one.journalEntry,
    })),
    depth: facts.depth.map(depthOf),
    subject_commitments: facts.subjectCommitments,
    rechecks: facts.recheckAtMs.map((ms) => instantText(ms, 'recheckAtMs')),
    ...optionalMembers(facts),
  }
}

function optionalMembers(facts: RecordFacts): Partial<Predicate> {
  const { planHash, approval, sealed, capsuleUntilMs, forgets, withheld = [] } = facts
  return {
    ...(withheld.length > 0 && {
      withheld: withheld.map(({ accountId, part, kind, reason, count }) => ({
        account: accountId,
        part,
        kind,
        reason,
        count,
      })),
    }),
    ...(planHash !== undefined && { plan_hash: planHash }),
    ...(approval && {
      approval: { role: approval.role, by: approval.by, at: instantText(approval.atMs, 'approval.atMs') },
    }),
    ...(sealed && { sealed: { kid: sealed.kid, iv: sealed.iv, ct: sealed.ct } }),
    ...(capsuleUntilMs !== undefined && { capsule_until: instantText(capsuleUntilMs, 'capsuleUntilMs') }),
    ...(forgets && {
      forgets: {
        request_key_at: instantText(forgets.requestKeyAtMs, 'forgets.requestKeyAtMs'),
        ...(forgets.archiveAtMs !== undefined && {
          archive_at: instantText(forgets.archiveAtMs, 'forgets.archiveAtMs'),
        }),
      },
    }),
  }
}

function identityOf({ method, result, level, by }: RecordFacts['identityCheck']): Predicate['identity_check'] {
  return {
    method,
    result,
    ...(level !== undefined && { level }),
    ...(by && { by: { role: by.role, id: by.id, at: instantText(by.atMs, 'identityCheck.atMs') } }),
  }
}

function clockOf(clock: RecordFacts['clock']): Predicate['clock'] {
  const { extension } = clock
  return {
    rule_set: clock.ruleSet,
    due_at: instantText(clock.dueAtMs, 'clock.dueAtMs'),
    ...(extension && {
      extension: {
        due_at: instantText(extension.dueAtMs, 'clock.extension.dueAtMs'),
        reason: extension.reason,
        told_at: instantText(extension.toldAtMs, 'clock.extension.toldAtMs'),
      },
    }),
  }
}

function legOf(leg: LegFacts): RecordLeg {
  const { id, name, version, manifestHash } = leg.connector
  return {
    account: leg.accountId,
    connector: { id, name, version, manifest_hash: manifestHash },
    credential: leg.credentialAlias,
    state: leg.state,
    parts: leg.parts.map(partOf),
    ...(leg.control && { control: readbackOf(leg.control) }),
    readbacks: leg.readbacks.map(readbackOf),
    attempts: leg.attempts,
    ...(leg.firstAtMs !== undefined && { first_at: instantText(leg.firstAtMs, 'legs.firstAtMs') }),
    ...(leg.lastAtMs !== undefined && { last_at: instantText(leg.lastAtMs, 'legs.lastAtMs') }),
  }
}

function partOf({ part, outcome, counts }: PartResult): RecordPart {
  const { found, done, kept, remaining } = counts
  return { part, outcome: outcomeOf(outcome), counts: { found, done, kept, remaining } }
}

function outcomeOf(outcome: Outcome): RecordOutcome {
  switch (outcome.kind) {
    case 'retained':
      return { kind: outcome.kind, law: outcome.law, until: instantText(outcome.untilMs, 'outcome.untilMs') }
    case 'accepted':
      return { kind: outcome.kind, finishes_by: instantText(outcome.finishesByMs, 'outcome.finishesByMs') }
    case 'unverifiable':
    case 'not_supported':
    case 'not_done':
      return { kind: outcome.kind, why: outcome.why }
    case 'done_by_hand':
      return { kind: outcome.kind, evidence: outcome.evidence }
    case 'failed':
      return { kind: outcome.kind, code: outcome.code }
    default:
      return { kind: outcome.kind }
  }
}

function readbackOf(look: Readback): RecordReadback {
  return {
    query_class: look.queryClass,
    result: look.result,
    response_digest: look.responseDigest,
    at: instantText(look.atMs, 'readbacks.atMs'),
  }
}

function depthOf({ connectorId, rows }: DepthFacts): RecordDepth {
  const erasing = (how: string) => rows.filter((row) => row.onErasure === how)
  const namesOf = (some: DepthFacts['rows']) => some.map((row) => row.part)
  const gapsOf = (some: DepthFacts['rows']) => some.map((row) => ({ part: row.part, why: row.why ?? NO_REASON }))
  return {
    connector: connectorId,
    read: namesOf(rows.filter((row) => row.isRead)),
    erased: namesOf(erasing('erased')),
    anonymised: namesOf(erasing('anonymised')),
    suppressed: namesOf(erasing('suppressed')),
    left: gapsOf(erasing('left')),
    unread: gapsOf(rows.filter((row) => !row.isRead)),
  }
}
