import { base64Of, strictBase64, utf8 } from '../crypto/bytes.ts'
import type { CheckpointFault } from './fault.ts'
import { isLineOf, type Note, type NoteKey, noteBytes, type NoteSignature, readNote, verifyLine } from './note.ts'
import { invalid } from './shape.ts'
import { isSize, type TreeHead } from './tree.ts'

/** A log's statement of its own size and root: c2sp.org/tlog-checkpoint, without extension lines. */
export interface Checkpoint extends TreeHead {
  readonly origin: string
}

/** Something that signs with one Ed25519 key. A key service can stand behind it; `localSigner` of `signer.ts` needs none. */
export interface Ed25519Signer {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** RFC 8032 over the bytes themselves. @returns 64 bytes, always the same for the same bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array
}

/** Where the log keeps the checkpoint of this size for ever; the newest stands under `checkpoint` too. */
export function checkpointPath(size: number): string {
  return `checkpoints/${String(size).padStart(20, '0')}`
}

/** Three lines: origin, size, root in base64. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${base64Of(root)}\n`
}

/** Signs a checkpoint as a note with one line for each key, in this order. @param keys - one, or two while keys overlap. */
export async function signCheckpoint(
  checkpoint: Checkpoint,
  keys: readonly { readonly key: NoteKey; readonly signer: Ed25519Signer }[],
): Promise<Uint8Array> {
  const text = checkpointText(checkpoint)
  const signatures: NoteSignature[] = []
  for (const { key, signer } of keys)
    signatures.push({ name: key.name, id: key.id, bytes: await signer.sign(utf8(text)) })
  return noteBytes({ text, signatures })
}

const TEXT = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/

/** Reads what a note says, in the one form of `checkpointText`. Nothing is verified. @throws DsrError `FIELD_INVALID`. */
export function readCheckpoint({ text }: Note): Checkpoint {
  const [, origin, digits, encoded] = TEXT.exec(text) ?? []
  const root = strictBase64(encoded ?? '')
  const size = Number(digits)
  if (origin === undefined || root?.byteLength !== 32 || !isSize(size)) throw invalid('checkpoint', 'not a checkpoint')
  return { origin, size, root }
}

export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint
  /** The log keys whose signature fits, as vkey ids. */
  readonly logKeyIds: readonly string[]
  readonly cosignatures: readonly Cosignature[]
}

export interface Cosignature {
  readonly witness: string
  readonly timeMs: number
}

/**
 * Verifies a checkpoint: every signature line must be by one of the keys and fit, at least one by a log key. Stricter than C2SP,
 * which passes over lines of unknown keys: a byte that nobody checks could be changed by anybody.
 */
export function openCheckpoint(bytes: Uint8Array, keys: readonly NoteKey[]): OpenedCheckpoint | CheckpointFault {
  const read = readOrNothing(bytes)
  if (!read) return 'CHECKPOINT_INVALID'
  const logKeyIds: string[] = []
  const cosignatures: Cosignature[] = []
  for (const line of read.note.signatures) {
    const key = keys.find((one) => isLineOf(one, line))
    if (!key) return 'SIGNER_UNKNOWN'
    const verdict = verifyLine(key, read.note.text, line)
    if (verdict === undefined) return 'CHECKPOINT_SIGNATURE_WRONG'
    if (verdict === true) logKeyIds.push(key.id)
    else cosignatures.push({ witness: key.name, timeMs: verdict.timeMs })
  }
  return logKeyIds.length === 0 ? 'LOG_SIGNATURE_MISSING' : { checkpoint: read.checkpoint, logKeyIds, cosignatures }
}

function readOrNothing(bytes: Uint8Array): { note: Note; checkpoint: Checkpoint } | undefined {
  try {
    const note = readNote(bytes)
    return { note, checkpoint: readCheckpoint(note) }
  } catch {
    // Whatever is wrong with its form, it is no checkpoint.
    return undefined
  }
}
