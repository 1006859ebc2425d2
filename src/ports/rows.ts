import type { EffectState } from '../domain/effect.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { CandidateReason, IdentifierKind } from '../domain/identifier.ts'
import type {
  AccountId,
  CallId,
  ConnectorId,
  ControllerId,
  EffectId,
  LegId,
  RecordId,
  RequestId,
} from '../domain/ids.ts'
import type { JsonObject } from '../domain/json.ts'
import type { LegState, ParkReason, ReturnState } from '../domain/leg.ts'
import type { RequestResult } from '../domain/outcome.ts'
import type { PartResult, Readback } from '../domain/part.ts'
import type { RequestState } from '../domain/request.ts'
import type { Right, WritingRight } from '../domain/right.ts'
import type { LegStage } from './queue.ts'

/**
 * The rows of the system of record. Names ending in `AtMs` are instants of the clock port; names ending in `DbMs` are instants
 * of the database's own clock (leases and re-issues, which must not follow a sped-up or wrong worker clock). `sealed…` is
 * ciphertext under the request's key; nothing else in a row is personal data.
 */

/** Who did something. `id` is an opaque name (API key id, user id, `policy`, `system`), never an address. */
export interface Actor {
  readonly role: 'portal' | 'ops' | 'approver' | 'auditor' | 'admin' | 'person' | 'policy' | 'system'
  readonly id: string
}

export interface IdentityCheck {
  readonly method: string
  readonly level: number
  readonly assertedBy: Actor
  readonly atMs: number
}

export interface Approval {
  readonly by: Actor
  /** The other person, where the policy wants four eyes. */
  readonly second?: Actor
  readonly planHash: string
  readonly planVersion: number
  readonly atMs: number
  readonly expiresAtMs: number
  /** Acting starts no earlier (cooling-off). */
  readonly actNotBeforeMs: number
}

/**
 * An approval that does not count yet: a second person is still to approve, or it is of a plan that was made while acting and whose
 * cooling-off period runs. It replaces the one in force when the first of its legs acts.
 */
export interface NextApproval {
  /** Who approved so far, in this order. */
  readonly by: readonly Actor[]
  readonly planHash: string
  readonly planVersion: number
  readonly atMs: number
  /** Set once everybody approved who must. */
  readonly granted: Pick<Approval, 'actNotBeforeMs' | 'expiresAtMs'> | null
}

export interface Delivery {
  readonly channel: 'callback' | 'api'
  readonly result: 'delivered' | 'available' | 'failed'
  readonly atMs: number
}

export interface RequestRow {
  readonly id: RequestId
  readonly controllerId: ControllerId
  readonly right: Right
  readonly mode: 'full' | 'plan'
  readonly state: RequestState
  readonly capacity: 'controller' | 'processor'
  readonly instructionId: string | null
  readonly language: 'nl' | 'fr' | 'en'
  readonly channel: string
  readonly externalReference: string | null
  readonly callbackUrl: string | null
  readonly createdBy: Actor
  /** An open request of the same controller and right for the same identifier, seen at intake. */
  readonly duplicateOf: RequestId | null
  readonly submittedAtMs: number | null
  readonly receivedAtMs: number
  readonly dueAtMs: number
  /** Local date of the controller, `2026-12-28`. */
  readonly dueDate: string
  readonly identityCheck: IdentityCheck | null
  /** Discovery round now running or last run, from 1; 0 before the first. */
  readonly round: number
  /** Highest generation started: 0 for the request itself, 1, 2 … for rechecks. */
  readonly generation: number
  /** Wave of accounts now acting, from 0. */
  readonly wave: number
  readonly planVersion: number
  readonly planHash: string | null
  readonly approval: Approval | null
  readonly nextApproval: NextApproval | null
  /** What keeps an approved request from starting, besides its cooling-off period. */
  readonly heldBy: 'hourly_cap' | 'stop' | null
  readonly result: RequestResult | null
  /** Names and corrections given at intake. */
  readonly sealedIntake: Uint8Array | null
  readonly wrappedKey: Uint8Array
  readonly masterKeyId: string
  /** The coordinator's next step for this request, when it has one to take by time. */
  readonly nextActionAtMs: number | null
  /** Set while a job for it is out; the watchdog re-issues it when it grows old. */
  readonly issuedAtDbMs: number | null
  readonly issue: number
  /** Smallest number of days before due that the owner was told of. */
  readonly remindedDays: number | null
  /** How the person was informed, or how far the attempt got. */
  readonly delivery: Delivery | null
  readonly answeredAtMs: number | null
  readonly closedAtMs: number | null
}

export interface IdentifierRow {
  readonly id: string
  readonly requestId: RequestId
  readonly kind: IdentifierKind
  /** HMAC under the request's key: tells two apart without opening them. */
  readonly digest: string
  /** Per-controller HMAC, by which a duplicate request is recognised; cleared when the request ends. */
  readonly lookupDigest: string | null
  readonly sealedValue: Uint8Array
  readonly source: 'intake' | 'vendor' | 'decision'
  readonly legId: LegId | null
  readonly isCertain: boolean
  readonly reason: CandidateReason | null
  /** The discovery round in which it is searched first. */
  readonly round: number
  /** The plan version that first listed it; null until planned. Only what is listed is acted on by address. */
  readonly planVersion: number | null
}

export interface LegRow {
  readonly id: LegId
  readonly requestId: RequestId
  readonly controllerId: ControllerId
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly generation: number
  readonly wave: number
  readonly state: LegState
  readonly parkedReason: ParkReason | null
  readonly returnTo: ReturnState | null
  /** What the next job of this leg does; null when nothing is to be done by the leg itself. */
  readonly stage: LegStage | null
  readonly round: number
  readonly epoch: number
  readonly leaseUntilDbMs: number | null
  readonly nextActionAtMs: number | null
  readonly issuedAtDbMs: number | null
  /** Set while a job for it is in the queue or running: what the relay counts for an account's admission. */
  readonly admittedAtDbMs: number | null
  readonly issue: number
  /** Failed tries in a row of the present stage. */
  readonly tries: number
  readonly errorCode: ErrorCode | null
  /** First failure of the present run of failures; null while it works. */
  readonly failingSinceMs: number | null
  /** Looks of verify so far, and how many in a row saw nothing left. */
  readonly looks: number
  readonly absences: number
  /** Runs of any stage since the beginning, for the record. */
  readonly attempts: number
  readonly parts: readonly PartResult[]
  readonly readbacks: readonly Readback[]
  readonly unavailable: readonly { readonly part: string; readonly why: string }[]
  readonly searchedAtMs: number | null
  readonly firstAtMs: number | null
  readonly lastAtMs: number | null
}

export interface RecordRow {
  readonly id: RecordId
  readonly requestId: RequestId
  readonly legId: LegId
  readonly part: string
  /** HMAC of the vendor's reference under the request's key; unique within (leg, part). */
  readonly refDigest: string
  readonly parentRefDigest: string | null
  readonly isCertain: boolean
  readonly reason: CandidateReason | null
  readonly decision: 'subject' | 'not_subject' | 'retain' | null
  readonly law: string | null
  readonly untilMs: number | null
  readonly createdAtMs: number | null
  /** The round that found it last. A record that a later round no longer finds is not acted on. */
  readonly round: number
  /** The plan version that first listed it; null until planned. */
  readonly planVersion: number | null
  /** A FoundRecord as JSON. */
  readonly sealedRecord: Uint8Array
}

export interface PlanRow {
  readonly id: string
  readonly requestId: RequestId
  readonly version: number
  /** SHA-256 hex of the canonical plan: what gets approved. */
  readonly hash: string
  readonly sealedPlan: Uint8Array
  readonly createdAtMs: number
}

export interface EffectRow {
  readonly id: EffectId
  readonly requestId: RequestId
  readonly legId: LegId
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly right: WritingRight
  readonly generation: number
  readonly step: string
  readonly part: string
  /** HMAC of the target under the request's key; unique within (leg, step). */
  readonly targetDigest: string
  /** {target, details} as JSON. */
  readonly sealedTarget: Uint8Array
  readonly after: readonly string[]
  /** True once every effect of the steps in `after` ended well. */
  readonly isReleased: boolean
  readonly state: EffectState
  readonly wasAlready: boolean
  /** Refused in a batch for another member's sake: it goes with at most so many companions next time; null = no cap. */
  readonly batchCap: number | null
  readonly callId: CallId | null
  readonly sealedJobRef: Uint8Array | null
  readonly finishesByMs: number | null
  readonly tries: number
  readonly errorCode: ErrorCode | null
  readonly readyAtMs: number
  readonly nextActionAtMs: number | null
  readonly settledAtMs: number | null
}

/** One vendor call in flight or settled; it owns its effects until it is settled or its lease ran out. */
export interface CallRow {
  readonly id: CallId
  readonly accountId: AccountId
  readonly connectorId: ConnectorId
  readonly step: string
  readonly kind: 'perform' | 'read_back' | 'poll'
  readonly members: number
  readonly state: 'sent' | 'settled' | 'lost'
  readonly sentAtMs: number
  readonly leaseUntilDbMs: number
  readonly settledAtMs: number | null
}

export interface JournalRow {
  readonly id: string
  /** The order of writing, given by the store; what an insert says is ignored. */
  readonly seq: number
  readonly requestId: RequestId
  readonly legId: LegId | null
  readonly atMs: number
  readonly actor: Actor
  /** Past tense, dotted: `request.received`, `leg.parked`, `plan.approved`, `exception.explained` … */
  readonly kind: string
  /** Codes, counts and ids only. */
  readonly detail: JsonObject
  /** A person's reason, in their words. */
  readonly sealedReason: Uint8Array | null
}

/** Work to be announced to the queue or the outside, written in the transaction that decided it. */
export interface OutboxRow {
  readonly id: string
  readonly kind: 'flow' | 'leg' | 'request' | 'effects' | 'notice' | 'event'
  readonly controllerId: ControllerId
  readonly requestId: RequestId | null
  /** The account whose admission the row needs; null for rows that pass freely. */
  readonly accountId: AccountId | null
  readonly body: JsonObject
  readonly createdAtDbMs: number
  readonly publishedAtDbMs: number | null
  readonly tries: number
  readonly notBeforeMs: number | null
}

/** A leaf for the transparency log, in the order of the state changes (audit.md §2.2). */
export interface LeafRow {
  readonly id: string
  /** The order of writing; given by the database. */
  readonly seq: number
  readonly controllerId: ControllerId
  /** Null for what concerns the controller alone. */
  readonly requestId: RequestId | null
  readonly kind: string
  /** Digest of the document's file; of an event's once it was signed. */
  readonly recordSha256: string | null
  /** The event that is to be signed (`LedgerEvent`); empty for a record, whose file is in `seal`. No personal data. */
  readonly body: JsonObject
  readonly createdAtMs: number
  readonly sequencedAtMs: number | null
  /** Its place in the log, once it has one. */
  readonly logIndex: number | null
}

export interface ParcelRow {
  readonly id: string
  readonly requestId: RequestId
  readonly legId: LegId
  readonly objectKey: string
  readonly sha256: string
  readonly objectBytes: number
  readonly counts: JsonObject
  readonly createdAtMs: number
}

/** What was sealed for (request, generation): the unique row picks the winner of two attempts. */
export interface SealRow {
  readonly id: string
  readonly requestId: RequestId
  readonly generation: number
  readonly recordSha256: string
  readonly envelope: Uint8Array
  /** The bulk evidence that the record names by digest, under the request's key. */
  readonly sealedEvidence: Uint8Array
  readonly archiveKey: string | null
  readonly archiveSha256: string | null
  readonly archiveBytes: number | null
  readonly sealedAtMs: number
  readonly archiveExpiresAtMs: number | null
}

export interface RecheckRow {
  readonly id: string
  readonly requestId: RequestId
  readonly accountId: AccountId
  readonly generation: number
  readonly why: 'accepted' | 'retained' | 'ordered' | 'late_source'
  readonly dueAtMs: number
  readonly state: 'due' | 'started' | 'done'
}

export interface ApiKeyRow {
  readonly id: string
  readonly controllerId: ControllerId | null
  readonly role: 'portal' | 'ops' | 'approver' | 'auditor' | 'admin'
  readonly label: string
  /** SHA-256 of the key, which is 32 random bytes. */
  readonly keyDigest: string
  readonly createdAtMs: number
  readonly revokedAtMs: number | null
  /** The highest level of identity that its holder may vouch for; null goes by the role. */
  readonly vouchesLevel: number | null
}

export interface IdempotencyRow {
  readonly id: string
  readonly controllerId: ControllerId
  /** Keyed HMAC of the caller's Idempotency-Key. */
  readonly keyDigest: string
  readonly bodyDigest: string
  readonly requestId: RequestId
  readonly expiresAtMs: number
}

/** A link by which the person fetches the archive, once, with a code that reached them another way. */
export interface ArchiveLinkRow {
  readonly id: string
  readonly requestId: RequestId
  /** SHA-256 of the link's secret, which is 32 random bytes. */
  readonly tokenDigest: string
  /** HMAC of the code under the request's key. */
  readonly codeDigest: string
  readonly createdBy: Actor
  readonly createdAtMs: number
  readonly expiresAtMs: number
  /** Wrong codes so far. */
  readonly failures: number
  /** When the right code came, by the database's clock; a link opens once. */
  readonly openedAtDbMs: number | null
  /** SHA-256 of the session's secret. */
  readonly sessionDigest: string | null
  readonly revokedAtMs: number | null
}
