import { equalBytes } from '../crypto/bytes.ts'
import { type Checkpoint, type Cosignature, openCheckpoint } from './checkpoint.ts'
import { type LedgerDocument, leafOf, openDocument } from './document.ts'
import { Fault, type Invalid, orInvalid } from './fault.ts'
import { type Leaf, leafBytes } from './leaf.ts'
import { readNote } from './note.ts'
import { notProvenByProof, type NotProven } from './not-proven.ts'
import { type ProofFile, readProofFile } from './proof-file.ts'
import { leafHash, rootOfInclusion } from './tree.ts'
import type { LedgerTrust, TrustedLog } from './trust.ts'

export interface ProvenEntry {
  readonly kind: 'valid'
  readonly document: LedgerDocument
  readonly leaf: Leaf
  readonly index: number
  readonly checkpoint: Checkpoint
  /** The checkpoint as it stands in the file: what a time stamp is over. */
  readonly checkpointFile: Uint8Array
  readonly recordKeyId: string
  readonly logKeyIds: readonly string[]
  readonly cosignatures: readonly Cosignature[]
  /** Whether the anchors that the trust asks for are there. Without them the log's operator alone vouches for the history. */
  readonly isAnchored: boolean
  readonly notProven: readonly NotProven[]
}

export interface ProofContext {
  readonly trust: LedgerTrust
  /** When a time stamp that the caller has verified was made over `checkpointFile`. */
  readonly stampedAtMs?: number
}

/**
 * Judges a proof file: that its document is sound and signed by a record key, and that the log of its origin holds it. No I/O, no
 * clock, no trust in the file; never throws for what it holds.
 */
export function verifyProofFile(bytes: Uint8Array, { trust, stampedAtMs }: ProofContext): ProvenEntry | Invalid {
  return orInvalid(() => {
    const proof = readOrFault(bytes)
    const opened = openDocument(proof.extra, trust.recordKeys)
    if (opened.kind === 'invalid') throw new Fault(opened.code, opened.reason)
    const { checkpoint, logKeyIds, cosignatures } = openTrustedCheckpoint(proof.checkpoint, trust)
    const leaf = leafOf(proof.extra, opened.document)
    const place = { index: proof.index, size: checkpoint.size }
    const root = rootOfInclusion(leafHash(leafBytes(leaf)), place, proof.hashes)
    if (root === undefined || !equalBytes(root, checkpoint.root))
      throw new Fault('INCLUSION_WRONG', 'the hashes do not lead from this document to the root of the checkpoint')
    const isDated = cosignatures.length > 0 || stampedAtMs !== undefined
    const statement = opened.document.kind === 'record' ? opened.document.statement : undefined
    return {
      kind: 'valid',
      document: opened.document,
      leaf,
      index: proof.index,
      checkpoint,
      checkpointFile: proof.checkpoint,
      recordKeyId: opened.keyId,
      logKeyIds,
      cosignatures,
      isAnchored: isDated || trust.anchors === 'none',
      notProven: notProvenByProof(statement, isDated),
    }
  })
}

export interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint
  readonly logKeyIds: readonly string[]
  readonly cosignatures: readonly Cosignature[]
}

/**
 * Opens a checkpoint of a log that is trusted, by a key that counts for its size.
 *
 * @throws Fault a `CheckpointFault`.
 */
export function openTrustedCheckpoint(bytes: Uint8Array, trust: LedgerTrust): TrustedCheckpoint {
  const log = logOf(bytes, trust)
  const opened = openCheckpoint(bytes, [...log.keys.map((one) => one.key), ...trust.witnesses])
  if (typeof opened === 'string') throw new Fault(opened, CHECKPOINT_REASONS[opened])
  const { size } = opened.checkpoint
  const inForce = log.keys.filter(({ fromSize, toSize }) => fromSize <= size && size <= (toSize ?? size))
  if (!inForce.some(({ key }) => opened.logKeyIds.includes(key.id)))
    throw new Fault('KEY_NOT_IN_FORCE', CHECKPOINT_REASONS.KEY_NOT_IN_FORCE)
  return opened
}

const CHECKPOINT_REASONS = {
  CHECKPOINT_INVALID: 'the checkpoint is not in the form of one',
  ORIGIN_UNKNOWN: 'the checkpoint is of a log that is not trusted here',
  SIGNER_UNKNOWN: 'the checkpoint has a signature by a key that is not known here',
  CHECKPOINT_SIGNATURE_WRONG: 'a signature does not fit the checkpoint',
  LOG_SIGNATURE_MISSING: 'the log itself did not sign the checkpoint',
  KEY_NOT_IN_FORCE: 'the checkpoint is signed by a log key that does not count for its size',
} as const

function logOf(bytes: Uint8Array, trust: LedgerTrust): TrustedLog {
  const origin = originOf(bytes)
  const log = trust.logs.find((one) => one.origin === origin)
  if (!log) throw new Fault('ORIGIN_UNKNOWN', CHECKPOINT_REASONS.ORIGIN_UNKNOWN)
  return log
}

function originOf(bytes: Uint8Array): string {
  try {
    return readNote(bytes).text.split('\n')[0] ?? ''
  } catch {
    throw new Fault('CHECKPOINT_INVALID', CHECKPOINT_REASONS.CHECKPOINT_INVALID)
  }
}

function readOrFault(bytes: Uint8Array): ProofFile {
  try {
    return readProofFile(bytes)
  } catch {
    throw new Fault('PROOF_INVALID', 'not in the form of a log proof')
  }
}
