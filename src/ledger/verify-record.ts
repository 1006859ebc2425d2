import { equalBytes } from '../crypto/bytes.ts'
import { canonicalBytes, parseStrictJson } from '../crypto/canonical.ts'
import { type Envelope, openEnvelope } from '../crypto/dsse.ts'
import type { TrustedKey } from '../crypto/public-key.ts'
import { isDsrError } from '../domain/errors.ts'
import type { JsonValue } from '../domain/json.ts'
import { notProvenBy, type NotProven } from './not-proven.ts'
import { brokenInvariant } from './record-invariants.ts'
import { type Check, listOf, matching, struct } from './shape.ts'
import { checkStatement } from './statement-check.ts'
import { PAYLOAD_TYPE, type Statement } from './statement.ts'

/** Why a file is no completion record, in the order in which it is looked at. */
export const RECORD_FAULTS = [
  'FILE_NOT_JSON',
  'FILE_NOT_CANONICAL',
  'ENVELOPE_INVALID',
  'PAYLOAD_TYPE_REFUSED',
  'BASE64_INVALID',
  'KEY_NOT_TRUSTED',
  'SIGNATURE_WRONG',
  'PAYLOAD_NOT_CANONICAL',
  'STATEMENT_INVALID',
  'INVARIANT_BROKEN',
] as const
export type RecordFault = (typeof RECORD_FAULTS)[number]

export type RecordVerdict =
  | {
      readonly kind: 'valid'
      readonly statement: Statement
      readonly keyId: string
      /** What the file alone does not prove; `NOT_PROVEN` has the words. */
      readonly notProven: readonly NotProven[]
    }
  | { readonly kind: 'invalid'; readonly code: RecordFault; readonly reason: string }

/**
 * Judges a record file. No I/O, no clock, no trust in whoever made it; never throws for what the file holds.
 *
 * The file must be byte for byte what `signRecord` would have written: there is no second form of the same record, so that its
 * digest in the log names it alone. The signature is checked over the received payload bytes before they are read.
 *
 * @param trustedKeys - the record keys of the controller, from a source other than the file.
 */
export function verifyRecordFile(bytes: Uint8Array, trustedKeys: readonly TrustedKey[]): RecordVerdict {
  try {
    const envelope = readEnvelope(bytes)
    const { payload, keyId } = openSigned(envelope, trustedKeys)
    const statement = readStatement(payload)
    return { kind: 'valid', statement, keyId, notProven: notProvenBy(statement) }
  } catch (error) {
    if (error instanceof Fault) return { kind: 'invalid', code: error.fault, reason: error.message }
    throw error
  }
}

class Fault extends Error {
  readonly fault: RecordFault

  constructor(fault: RecordFault, reason: string) {
    super(reason)
    this.fault = fault
  }
}

const anyText = matching(/^/, 'a text')
const checkEnvelope: Check<Envelope> = struct({
  payload: anyText,
  payloadType: anyText,
  signatures: listOf(struct({ keyid: anyText, sig: anyText }), { max: 1, min: 1 }),
})

function readEnvelope(bytes: Uint8Array): Envelope {
  const file = orFault('FILE_NOT_JSON', () => parseStrictJson(bytes))
  requireCanonical(file, bytes, 'FILE_NOT_CANONICAL')
  return orFault('ENVELOPE_INVALID', () => checkEnvelope(file, '$'))
}

function openSigned(envelope: Envelope, trustedKeys: readonly TrustedKey[]): { payload: Uint8Array; keyId: string } {
  try {
    return openEnvelope(envelope, PAYLOAD_TYPE, trustedKeys)
  } catch (error) {
    if (!isDsrError(error, 'SIGNATURE_INVALID')) throw error
    throw new Fault(signatureFault(error.field), error.message)
  }
}

function signatureFault(field: string | undefined): RecordFault {
  switch (field) {
    case 'payloadType':
      return 'PAYLOAD_TYPE_REFUSED'
    case 'payload':
      return 'BASE64_INVALID'
    case 'keyid':
      return 'KEY_NOT_TRUSTED'
    default:
      return 'SIGNATURE_WRONG'
  }
}

function readStatement(payload: Uint8Array): Statement {
  const document = orFault('PAYLOAD_NOT_CANONICAL', () => parseStrictJson(payload))
  requireCanonical(document, payload, 'PAYLOAD_NOT_CANONICAL')
  const statement = orFault('STATEMENT_INVALID', () => checkStatement(document, '$'))
  const broken = brokenInvariant(statement)
  if (broken !== undefined) throw new Fault('INVARIANT_BROKEN', `${broken.invariant} at ${broken.where}`)
  return statement
}

function requireCanonical(value: JsonValue, bytes: Uint8Array, fault: RecordFault): void {
  const canonical = orFault(fault, () => canonicalBytes(value))
  if (!equalBytes(canonical, bytes)) throw new Fault(fault, 'the bytes are not the canonical form of what they say')
}

function orFault<T>(fault: RecordFault, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isDsrError(error)) throw error
    throw new Fault(fault, error.field === undefined ? error.message : `${error.message} (${error.field})`)
  }
}
