import type { Readable } from 'node:stream'
import type { Clock, Connector, Context, ExportPiece, CheckReport } from '../connector/contract.ts'
import type { Identifier } from '../domain/identifier.ts'
import type { AccountId, ControllerId, LegId, RequestId } from '../domain/ids.ts'
import type { JsonObject, JsonValue } from '../domain/json.ts'
import type { Redaction, RedactionKind, RedactionReason } from '../domain/redaction.ts'
import type { Right } from '../domain/right.ts'
import type { Statement } from '../ledger/statement.ts'
import type { LegRow, RequestRow } from './rows.ts'
import type { Store } from './store.ts'

/** Randomness is passed in, so that a simulation can replay it. */
export interface Random {
  uuid(): string
  bytes(length: number): Uint8Array
}

/** Keys of requests. A key exists wrapped in the request's row and unwrapped in memory only. */
export type WrappedKey = Pick<RequestRow, 'id' | 'wrappedKey' | 'masterKeyId'>

export interface Vault {
  /** A new key for a request, wrapped by the present master key. */
  createKey(): { readonly wrappedKey: Uint8Array; readonly masterKeyId: string }
  /** The same key of a request, wrapped by the present master key. @throws DsrError as `open`. */
  rewrap(request: WrappedKey): { readonly wrappedKey: Uint8Array; readonly masterKeyId: string }
  /** @throws DsrError `MASTER_KEY_WRONG`, `CORRUPT_CIPHERTEXT`. */
  open(request: WrappedKey): RequestVault
  /** Keyed digest for look-ups across requests of one controller (duplicates, Idempotency-Key); purposes never mix. */
  lookupDigest(controllerId: ControllerId, purpose: string, text: string): string
}

/** What can be done with one request's key. `label` binds a ciphertext to its place: opening under another label fails. */
export interface RequestVault {
  /** The id by which sealed parts and the log name this key; hexadecimal. */
  readonly kid: string
  seal(value: JsonValue, label: string): Uint8Array
  /** @throws DsrError `CORRUPT_CIPHERTEXT`. */
  open(sealed: Uint8Array, label: string): JsonValue
  /** HMAC under the request's key: equal texts of one purpose are equal, across requests nothing is. */
  digest(purpose: string, text: string): string
  /** The keyed commitment to an identifier that the record prints (audit.md §2.2). */
  commitment(identifier: Identifier): string
  /** The sealed part of a record: `{kid, iv, ct}`, base64. */
  sealForRecord(value: JsonValue, sequence: number): { readonly kid: string; readonly iv: string; readonly ct: string }
  /** Key bytes for one stored object (a parcel, an archive), by its object key. */
  objectKey(objectKey: string): Uint8Array
}

/** A configured connector account of a controller. */
export interface Account {
  readonly id: AccountId
  readonly controllerId: ControllerId
  readonly connector: Connector
  readonly effects: 'read_only' | 'test_only' | 'live'
  /** Normalised identifiers that `test_only` may act on. */
  readonly testIdentifiers: readonly string[]
  /** Position in the order of waves: 0 for sources, 1 for what they feed … */
  readonly wave: number
  readonly isSandbox: boolean
  /** Names the credential in the record without telling it. */
  readonly credentialAlias: string
  /** SHA-256 hex of the canonical manifest. */
  readonly manifestHash: string
  /** A context on the account's transport; the signal ends every call made through it. */
  context(signal: AbortSignal): Context
  /** `check`, remembered for some minutes, so that each leg can ask. */
  capabilities(signal: AbortSignal): Promise<CheckReport>
}

export interface Accounts {
  of(controllerId: ControllerId): readonly Account[]
  get(accountId: AccountId): Account | undefined
}

export interface RightPolicy {
  readonly approval: 'auto' | 'person'
  /** Whether a plan that a person approves needs a second one. */
  readonly fourEyes: boolean
  readonly coolingOffMs: number
  /** Identity methods that this right accepts; an empty list accepts none without a person. */
  readonly identity: readonly string[]
  readonly review: 'none' | 'person'
  /** So many requests of the controller may begin to change something at live accounts within an hour. */
  readonly maxPerHour: number
}

/** A rule by which a part is kept: law and how long, counted from 1 January after the record's creation (standards.md §4.4). */
export interface Exemption {
  readonly accountId: AccountId
  readonly part: string
  readonly law: string
  readonly keepYears: number
}

export interface Policy {
  readonly controllerId: ControllerId
  readonly controllerName: string
  readonly timeZone: string
  readonly country: string
  readonly languages: readonly ('nl' | 'fr' | 'en')[]
  readonly byRight: Readonly<Record<Right, RightPolicy>>
  readonly exemptions: readonly Exemption[]
  readonly ownDomains: readonly string[]
  /** SHA-256 hex of the canonical policy: plans and records name the policy in force. */
  readonly hash: string
}

export interface Policies {
  /** @throws DsrError `NOT_FOUND` for a controller that the configuration does not know. */
  of(controllerId: ControllerId): Policy
  controllers(): readonly ControllerId[]
}

export interface ParcelFacts {
  readonly objectKey: string
  readonly sha256: string
  readonly objectBytes: number
  /** Records and attachments by part. */
  readonly counts: Readonly<Record<string, PartCount>>
}

/** What lies in one part of a parcel. A type, so that a row can hold it as JSON. */
export type PartCount = {
  readonly records: number
  readonly attachments: number
  /** Credentials that were taken out before anything was stored; absent = none. */
  readonly secrets?: number
}

/** A parcel that is being read, part by part, in any order and more than once. */
export interface ParcelReader {
  /** Names of the parts that the parcel holds. */
  readonly parts: readonly string[]
  /** Records of a part; 0 for one that it does not hold. */
  count(part: string): number
  records(part: string): AsyncIterable<JsonValue>
  attachments(part: string): Iterable<ParcelAttachment>
}

export interface ParcelAttachment {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** Opened when its turn comes, then read to the end or destroyed. */
  readonly open: () => Promise<Readable>
}

export interface Parcels {
  /**
   * Streams an export into one encrypted object and returns when it is durable. Every attempt writes under a key of its own, so that
   * a stalled attempt cannot spoil a later one. Memory stays bounded. Credentials in records and text files are taken out first.
   */
  write(of: ParcelOrder, pieces: AsyncIterable<ExportPiece>): Promise<ParcelFacts>
  /**
   * Opens a stored export.
   *
   * @throws DsrError `ARCHIVE_CORRUPT` when it is not the one whose digest was recorded; `CORRUPT_CIPHERTEXT`; `NOT_FOUND`.
   */
  read(vault: RequestVault, parcel: { readonly objectKey: string; readonly sha256: string }): Promise<ParcelReader>
  delete(objectKey: string): Promise<void>
  /** Removes every parcel of a request, also those of attempts that died before they were written down. */
  deleteAll(requestId: RequestId): Promise<void>
}

export interface ParcelOrder {
  readonly requestId: RequestId
  readonly legId: LegId
  readonly epoch: number
  readonly vault: RequestVault
}

export interface ArchiveOrder {
  readonly request: RequestRow
  readonly policy: Policy
  readonly vault: RequestVault
  readonly systems: readonly {
    readonly leg: LegRow
    readonly account: Account
    readonly parcel: { readonly objectKey: string; readonly sha256: string } | undefined
    /** What a reviewer took out. */
    readonly redactions: readonly Redaction[]
  }[]
  /** What is left out of the copy, counted: the archive says it too. */
  readonly withheld: readonly Withheld[]
  /** Names this attempt; each seal attempt has its own object. */
  readonly attempt: string
}

/** So much was left out of one place of a copy, for one reason. */
export interface Withheld {
  readonly accountId: AccountId
  readonly part: string
  readonly kind: RedactionKind
  readonly reason: RedactionReason
  readonly count: number
}

export interface ArchiveFacts {
  readonly objectKey: string
  /** Of the plain ZIP; what the record names as its subject. */
  readonly sha256: string
  readonly zipBytes: number
}

export interface Archives {
  /** Streams the parcels into an encrypted ZIP and returns when it is durable. */
  build(order: ArchiveOrder): Promise<ArchiveFacts>
  delete(objectKey: string): Promise<void>
  /** Removes every archive of a request but one: those of attempts that it won over. */
  deleteOthers(requestId: RequestId, objectKey: string): Promise<void>
  /** Removes every archive of a request, also those of attempts that another one won. */
  deleteAll(requestId: RequestId): Promise<void>
}

/** Signs completion records. */
export interface RecordSigner {
  /** @returns the record file: a DSSE envelope as canonical bytes. @throws DsrError `FIELD_INVALID` for an unsound statement. */
  sign(statement: Statement): Uint8Array
  /**
   * @param event - a `LedgerEvent` as `leaf.body` keeps it.
   * @returns its file, likewise; the same event always gives the same. The one of `received` is the caller's receipt.
   */
  signEvent(event: JsonObject): Promise<Uint8Array>
}

/** What happened, for logs and metrics: past tense names, ids and counts only. */
export interface Events {
  emit(name: string, facts: Readonly<Record<string, string | number | boolean | null>>): void
}

/** Everything the stages and the effect engine reach the world through. */
export interface Ports {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly vault: Vault
  readonly accounts: Accounts
  readonly policies: Policies
  readonly parcels: Parcels
  readonly archives: Archives
  readonly signer: RecordSigner
  readonly events: Events
  /** How long a leg's lease lasts between heartbeats, in ms of the database's clock. */
  readonly leaseMs: number
}
