import type { TrustedKey } from '../crypto/public-key.ts'
import { Fault, type Invalid, orInvalid } from './fault.ts'
import { notProvenBy, type NotProven } from './not-proven.ts'
import { brokenInvariant } from './record-invariants.ts'
import { openSignedFile, type SignedFileForm } from './signed-file.ts'
import { checkStatement } from './statement-check.ts'
import { PAYLOAD_TYPE, type Statement } from './statement.ts'

export type RecordVerdict =
  | {
      readonly kind: 'valid'
      readonly statement: Statement
      readonly keyId: string
      /** What the file alone does not prove; `NOT_PROVEN` has the words. */
      readonly notProven: readonly NotProven[]
    }
  | Invalid

/**
 * Judges a record file. No I/O, no clock, no trust in whoever made it; never throws for what the file holds.
 *
 * The file must be byte for byte what `signRecord` would have written: there is no second form of the same record, so that its
 * digest in the log names it alone. The signature is checked over the received payload bytes before they are read.
 *
 * @param trustedKeys - the record keys of the controller, from a source other than the file.
 */
export function verifyRecordFile(bytes: Uint8Array, trustedKeys: readonly TrustedKey[]): RecordVerdict {
  return orInvalid(() => {
    const { document: statement, keyIds } = openSignedFile(bytes, [RECORD_FORM], trustedKeys)
    const broken = brokenInvariant(statement)
    if (broken !== undefined) throw new Fault('INVARIANT_BROKEN', `${broken.invariant} at ${broken.where}`)
    return { kind: 'valid', statement, keyId: keyIds.join(), notProven: notProvenBy(statement) }
  })
}

const RECORD_FORM: SignedFileForm<Statement> = { payloadType: PAYLOAD_TYPE, check: checkStatement }
