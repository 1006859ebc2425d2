import { DsrError } from '../domain/errors.ts'
import { concatBytes, strictBase64, utf8 } from './bytes.ts'
import { canonicalBytes } from './canonical.ts'
import { isSignatureOf, type TrustedKey } from './public-key.ts'

/** A DSSE envelope with one signature (secure-systems-lab/dsse v1). */
export type Envelope = {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly EnvelopeSignature[]
}
export type EnvelopeSignature = { readonly keyid: string; readonly sig: string }

/** The bytes that a DSSE signature covers: type and body with their lengths, so that neither can run into the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${utf8(payloadType).byteLength} ${payloadType} ${payload.byteLength} `
  return concatBytes(utf8(head), payload)
}

/** The one file form of an envelope: its JCS bytes. */
export function envelopeBytes(envelope: Envelope): Uint8Array {
  return canonicalBytes(envelope)
}

/** What a verified envelope holds, and whose signature it bears. */
export interface OpenedEnvelope {
  readonly payload: Uint8Array
  readonly keyId: string
}

/**
 * Verifies an envelope and gives out exactly the bytes that were signed.
 *
 * @param allowedType - the one payload type that the caller can read; any other is refused before anything is decoded.
 * @throws DsrError `SIGNATURE_INVALID`, with `field` = `payloadType`, `payload`, `signatures`, `keyid` (not a trusted key) or `sig`.
 */
export function openEnvelope(
  envelope: Envelope,
  allowedType: string,
  trustedKeys: readonly TrustedKey[],
): OpenedEnvelope {
  const [signature, ...others] = envelope.signatures
  const payload = payloadOf(envelope, allowedType)
  if (signature === undefined || others.length > 0) throw refused('signatures', 'the envelope must have one signature')
  return { payload, keyId: signerOf(envelope, { payload, signature, trustedKeys }) }
}

/**
 * Verifies an envelope that several keys sign, and gives out the bytes and every key that signed: each signature must be by a
 * trusted key, and no key may sign twice.
 *
 * @throws DsrError `SIGNATURE_INVALID`, as `openEnvelope` does.
 */
export function openJointEnvelope(
  envelope: Envelope,
  allowedType: string,
  trustedKeys: readonly TrustedKey[],
): { readonly payload: Uint8Array; readonly keyIds: readonly string[] } {
  const payload = payloadOf(envelope, allowedType)
  const keyIds = envelope.signatures.map((signature) => signerOf(envelope, { payload, signature, trustedKeys }))
  if (keyIds.length === 0 || new Set(keyIds).size < keyIds.length)
    throw refused('signatures', 'the envelope must have one signature of each key')
  return { payload, keyIds }
}

function payloadOf(envelope: Envelope, allowedType: string): Uint8Array {
  if (envelope.payloadType !== allowedType) throw refused('payloadType', 'the envelope holds another type of document')
  const payload = strictBase64(envelope.payload)
  if (payload === undefined) throw refused('payload', 'the payload is not strict base64')
  return payload
}

function signerOf(
  envelope: Envelope,
  {
    payload,
    signature,
    trustedKeys,
  }: {
    readonly payload: Uint8Array
    readonly signature: EnvelopeSignature
    readonly trustedKeys: readonly TrustedKey[]
  },
): string {
  const sig = strictBase64(signature.sig)
  if (sig === undefined) throw refused('sig', 'the signature is not strict base64')
  const key = trustedKeys.find((trustedKey) => trustedKey.keyId === signature.keyid)
  if (key === undefined) throw refused('keyid', 'the envelope was signed by a key that is not trusted here')
  if (!isSignatureOf(key, preAuthEncoding(envelope.payloadType, payload), sig)) {
    throw refused('sig', 'the signature does not fit the payload')
  }
  return key.keyId
}

function refused(field: string, text: string): DsrError {
  return new DsrError('SIGNATURE_INVALID', text, { field })
}
