import type { CapRow, StartRow, StopRow } from './brake-rows.ts'
import type { IdentityLinkRow } from './identity-rows.ts'
import type { RedactionRow } from './review-rows.ts'
import type {
  ApiKeyRow,
  ArchiveLinkRow,
  CallRow,
  EffectRow,
  IdempotencyRow,
  IdentifierRow,
  JournalRow,
  LeafRow,
  LegRow,
  OutboxRow,
  ParcelRow,
  PlanRow,
  RecheckRow,
  RecordRow,
  RequestRow,
  SealRow,
} from './rows.ts'
import type { LedgerRow } from './ledger-row.ts'
import type { SuppressionRow } from './suppression-row.ts'

/** The tables of the system of record, by the names by which a transaction knows them. */
export interface Tables {
  readonly request: RequestRow
  readonly identifier: IdentifierRow
  readonly leg: LegRow
  readonly record: RecordRow
  readonly plan: PlanRow
  readonly effect: EffectRow
  readonly call: CallRow
  readonly journal: JournalRow
  readonly outbox: OutboxRow
  readonly leaf: LeafRow
  readonly parcel: ParcelRow
  readonly seal: SealRow
  readonly recheck: RecheckRow
  readonly stop: StopRow
  readonly start: StartRow
  readonly cap: CapRow
  readonly apiKey: ApiKeyRow
  readonly idempotency: IdempotencyRow
  readonly archiveLink: ArchiveLinkRow
  readonly suppression: SuppressionRow
  readonly redaction: RedactionRow
  readonly identityLink: IdentityLinkRow
  readonly ledger: LedgerRow
}

export type TableName = keyof Tables

/** What must be unique besides `id`, by table: the database and its memory twin both enforce it. */
export const UNIQUE = {
  identifier: [['requestId', 'kind', 'digest']],
  leg: [['requestId', 'accountId', 'generation']],
  record: [['legId', 'part', 'refDigest']],
  plan: [['requestId', 'version']],
  effect: [['legId', 'step', 'targetDigest']],
  parcel: [['objectKey']],
  seal: [['requestId', 'generation']],
  recheck: [['requestId', 'accountId', 'generation']],
  start: [['requestId', 'generation']],
  apiKey: [['keyDigest']],
  idempotency: [['controllerId', 'keyDigest']],
  archiveLink: [['tokenDigest']],
  suppression: [['controllerId', 'digest', 'purpose']],
  redaction: [['parcelId', 'part', 'kind', 'position', 'pathDigest']],
  identityLink: [['tokenDigest']],
} as const satisfies { readonly [Name in TableName]?: readonly (readonly (keyof Tables[Name])[])[] }
