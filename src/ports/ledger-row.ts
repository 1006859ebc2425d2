import type { ControllerId } from '../domain/ids.ts'

/** The newest checkpoint of a controller's log: whoever moves it forward holds this row, and the objects follow it. */
export interface LedgerRow {
  readonly id: ControllerId
  /** Fixed when the log begins; part of what its key signs. */
  readonly origin: string
  readonly size: number
  /** Hexadecimal. */
  readonly root: string
  /** The signed note; empty before the first entry. */
  readonly checkpoint: Uint8Array
  /** Whether every object that the checkpoint needs was seen to be there. */
  readonly isFinished: boolean
  /** An error code that only a person can clear: nothing is appended any more. */
  readonly stoppedBy: 'LEDGER_ROLLED_BACK' | 'LEDGER_CORRUPT' | null
  readonly updatedAtMs: number
}
