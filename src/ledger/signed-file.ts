import { equalBytes, strictBase64 } from '../crypto/bytes.ts'
import { canonicalBytes, parseStrictJson } from '../crypto/canonical.ts'
import { type Envelope, openJointEnvelope } from '../crypto/dsse.ts'
import type { TrustedKey } from '../crypto/public-key.ts'
import { isDsrError } from '../domain/errors.ts'
import type { JsonValue } from '../domain/json.ts'
import { Fault, type SignedFileFault } from './fault.ts'
import { type Check, listOf, matching, struct } from './shape.ts'

export interface SignedFileForm<T> {
  readonly payloadType: string
  readonly check: Check<T>
  /** How many signatures it may have; one unless said otherwise. */
  readonly maxSignatures?: number
}

const anyText = matching(/^/, 'a text')

/**
 * Opens a DSSE envelope that is byte for byte the canonical form of what it says, and so is its payload: there is no second file
 * with the same meaning. The signature is checked over the received payload bytes before they are read.
 *
 * @param forms - the types of document that the caller can read; any other is refused before anything is decoded.
 * @throws Fault a `SignedFileFault`.
 */
export function openSignedFile<T>(
  bytes: Uint8Array,
  forms: readonly SignedFileForm<T>[],
  trustedKeys: readonly TrustedKey[],
): { readonly document: T; readonly keyIds: readonly string[] } {
  const envelope = readEnvelope(bytes, Math.max(...forms.map((one) => one.maxSignatures ?? 1)))
  const form = forms.find((one) => one.payloadType === envelope.payloadType)
  if (!form) throw new Fault('PAYLOAD_TYPE_REFUSED', 'the envelope holds another type of document')
  const { payload, keyIds } = openSigned(envelope, form.payloadType, trustedKeys)
  const value = orFault('PAYLOAD_NOT_CANONICAL', () => parseStrictJson(payload))
  requireCanonical(value, payload, 'PAYLOAD_NOT_CANONICAL')
  return { document: orFault('STATEMENT_INVALID', () => form.check(value, '$')), keyIds }
}

/** Reads the payload of an envelope without a look at its signature. @throws Fault a `SignedFileFault`. */
export function peekPayload<T>(bytes: Uint8Array, form: SignedFileForm<T>): T {
  const { payload } = readEnvelope(bytes, form.maxSignatures ?? 1)
  return orFault('STATEMENT_INVALID', () => form.check(parseStrictJson(base64OrNothing(payload)), '$'))
}

function base64OrNothing(text: string): Uint8Array {
  return strictBase64(text) ?? new Uint8Array(0)
}

function readEnvelope(bytes: Uint8Array, maxSignatures: number): Envelope {
  const checkEnvelope = struct({
    payload: anyText,
    payloadType: anyText,
    signatures: listOf(struct({ keyid: anyText, sig: anyText }), { max: maxSignatures, min: 1 }),
  })
  const file = orFault('FILE_NOT_JSON', () => parseStrictJson(bytes))
  requireCanonical(file, bytes, 'FILE_NOT_CANONICAL')
  return orFault('ENVELOPE_INVALID', () => checkEnvelope(file, '$'))
}

function openSigned(envelope: Envelope, payloadType: string, trustedKeys: readonly TrustedKey[]) {
  try {
    return openJointEnvelope(envelope, payloadType, trustedKeys)
  } catch (error) {
    if (!isDsrError(error, 'SIGNATURE_INVALID')) throw error
    throw new Fault(signatureFault(error.field), error.message)
  }
}

function signatureFault(field: string | undefined): SignedFileFault {
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

function requireCanonical(value: JsonValue, bytes: Uint8Array, fault: SignedFileFault): void {
  const canonical = orFault(fault, () => canonicalBytes(value))
  if (!equalBytes(canonical, bytes)) throw new Fault(fault, 'the bytes are not the canonical form of what they say')
}

function orFault<T>(fault: SignedFileFault, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isDsrError(error)) throw error
    throw new Fault(fault, error.field === undefined ? error.message : `${error.message} (${error.field})`)
  }
}
