import type { LegId, RecordId, RequestId } from '../domain/ids.ts'
import type { Actor, RequestRow } from './rows.ts'

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
  /** Releases an archive that waited for a person's review. @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION`. */
  review(order: Order): Promise<RequestRow>
  /** Orders another look at every account now. @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION` unless answered. */
  recheck(order: Order): Promise<RequestRow>
}
