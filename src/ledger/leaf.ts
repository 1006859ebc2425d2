import { utf8Text } from '../crypto/bytes.ts'
import { canonicalBytes } from '../crypto/canonical.ts'
import { invalid, oneOf, sha256, struct } from './shape.ts'

/** What a controller's log says happened: a closed list. */
export const LEAF_KINDS = [
  'received',
  'identity_verified',
  'plan_approved',
  'instruction',
  'extended',
  'refused',
  'withdrawn',
  'task_exception',
  'export_sealed',
  'completed',
  'answered',
  'sequel',
  'complaint',
  'key_shredded',
  'connector_manifest',
  'key_rotation',
] as const
export type LeafKind = (typeof LEAF_KINDS)[number]

/** One entry of the log. Its record holds a random nonce, so the digest confirms no guess; there is no personal data in it. */
export type Leaf = { readonly kind: LeafKind; readonly record_sha256: string }

const VERSION = 1
const MAX_LEAF_BYTES = 300

/**
 * The bytes of a log entry: JCS of kind, digest and version, at most 300 bytes.
 *
 * @throws DsrError `FIELD_INVALID` for a kind outside the list or a digest that is none.
 */
export function leafBytes(leaf: Leaf): Uint8Array {
  const { kind, record_sha256 } = leaf
  return canonicalBytes(checkLeaf({ kind, record_sha256, v: VERSION }, '$'))
}

const LEAF = /^\{"kind":"([a-z_]{1,40})","record_sha256":"([0-9a-f]{64})","v":1\}$/

/** Reads a log entry. @throws DsrError `FIELD_INVALID` unless `leafBytes` could have written these bytes. */
export function readLeaf(bytes: Uint8Array): Leaf {
  if (bytes.byteLength > MAX_LEAF_BYTES) throw invalid('$', 'longer than a log entry')
  // An entry has one form only, so its letters can be compared without a JSON reader; an audit reads every entry of a log.
  const [, name, digest] = LEAF.exec(utf8Text(bytes) ?? '') ?? []
  const kind = LEAF_KINDS.find((one) => one === name)
  if (kind === undefined || digest === undefined) throw invalid('$', 'not a log entry')
  return { kind, record_sha256: digest }
}

const checkLeaf = struct({ kind: oneOf(LEAF_KINDS), record_sha256: sha256, v: oneOf<typeof VERSION>([VERSION]) })
