import type { ControllerId } from '../domain/ids.ts'
import type { LogFile } from '../ledger/append.ts'
import type { Ed25519Signer } from '../ledger/checkpoint.ts'
import type { NoteKey } from '../ledger/note.ts'
import type { LogFolder } from '../ledger/verify-log.ts'

/** The objects of one controller's log, by their paths in it (`checkpoint`, `tile/0/000`, `records/…`). */
export interface LedgerFolder extends LogFolder {
  /**
   * Stores a file for ever. The same bytes again succeed and change nothing.
   *
   * @throws DsrError `ARCHIVE_CONFLICT` when other bytes are there; `OBJECT_STORE_UNREACHABLE`.
   */
  create(file: LogFile, options?: { readonly retainUntilMs?: number }): Promise<void>
  /** Puts the newest checkpoint where readers look for it; what was there goes. */
  publish(checkpoint: Uint8Array): Promise<void>
  /** Removes a file that nothing needs any more. Never one of the log. */
  remove(path: string): Promise<void>
}

/** A key that signs checkpoints of one log: name and key as its vkey says, and who signs. */
export interface LogSigner {
  readonly key: NoteKey
  readonly signer: Ed25519Signer
}

/** What the sequencer needs besides the ports of the stages. */
export interface LedgerPorts {
  folder(controllerId: ControllerId): LedgerFolder
  /** The name that a log gets when it begins; it never changes afterwards. */
  originOf(controllerId: ControllerId): string
  /** Signs checkpoints of the log of this origin: one key, or two while they overlap. */
  signers(controllerId: ControllerId, origin: string): Promise<readonly LogSigner[]>
  /** The file `trust/root.1.json` of a log that begins. */
  trustRoot(controllerId: ControllerId, origin: string): Promise<Uint8Array>
}
