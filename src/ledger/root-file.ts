import { base64Of, hexOf } from '../crypto/bytes.ts'
import { canonicalBytes } from '../crypto/canonical.ts'
import { envelopeBytes, preAuthEncoding } from '../crypto/dsse.ts'
import { sha256 } from '../crypto/platform.ts'
import type { Ed25519Signer } from './checkpoint.ts'
import { Fault, type Invalid, orInvalid } from './fault.ts'
import { openSignedFile, peekPayload, type SignedFileForm } from './signed-file.ts'
import { checkTrustRoot, keyOfHex, type TrustRoot } from './trust.ts'

export const TRUST_ROOT_TYPE = 'application/vnd.habeas.trust-root+json'

const FORM: SignedFileForm<TrustRoot> = { payloadType: TRUST_ROOT_TYPE, check: checkTrustRoot, maxSignatures: 16 }

/** Where a controller's trust lies: `trust/root.1.json`, and one more for each version. */
export function rootPath(version: number): string {
  return `trust/root.${version}.json`
}

/**
 * Signs a `root.json`: a DSSE envelope as JCS bytes.
 *
 * @param signers - the root keys of this version, and of the one before when there is one.
 * @throws DsrError `FIELD_INVALID` for a root that could not be read back.
 */
export async function signTrustRoot(root: TrustRoot, signers: readonly Ed25519Signer[]): Promise<Uint8Array> {
  const payload = canonicalBytes(checkTrustRoot(root, '$'))
  const bytes = preAuthEncoding(TRUST_ROOT_TYPE, payload)
  const signatures: { keyid: string; sig: string }[] = []
  for (const signer of signers)
    signatures.push({ keyid: hexOf(sha256(signer.publicKey)), sig: base64Of(await signer.sign(bytes)) })
  return envelopeBytes({ payload: base64Of(payload), payloadType: TRUST_ROOT_TYPE, signatures })
}

export interface OpenedRoot {
  readonly kind: 'valid'
  readonly root: TrustRoot
  /** SHA-256 of the file: what two people compare by telephone. */
  readonly fingerprint: string
}

/**
 * Opens a `root.json`. On its own it proves only that it is whole: whether it is the right one, its fingerprint says, which must
 * come by another way, or the version before it.
 *
 * @param previous - the version before, when the reader has it: then its keys must have signed this one.
 */
export function openTrustRoot(bytes: Uint8Array, previous?: OpenedRoot): OpenedRoot | Invalid {
  return orInvalid(() => {
    const claimed = peekPayload(bytes, FORM)
    const former = claimed.previous?.root_keys ?? []
    const { document: root, keyIds } = openSignedFile(bytes, [FORM], [...claimed.root_keys, ...former].map(keyOfHex))
    requireOne(claimed.root_keys, keyIds)
    if (former.length > 0) requireOne(former, keyIds)
    if (previous) requireSuccessor(root, previous)
    return { kind: 'valid', root, fingerprint: hexOf(sha256(bytes)) }
  })
}

function requireSuccessor(root: TrustRoot, previous: OpenedRoot): void {
  const { root: before, fingerprint } = previous
  const isNext = root.version === before.version + 1 && root.controller === before.controller
  const named = root.previous
  if (!isNext || named?.sha256 !== fingerprint || named.root_keys.join() !== before.root_keys.join())
    throw new Fault('STATEMENT_INVALID', 'it does not follow the version before')
}

function requireOne(keys: readonly string[], keyIds: readonly string[]): void {
  if (!keys.some((key) => keyIds.includes(keyOfHex(key).keyId)))
    throw new Fault('KEY_NOT_TRUSTED', 'a root key that must sign did not')
}
