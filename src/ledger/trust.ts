import { bytesOfHex } from '../crypto/bytes.ts'
import { type TrustedKey, trustedKeyFromRaw } from '../crypto/public-key.ts'
import { type Check, code, count, instant, listOf, matching, oneOf, sha256 as digest, struct } from './shape.ts'
import { type NoteKey, readVkey } from './note.ts'

/** What a verifier believes, from a source other than the files that it judges. */
export interface LedgerTrust {
  readonly logs: readonly TrustedLog[]
  readonly recordKeys: readonly RecordKey[]
  readonly witnesses: readonly NoteKey[]
  /** `any`: a proof counts in full only when a witness or a time stamp dates its checkpoint; `none`: the log's word is enough. */
  readonly anchors: AnchorPolicy
}

export type AnchorPolicy = 'any' | 'none'

export interface TrustedLog {
  readonly origin: string
  readonly keys: readonly LogKey[]
}

/** A log key counts for checkpoints from one size to another, both inclusive. */
export interface LogKey {
  readonly key: NoteKey
  readonly fromSize: number
  readonly toSize?: number
}

/** A record key counts for documents that say they were made from one instant until before another (RFC 3339 in UTC). */
export interface RecordKey {
  readonly key: TrustedKey
  readonly from?: string
  readonly until?: string
}

/** Trust in keys alone, without bounds: what an auditor has who was given keys and no `root.json`. */
export function trustInKeys(noteKeys: readonly NoteKey[], recordKeys: readonly TrustedKey[]): LedgerTrust {
  const ofLogs = noteKeys.filter((one) => one.kind === 'log')
  const origins = [...new Set(ofLogs.map((one) => one.name))]
  return {
    logs: origins.map((origin) => ({
      origin,
      keys: ofLogs.filter((one) => one.name === origin).map((key) => ({ key, fromSize: 0 })),
    })),
    recordKeys: recordKeys.map((key) => ({ key })),
    witnesses: noteKeys.filter((one) => one.kind === 'witness'),
    anchors: 'any',
  }
}

/** What `root.json` says: the keys of one controller's ledger, signed by keys that are kept offline. */
export type TrustRoot = {
  readonly v: 1
  /** 1 for the first, one more for each that follows. */
  readonly version: number
  readonly controller: string
  readonly issued_at: string
  /** Ed25519, raw, in hexadecimal. Each file is signed by its own root keys and by those of the version before. */
  readonly root_keys: readonly string[]
  readonly previous?: { readonly sha256: string; readonly root_keys: readonly string[] }
  readonly logs: readonly {
    readonly origin: string
    readonly keys: readonly { readonly vkey: string; readonly from_size: number; readonly to_size?: number }[]
  }[]
  readonly record_keys: readonly { readonly public_key: string; readonly from: string; readonly until?: string }[]
  /** Verifier keys of witnesses that may cosign. */
  readonly witnesses: readonly string[]
  /** SHA-256 of the certificates (DER) of time stamping authorities that count. */
  readonly timestamp_authorities: readonly { readonly certificate_sha256: string }[]
  readonly policy: { readonly anchors: AnchorPolicy; readonly logged_within_seconds: number }
}

const vkey: Check<string> = (value, path) => {
  const text = matching(/^\S{1,400}$/, 'a verifier key')(value, path)
  readVkey(text)
  return text
}

const keys = listOf(digest, { min: 1, max: 16 })

/** @throws DsrError `FIELD_INVALID` with the path of the first fault. */
export const checkTrustRoot: Check<TrustRoot> = struct(
  {
    v: oneOf<1>([1]),
    version: count(1),
    controller: code,
    issued_at: instant,
    root_keys: keys,
    logs: listOf(
      struct({
        origin: matching(/^[^\s+]{1,200}$/, 'an origin'),
        keys: listOf(struct({ vkey, from_size: count() }, { to_size: count() }), { min: 1, max: 100 }),
      }),
      { min: 1, max: 100 },
    ),
    record_keys: listOf(struct({ public_key: digest, from: instant }, { until: instant }), { min: 1, max: 100 }),
    witnesses: listOf(vkey, { max: 16 }),
    timestamp_authorities: listOf(struct({ certificate_sha256: digest }), { max: 16 }),
    policy: struct({ anchors: oneOf<AnchorPolicy>(['any', 'none']), logged_within_seconds: count(1) }),
  },
  { previous: struct({ sha256: digest, root_keys: keys }) },
)

/** What a verified `root.json` makes a verifier believe. */
export function trustInRoot(root: TrustRoot): LedgerTrust {
  return {
    logs: root.logs.map(({ origin, keys: logKeys }) => ({
      origin,
      keys: logKeys.map(({ vkey: text, from_size: fromSize, to_size: toSize }) => ({
        key: readVkey(text),
        fromSize,
        ...(toSize !== undefined && { toSize }),
      })),
    })),
    recordKeys: root.record_keys.map(({ public_key: hex, from, until }) => ({
      key: keyOfHex(hex),
      from,
      ...(until !== undefined && { until }),
    })),
    witnesses: root.witnesses.map(readVkey),
    anchors: root.policy.anchors,
  }
}

/** @throws DsrError `FIELD_INVALID` unless the text is the hexadecimal of 32 bytes. */
export function keyOfHex(hex: string): TrustedKey {
  return trustedKeyFromRaw(bytesOfHex(hex) ?? new Uint8Array(0))
}
