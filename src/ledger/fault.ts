/** Why a file is none of ours, in the order in which it is looked at. */
export const SIGNED_FILE_FAULTS = [
  'FILE_NOT_JSON',
  'FILE_NOT_CANONICAL',
  'ENVELOPE_INVALID',
  'PAYLOAD_TYPE_REFUSED',
  'BASE64_INVALID',
  'KEY_NOT_TRUSTED',
  'SIGNATURE_WRONG',
  'PAYLOAD_NOT_CANONICAL',
  'STATEMENT_INVALID',
] as const
export type SignedFileFault = (typeof SIGNED_FILE_FAULTS)[number]

/** Why a file is no completion record. */
export const RECORD_FAULTS = [...SIGNED_FILE_FAULTS, 'INVARIANT_BROKEN'] as const
export type RecordFault = (typeof RECORD_FAULTS)[number]

/** Why a checkpoint does not count. */
export const CHECKPOINT_FAULTS = [
  'CHECKPOINT_INVALID',
  'ORIGIN_UNKNOWN',
  'SIGNER_UNKNOWN',
  'CHECKPOINT_SIGNATURE_WRONG',
  'LOG_SIGNATURE_MISSING',
  'KEY_NOT_IN_FORCE',
] as const
export type CheckpointFault = (typeof CHECKPOINT_FAULTS)[number]

/** Why a proof file proves nothing, beside what is wrong with its document or its checkpoint. */
export const PROOF_FAULTS = ['PROOF_INVALID', 'INCLUSION_WRONG'] as const
export type ProofFault = (typeof PROOF_FAULTS)[number]

/** Why a whole log is not what it says, beside what is wrong with one of its files. */
export const LOG_FAULTS = [
  'CHECKPOINT_MISSING',
  'CHECKPOINT_CONTRADICTED',
  'FILE_UNEXPECTED',
  'TILE_MISSING',
  'TILE_WRONG',
  'ENTRY_INVALID',
  'ENTRY_TWICE',
  'DOCUMENT_MISSING',
  'DOCUMENT_WRONG',
  'EVENT_BEFORE_RECEIVED',
  'RECEIVED_TWICE',
  'ENDED_TWICE',
  'ACTION_CHANGED',
  'CONTROLLER_CHANGED',
  'RECEIPT_NOT_LOGGED',
] as const
export type LogFault = (typeof LOG_FAULTS)[number]

export type LedgerFault = RecordFault | CheckpointFault | ProofFault | LogFault

/** Carries a fault out of nested readers; the ledger turns it into a verdict and never lets it out. */
export class Fault extends Error {
  readonly fault: LedgerFault

  /** @param reason - where and what, for a person; never a value that could identify anybody. */
  constructor(fault: LedgerFault, reason: string) {
    super(reason)
    this.fault = fault
  }
}

export interface Invalid {
  readonly kind: 'invalid'
  readonly code: LedgerFault
  readonly reason: string
}

/** What the work gives, or the fault that stopped it. */
export function orInvalid<T>(work: () => T): T | Invalid {
  try {
    return work()
  } catch (error) {
    return invalidOf(error)
  }
}

/** The verdict of a fault; anything else is thrown on. */
export function invalidOf(error: unknown): Invalid {
  if (error instanceof Fault) return { kind: 'invalid', code: error.fault, reason: error.message }
  throw error
}
