import { canonicalBytes } from '../crypto/canonical.ts'
import { envelopeBytes, signEnvelope, type SigningKey } from '../crypto/signature.ts'
import { signRecord } from '../ledger/record.ts'
import type { RecordSigner } from '../ports/runtime.ts'

/** The payload type of a receipt, so that it can never pass for a record. */
export const RECEIPT_TYPE = 'application/vnd.habeas.receipt+json'

/** Signs records and receipts with the installation's record key. */
export function createSigner(key: SigningKey): RecordSigner {
  return {
    sign: (statement) => signRecord(statement, key),
    signReceipt: (receipt) => envelopeBytes(signEnvelope(key, RECEIPT_TYPE, canonicalBytes(receipt))),
  }
}
