import type { LegId, RecordId, RequestId } from '../domain/ids.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Redaction, RedactionReason } from '../domain/redaction.ts'
import type { Actor, LegRow, RequestRow } from './rows.ts'
import type { ParcelReader } from './runtime.ts'

/** Who asks, and in whose name: every command is a journal entry. */
export interface Order {
  readonly requestId: RequestId
  readonly actor: Actor
  /** The person's words; sealed under the request's key. */
  readonly reason: string | null
}

export interface IdentityOrder extends Order {
  readonly method: string
  readonly level: number
}

export interface ApproveOrder extends Order {
  readonly planHash: string
}

export interface DecideOrder extends Order {
  readonly decisions: readonly {
    readonly recordId: RecordId
    readonly decision: 'subject' | 'not_subject' | 'retain'
    readonly law: string | null
    readonly untilMs: number | null
  }[]
}

export interface ResumeOrder extends Order {
  readonly legId: LegId | null
  /** `retry`: go on where it stood. `act_again`: send the effects of what is still there once more. `accept`: end the leg as it is. */
  readonly action: 'retry' | 'act_again' | 'accept'
}

/** Who looks at what of a copy: each look is a line of the history. */
export interface CopyOrder {
  readonly requestId: RequestId
  readonly actor: Actor
  /** Ids, names of parts and positions only. */
  readonly what: Readonly<Record<string, string | number>>
}

export interface WantedRedaction extends Omit<Redaction, 'reason'> {
  readonly legId: LegId
}

export interface RedactOrder extends Order {
  readonly redactions: readonly WantedRedaction[]
  readonly why: RedactionReason
}

export interface RestoreOrder extends Order {
  readonly redactionIds: readonly string[]
}

export interface ReviewOrder extends Order {
  /** What the reviewer read, by its hash; absent: whatever the copy is now. */
  readonly copyHash?: string | undefined
}

/** A copy as it would go out now, with what was taken out of it marked beside it. */
export interface OpenCopy {
  readonly request: RequestRow
  /** Changes with everything that would go out. */
  readonly hash: string
  readonly systems: readonly {
    readonly leg: LegRow
    /** As the parcel counted its parts. */
    readonly counts: JsonObject
    readonly reader: ParcelReader
    readonly redactions: readonly (Redaction & { readonly id: string })[]
  }[]
}

/** What people and the portal may order. Each call is one transaction and returns the request as it stands after it. */
export interface Commands {
  /** @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION`. */
  verifyIdentity(order: IdentityOrder): Promise<RequestRow>
  /** @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION`, `FIELD_INVALID` (unknown record, retain without law and date). */
  decide(order: DecideOrder): Promise<RequestRow>
  /** @throws DsrError `NOT_FOUND`, `PLAN_NOT_READY`, `PLAN_HASH_MISMATCH`, `ILLEGAL_TRANSITION`. */
  approve(order: ApproveOrder): Promise<RequestRow>
  /** @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION` once acting has begun. */
  refuse(order: Order): Promise<RequestRow>
  /** @throws DsrError `NOT_FOUND`, `WITHDRAW_TOO_LATE` once acting has begun. */
  withdraw(order: Order): Promise<RequestRow>
  /** @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION` when nothing waits for a person. */
  resume(order: ResumeOrder): Promise<RequestRow>
  /**
   * Opens the copy that waits for a review, and notes in the history who looked at what.
   *
   * @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION` unless a review is asked.
   */
  openCopy(order: CopyOrder): Promise<OpenCopy>
  /** Takes something out of the copy. Doing it twice is doing it once. @throws DsrError `FIELD_INVALID` for a place that is not there. */
  redact(order: RedactOrder): Promise<RequestRow>
  /** Puts back what was taken out; what is back already stays. */
  restore(order: RestoreOrder): Promise<RequestRow>
  /**
   * Releases an archive that waited for a person's review.
   *
   * @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION`, `COPY_CHANGED` when it is not the copy that was read.
   */
  review(order: ReviewOrder): Promise<RequestRow>
  /** Orders another look at every account now. @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION` unless answered. */
  recheck(order: Order): Promise<RequestRow>
}
