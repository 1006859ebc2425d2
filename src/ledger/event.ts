import { base64Of, hexOf } from '../crypto/bytes.ts'
import { canonicalBytes } from '../crypto/canonical.ts'
import { type Envelope, envelopeBytes, preAuthEncoding } from '../crypto/dsse.ts'
import { sha256 } from '../crypto/platform.ts'
import { RIGHTS, type Right } from '../domain/right.ts'
import type { Ed25519Signer } from './checkpoint.ts'
import { LEAF_KINDS, type LeafKind } from './leaf.ts'
import {
  type Check,
  code,
  count,
  instant,
  invalid,
  listOf,
  matching,
  oneOf,
  sha256 as digest,
  struct,
  uuid,
} from './shape.ts'

/** The payload type of an event, so that it can never pass for a completion record. */
export const EVENT_TYPE = 'application/vnd.habeas.event+json'

/** The kinds whose document is a completion record (`statement.ts`); all others have an event. */
export const RECORD_KINDS = ['completed', 'refused', 'withdrawn', 'sequel'] as const satisfies readonly LeafKind[]
export type RecordKind = (typeof RECORD_KINDS)[number]
export type EventKind = Exclude<LeafKind, RecordKind>

/** The kinds that speak of the controller and not of one request. */
export const CONTROLLER_KINDS = ['connector_manifest', 'key_rotation'] as const satisfies readonly EventKind[]

/** What each kind of event says beside `kind`, `controller`, `request`, `at`, `nonce` and `v`. Instants are RFC 3339 in UTC. */
export interface EventFacts {
  /** The request is there: its file is the receipt that the caller gets. `due_at` is the last millisecond of the due day. */
  readonly received: {
    readonly action: Right
    readonly received_at: string
    readonly due_at: string
    readonly rule_set: string
    readonly channel?: string
    readonly subject_commitments: readonly string[]
  }
  readonly identity_verified: { readonly method: string; readonly level?: string }
  /** Who approved, as role and opaque id; the plan as the record names it. */
  readonly plan_approved: { readonly plan_hash: string; readonly role: string; readonly by: string }
  /** A controller for whom this one is a processor gave an order: its id there, never its text. */
  readonly instruction: { readonly instruction: string; readonly action: Right }
  /** The answer will come later, and the person was told so at `told_at`; counts only when that was before the due date. */
  readonly extended: { readonly due_at: string; readonly reason: string; readonly told_at: string }
  readonly task_exception: {
    readonly account: string
    readonly part?: string
    readonly code: string
    readonly journal_entry: string
  }
  /** The archive for the person: a commitment under the request's key (purpose `archive`), its size, and when it is deleted. */
  readonly export_sealed: {
    readonly archive_commitment: string
    readonly byte_count: number
    readonly deleted_at: string
  }
  /** The person, or their portal, was informed. `letter_commitment`: purpose `letter`; absent when nothing was written. */
  readonly answered: {
    readonly channel: string
    readonly result: string
    readonly answered_at: string
    readonly letter_commitment?: string
  }
  readonly complaint: { readonly lodged_at: string; readonly authority: string }
  /** The request's key is destroyed: `kid` as in its records. `backups_gone_at`: when no backup holds it any more. */
  readonly key_shredded: { readonly kid: string; readonly shredded_at: string; readonly backups_gone_at: string }
  readonly connector_manifest: { readonly connector: string; readonly version: string; readonly manifest_hash: string }
  readonly key_rotation: KeyRotation
}

/** A key comes, goes, or (`compromised`) takes a whole log with it: then this is the first entry of the log that follows. */
export type KeyRotation = {
  readonly role: 'log' | 'record' | 'root'
  readonly reason: 'planned' | 'compromised'
  /** Key ids: of a log key the 8 digits of its vkey, else SHA-256 of the raw key. Absent for a first key. */
  readonly old_key?: string
  readonly new_key: string
  /** SHA-256 of the `root.json` that names both. */
  readonly root_sha256: string
  /** The last trusted checkpoint of the log that ended: origin, size and root in hexadecimal. */
  readonly previous?: { readonly origin: string; readonly size: number; readonly root: string }
}

export type LedgerEvent = { readonly [K in EventKind]: EventOf<K> }[EventKind]
export type EventOf<K extends EventKind> = {
  readonly v: typeof VERSION
  readonly kind: K
  readonly controller: string
  /** The request's id; absent for the kinds of `CONTROLLER_KINDS`. */
  readonly request?: string
  readonly at: string
  /** 32 random bytes in hexadecimal, so that the digest in the log confirms no guess. */
  readonly nonce: string
} & EventFacts[K]

const VERSION = 1

/**
 * Signs an event and returns its file: a DSSE envelope as JCS bytes. The same event and key always give the same file, so a lost
 * one is made again.
 *
 * @throws DsrError `FIELD_INVALID` for an event with a member that its kind does not have, or free text.
 */
export async function signEvent(event: LedgerEvent, signer: Ed25519Signer): Promise<Uint8Array> {
  const payload = canonicalBytes(checkEvent(event, '$'))
  const sig = await signer.sign(preAuthEncoding(EVENT_TYPE, payload))
  const envelope: Envelope = {
    payload: base64Of(payload),
    payloadType: EVENT_TYPE,
    signatures: [{ keyid: hexOf(sha256(signer.publicKey)), sig: base64Of(sig) }],
  }
  return envelopeBytes(envelope)
}

export function isRecordKind(kind: LeafKind): kind is RecordKind {
  return (RECORD_KINDS as readonly LeafKind[]).includes(kind)
}

const byteCount = count()
const root = struct({ origin: matching(/^[^\s+]{1,200}$/, 'an origin'), size: count(), root: digest })

const FACTS: Readonly<Record<EventKind, { readonly must: Fields; readonly may?: Fields }>> = {
  received: {
    must: {
      action: oneOf(RIGHTS),
      received_at: instant,
      due_at: instant,
      rule_set: code,
      subject_commitments: listOf(digest, { max: 100 }),
    },
    may: { channel: code },
  },
  identity_verified: { must: { method: code }, may: { level: code } },
  plan_approved: { must: { plan_hash: digest, role: code, by: code } },
  instruction: { must: { instruction: code, action: oneOf(RIGHTS) } },
  extended: { must: { due_at: instant, reason: code, told_at: instant } },
  task_exception: { must: { account: code, code, journal_entry: code }, may: { part: code } },
  export_sealed: { must: { archive_commitment: digest, byte_count: byteCount, deleted_at: instant } },
  answered: { must: { channel: code, result: code, answered_at: instant }, may: { letter_commitment: digest } },
  complaint: { must: { lodged_at: instant, authority: code } },
  key_shredded: { must: { kid: digest, shredded_at: instant, backups_gone_at: instant } },
  connector_manifest: { must: { connector: code, version: code, manifest_hash: digest } },
  key_rotation: {
    must: {
      role: oneOf(['log', 'record', 'root']),
      reason: oneOf(['planned', 'compromised']),
      new_key: code,
      root_sha256: digest,
    },
    may: { old_key: code, previous: root },
  },
}
type Fields = Readonly<Record<string, Check<unknown>>>

const EVENT_KINDS = LEAF_KINDS.filter((kind): kind is EventKind => !isRecordKind(kind))

const CHECKS = new Map<unknown, Check<unknown>>(
  EVENT_KINDS.map((kind) => {
    const { must, may = {} } = FACTS[kind]
    const isOfRequest = !(CONTROLLER_KINDS as readonly EventKind[]).includes(kind)
    const common = { v: oneOf([VERSION]), kind: oneOf([kind]), controller: code, at: instant, nonce: digest }
    return [kind, struct({ ...common, ...(isOfRequest && { request: uuid }), ...must }, may)]
  }),
)

/** Whether a parsed document is an event of this version. @throws DsrError `FIELD_INVALID` with the path of the first fault. */
export const checkEvent: Check<LedgerEvent> = (value, path) => {
  const kind: unknown = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  const check = CHECKS.get(kind)
  if (!check) throw invalid(`${path}.kind`, 'not of the closed list')
  // The reader of this kind has looked at every member.
  return check(value, path) as LedgerEvent
}
