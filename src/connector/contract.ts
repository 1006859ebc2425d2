import type { Readable } from 'node:stream'
import type { ErrorCode } from '../domain/errors.ts'
import type { Attribution, Identifier, IdentifierKind, LearnedIdentifier } from '../domain/identifier.ts'
import type { AccountId } from '../domain/ids.ts'
import type { JsonValue } from '../domain/json.ts'
import type { Readback } from '../domain/part.ts'
import type { Right, WritingRight } from '../domain/right.ts'
import type { Wish } from '../domain/wish.ts'
import type { BucketLimit } from './limits.ts'
import type { InterpretHold, Transport } from './transport.ts'

/**
 * The contract between Habeas and a vendor: a connector is a manifest (data) plus verbs with tagged outcomes.
 * Everything a verb needs comes in through `Context`; it keeps no state between calls, so that two tenants can stand
 * side by side and any worker can take the next step.
 */

// ---------------------------------------------------------------------------------------------------- manifest

/** One place where the vendor keeps personal data. The record prints these rows, and docs/connectors.md is made of them. */
export interface DepthRow {
  /** Short lower-case name, unique in the manifest: `contact`, `notes`, `suppression_bounces` … A `Part` of a leg. */
  readonly part: string
  /** What it is, in the users' words (English). */
  readonly title: string
  /** Category of personal data, in the users' words: "contact details", "messages" … */
  readonly category: string
  /** Where the data came from (decides what portability contains; standards.md §4.3). */
  readonly origin: Origin
  /** Whether discover and export read it. When false, `why` says why not. */
  readonly isRead: boolean
  /** What erasure does with it. `left` and `kept_suppression` need `why`. */
  readonly onErasure: 'erased' | 'anonymised' | 'suppressed' | 'left'
  /** Set when the part is a business record shared with others (deal, invoice, ticket): erasure asks a person first. */
  readonly isBusinessRecord?: boolean
  /**
   * Where in a record other people stand, as paths of names with dots between: `participants.*.email`; `*` is one step, `**` any number.
   * A reviewer sees them marked before a copy goes out. Absent = nowhere that the mapping knows of.
   */
  readonly othersAt?: readonly string[]
  /** Why the part is not read, or left; printed in the record, so no personal data and no vendor free text. */
  readonly why?: string
  /** Longest time from the vendor's "yes" until the data is really gone, in days; 0 or absent = at once. Source in the README. */
  readonly purgeDays?: number
}

export type Origin = 'provided' | 'observed' | 'inferred' | 'derived' | 'third_party'

/** One kind of changing call. `step` names in `PlannedEffect` refer to these. */
export interface StepManifest {
  /** Most effects that one vendor call may carry (documented maximum; 1 when the vendor has no batch form). */
  readonly batchMax: number
  /** How long the sender may wait for companions of other requests before it sends a smaller batch, in ms. */
  readonly lingerMs: number
  /** The limiter bucket of the call. */
  readonly bucket: string
  /** Whether sending it again after a lost answer is harmless by the vendor's own documents, once a read back saw no effect. */
  readonly isRepeatable: boolean
  /** Whether the vendor answers "accepted" and works later, so that `poll` must follow. */
  readonly isAsynchronous: boolean
}

export interface ScopeNeed {
  readonly scope: string
  /** What does not work without it, in the users' words. */
  readonly neededFor: string
  /** Vendor page on which the operator grants it. */
  readonly page?: string
}

export interface Manifest<Rights extends Right = Right> {
  /** Also the folder's name: `hubspot`. */
  readonly id: string
  /** Other names that the configuration may call it by: what the vendor was called before. */
  readonly aliases?: readonly string[]
  /** The name people know: "HubSpot". */
  readonly title: string
  readonly version: string
  /** Default API address; each account may set another (`base_url`). */
  readonly baseUrl: string
  readonly rights: readonly Rights[]
  /** Identifier kinds that the vendor can be searched by. */
  readonly searches: readonly IdentifierKind[]
  /** Published limits by bucket name; the limiter takes at most 80 % of each. */
  readonly buckets: Readonly<Record<string, BucketLimit>>
  readonly steps: Readonly<Record<string, StepManifest>>
  /** When to look again after acting: waits before the first, second … look, in ms. The last look decides. */
  readonly verifyAfterMs: readonly number[]
  /** How many looks in a row must agree that the data is gone (index lag); normally 1. */
  readonly absencesNeeded: number
  readonly scopes: readonly ScopeNeed[]
  readonly depth: readonly DepthRow[]
  /** Account options that the configuration may set, with what they mean. */
  readonly options?: Readonly<Record<string, string>>
}

// ----------------------------------------------------------------------------------------------------- context

/** A credential that cannot be printed: its toString, JSON and inspect forms are `[secret]`. */
export interface Secret {
  /** The only way to the text; used where a header is built, nowhere else. */
  reveal(): string
}

export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number
}

export interface Context {
  readonly account: {
    readonly id: AccountId
    readonly baseUrl: string
    readonly options: Readonly<Record<string, JsonValue>>
    /** Domains of the controller itself and of its staff: an address there is never a certain match. */
    readonly ownDomains: readonly string[]
  }
  readonly secret: Secret
  readonly transport: Transport
  readonly clock: Clock
  readonly signal: AbortSignal
}

// ---------------------------------------------------------------------------------------------------- discover

/** One record that the vendor holds on the subject. Personal data: it lives in memory and in the vault only. */
export interface FoundRecord {
  /** A name of `manifest.depth`. */
  readonly part: string
  /** The vendor's own reference, unique within the part; the only handle after erasure. */
  readonly ref: string
  /** The ref of the record it hangs on (the contact of a note), in whatever part. */
  readonly parentRef?: string
  readonly attribution: Attribution
  /** The record as the vendor gave it, secrets removed; what export prints. Small: large bodies come with `export`. */
  readonly content: JsonValue
  /** Instant of the record's creation at the vendor, when it says so; retention rules and rechecks count from it. */
  readonly createdAtMs?: number
  /** Identifiers that the record revealed. */
  readonly learned: readonly LearnedIdentifier[]
  /** A line by which a person can tell two candidates apart ("Jane Doe, Ghent, created 2019"). Personal: vault only. */
  readonly label?: string
}

export interface Search {
  readonly right: Right
  /** All certain identifiers known so far, of any kind; the connector uses those of `manifest.searches`. */
  readonly identifiers: readonly Identifier[]
  /** Names the requester is known under (given at intake), only to weigh matches; may be empty. */
  readonly names: readonly string[]
}

// ------------------------------------------------------------------------------------------------------ export

/** One piece of an export: a record with its full content, or a file as a stream. */
export type ExportPiece =
  | { readonly kind: 'record'; readonly part: string; readonly ref: string; readonly content: JsonValue }
  | {
      readonly kind: 'attachment'
      readonly part: string
      readonly ref: string
      /** A plain file name as the vendor gave it; the archive makes it safe. */
      readonly name: string
      readonly mediaType: string
      /** Opened when its turn comes; the archive reads it to the end or destroys it. */
      readonly open: () => Promise<Readable>
    }

// ------------------------------------------------------------------------------------------------------ effects

/** A record of the approved plan, as act and verify get it back from the vault. */
export interface PlannedRecord {
  readonly part: string
  readonly ref: string
  readonly parentRef?: string
  readonly content: JsonValue
}

/** What a writing verb works from: the leg's share of the approved plan. */
export interface LegSubject {
  readonly right: Right
  /** Records to act on. Records that are kept (exemption, hold, decision) are not among them. */
  readonly records: readonly PlannedRecord[]
  /** Records that must stay, so that a verb does not destroy them by way of a parent. */
  readonly kept: readonly PlannedRecord[]
  readonly identifiers: readonly Identifier[]
  /** For rectification and objection: what to correct, what to object to. */
  readonly wish?: Wish
}

/** One change at the vendor, decided before it is made. Unique by (leg, generation, step, target). */
export interface PlannedEffect {
  /** A name of `manifest.steps`. */
  readonly step: string
  /** What the step is applied to: a vendor reference or an address. Personal: stored sealed. */
  readonly target: string
  /** The part whose outcome depends on it. */
  readonly part: string
  /** Steps of the same leg that must have ended well before this one is sent (children before parents). */
  readonly after: readonly string[]
  /** Further facts that `perform` needs (ids of a shared note's other contacts …). Personal: stored sealed. */
  readonly details?: JsonValue
}

/** One member of a call, as `perform`, `readBack` and `poll` get it. `key` is ours and says which answer belongs to whom. */
export interface EffectMember {
  readonly key: string
  readonly target: string
  readonly details?: JsonValue
  /** The vendor's job, for `poll`. */
  readonly jobRef?: string
}

export interface EffectCall {
  readonly right: WritingRight
  readonly step: string
  /** 1 to `batchMax` members, possibly of several requests, all of one account. */
  readonly members: readonly EffectMember[]
}

/** What the vendor said about one member of a call. There is no boolean and no "probably". */
export type EffectAnswer =
  /** The vendor confirmed the change. */
  | { readonly kind: 'done' }
  /** Already so before we asked (404 on delete beside a positive control that worked). */
  | { readonly kind: 'already' }
  /** The vendor will do it; ask `poll` after `checkAfterMs`, at the latest it is done by `finishesByMs` (epoch ms). */
  | { readonly kind: 'accepted'; readonly jobRef: string; readonly checkAfterMs: number; readonly finishesByMs: number }
  /** The vendor refused this member for good; siblings of the batch are not affected. */
  | { readonly kind: 'rejected'; readonly code: ErrorCode }
  /** The vendor refused the whole call because of one member that the answer does not name: split and try again. */
  | { readonly kind: 'split' }
  /** Nobody knows whether it happened (answer lost after sending): the engine reads back before anything else. */
  | { readonly kind: 'unknown' }

/** What a read back saw for one member whose answer was lost. */
export type ReadBackAnswer =
  | { readonly kind: 'happened' }
  | { readonly kind: 'not_happened' }
  /** The vendor cannot be asked, or answered nothing that decides it. */
  | { readonly kind: 'cannot_tell' }

export interface KeyedAnswer<Answer> {
  readonly key: string
  readonly answer: Answer
}

/** A verb that changes something: it plans effects, carries out one batch of them, and can look whether one happened. */
export interface WritingVerb {
  /** Plans every effect; reads at most, changes nothing. Called again with the same subject it returns the same effects. */
  plan(context: Context, subject: LegSubject): Promise<readonly PlannedEffect[]>
  /**
   * Carries out one vendor call for all members and answers each. Throws a DsrError only when nothing can have reached the
   * vendor (or `mayHaveArrived` is set on it, which the engine takes as `unknown` for every member).
   */
  perform(context: Context, call: EffectCall): Promise<readonly KeyedAnswer<EffectAnswer>[]>
  /** Looks whether the effects of a call with a lost answer happened. Batched where the vendor can. */
  readBack(context: Context, call: EffectCall): Promise<readonly KeyedAnswer<ReadBackAnswer>[]>
  /** Asks after accepted jobs (members carry `jobRef`). Verbs without asynchronous steps use `neverPolled`. */
  poll(context: Context, call: EffectCall): Promise<readonly KeyedAnswer<EffectAnswer>[]>
}

// ------------------------------------------------------------------------------------------------------- verify

export interface VerifySubject {
  readonly right: Right
  /** Every record of the plan with its ref, acted on or kept. */
  readonly records: readonly PlannedRecord[]
  /** Candidates that a person said are somebody else's: a look that meets one by an identifier passes it over. */
  readonly others?: readonly PlannedRecord[]
  readonly identifiers: readonly Identifier[]
  /** For rectification and objection: what has to be in place now. */
  readonly wish?: Wish
}

/** What the last look showed in one part. */
export interface PartFinding {
  readonly part: string
  /** Records of the plan that were looked for. */
  readonly looked: number
  /** How many of the subject's records are still there, found by id or by identifier. */
  readonly remaining: number
  readonly verdict:
    | { readonly kind: 'absent' }
    | { readonly kind: 'present' }
    /** Out of use and purged by the vendor at the latest at `purgeByMs` (epoch ms). */
    | { readonly kind: 'soft_deleted'; readonly purgeByMs: number }
    /** In place as wanted: corrected value reads back, opt-out or lock set, access record still there. */
    | { readonly kind: 'in_place' }
    /** The vendor offers no way to look; `why` is a fixed text of the connector. */
    | { readonly kind: 'cannot_tell'; readonly why: string }
}

export interface VerifyReport {
  /** The positive control: a call with the same credential that must show something known. Without it nothing is proven. */
  readonly control: Readback
  readonly findings: readonly PartFinding[]
  readonly readbacks: readonly Readback[]
}

// -------------------------------------------------------------------------------------------------------- check

export interface CheckReport {
  readonly credentials: 'accepted' | 'rejected'
  readonly scopesPresent: readonly string[]
  readonly scopesMissing: readonly ScopeNeed[]
  /** The plan's limits as the vendor reports them, in the users' words, e.g. {"requests a day": "1200 of 250000 used"}. */
  readonly limits: Readonly<Record<string, string>>
  /** Parts of the depth that this account does not have or cannot reach, with why (paid add-on, no inbox …). */
  readonly unavailable: readonly { readonly part: string; readonly why: string }[]
}

// ------------------------------------------------------------------------------------------------------ connector

interface Verbs {
  /** Asks the vendor who we are and what we may do. Never throws for rejected credentials: that is an answer. */
  check(context: Context): Promise<CheckReport>
  /**
   * Streams everything the vendor holds on the subject, over all pages. Ends normally only when every page of every part
   * that the account has was read; a revoked credential, a missing page or a limit throws, it never reads as "nothing".
   */
  discover(context: Context, search: Search): AsyncIterable<FoundRecord>
  /** Streams the full content and the attachments of the given records. */
  export(context: Context, records: readonly PlannedRecord[]): AsyncIterable<ExportPiece>
  /** Looks again, by id and by identifier, after a positive control. */
  verify(context: Context, subject: VerifySubject): Promise<VerifyReport>
  /** What the vendor says about its limits beyond Retry-After; whoever builds the transport hands it in. */
  readonly interpretHold?: InterpretHold
}

interface VerbOf {
  readonly erasure: { readonly erase: WritingVerb }
  readonly rectification: { readonly rectify: WritingVerb }
  readonly objection: { readonly object: WritingVerb }
  readonly restriction: { readonly restrict: WritingVerb }
  readonly access: object
  readonly portability: object
}

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/** A connector for exactly the rights that its manifest claims: no optional verb for a claimed right. */
export type ConnectorFor<Rights extends Right> = { readonly manifest: Manifest<Rights> } & Verbs &
  Intersection<VerbOf[Rights]>

/** Any connector, as the engine holds it; `writing` finds the verb of a right. */
export interface Connector extends Verbs {
  readonly manifest: Manifest
  readonly writing: Readonly<Partial<Record<WritingRight, WritingVerb>>>
}

const VERB_NAMES = { erasure: 'erase', rectification: 'rectify', objection: 'object', restriction: 'restrict' } as const

/** Turns a vendor folder's typed connector into the form the engine uses. The types hold verbs and claimed rights together. */
export function defineConnector<const Rights extends Right>(connector: ConnectorFor<Rights>): Connector {
  const verbs = new Map<string, unknown>(Object.entries(connector))
  const writing = Object.fromEntries(
    Object.entries(VERB_NAMES).flatMap(([right, name]) => {
      const verb = verbs.get(name)
      return isWritingVerb(verb) ? [[right, verb] as const] : []
    }),
  )
  return {
    manifest: connector.manifest,
    writing,
    check: (context) => connector.check(context),
    discover: (context, search) => connector.discover(context, search),
    export: (context, records) => connector.export(context, records),
    verify: (context, subject) => connector.verify(context, subject),
    ...(connector.interpretHold === undefined ? {} : { interpretHold: connector.interpretHold }),
  }
}

function isWritingVerb(value: unknown): value is WritingVerb {
  return typeof value === 'object' && value !== null && 'perform' in value
}
