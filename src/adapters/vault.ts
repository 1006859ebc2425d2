import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { jcsBytes, parseStrictJson } from '../crypto/canonical.ts'
import { deriveKey, KEY_BYTES, requestKeyId, subjectCommitment } from '../crypto/commitment.ts'
import { envelopeUnder, masterKeyId, newKey, sealRecordPart, unwrapKey, wrapKey } from '../crypto/envelope.ts'
import { DsrError } from '../domain/errors.ts'
import { identifierKey } from '../domain/identifier.ts'
import type { RequestVault, Vault, WrappedKey } from '../ports/runtime.ts'

// A request's key is unwrapped on every run; the last few are kept so that a batch over many requests stays cheap.
const KEPT_OPEN = 500

export interface VaultKeys {
  /** Wraps the keys of new requests. */
  readonly masterKey: Uint8Array
  /** Still unwrap what they wrapped. */
  readonly previous?: readonly Uint8Array[]
  /** Look-up digests are made with it; it outlives a change of the master key. 32 bytes. */
  readonly lookupKey: Uint8Array
}

/** The vault under a master key: every request has a key of its own, wrapped in its row. */
export function createVault({ masterKey, previous = [], lookupKey }: VaultKeys): Vault {
  const presentId = masterKeyId(masterKey)
  const known = new Map([masterKey, ...previous].map((key) => [masterKeyId(key), key]))
  const unwrapped = ({ wrappedKey, masterKeyId: id }: WrappedKey): Buffer => {
    // A shredded request has no key any more.
    if (wrappedKey.byteLength === 0) throw new DsrError('CORRUPT_CIPHERTEXT', 'the key of this request was destroyed')
    return unwrapKey(known.get(id) ?? masterKey, id, wrappedKey)
  }
  const wrapped = (key: Uint8Array) => ({ wrappedKey: wrapKey(masterKey, presentId, key), masterKeyId: presentId })
  const opened = new Map<string, RequestVault>()
  return {
    createKey: () => wrapped(newKey()),
    rewrap: (request) => wrapped(unwrapped(request)),
    open: (request) => {
      const name = `${request.id}/${Buffer.from(request.wrappedKey).toString('base64')}`
      const already = opened.get(name)
      if (already) return already
      const vault = requestVault(request.id, unwrapped(request))
      const [oldest] = opened.keys()
      if (opened.size >= KEPT_OPEN && oldest !== undefined) opened.delete(oldest)
      opened.set(name, vault)
      return vault
    },
    lookupDigest: (controllerId, purpose, text) => {
      const controllerKey = hmac(lookupKey, `controller\0${controllerId}`)
      return hmac(controllerKey, `${purpose}\0${text}`).toString('hex')
    },
  }
}

function requestVault(requestId: string, key: Uint8Array): RequestVault {
  const digestKey = deriveKey(key, 'lookup')
  const envelope = envelopeUnder(key)
  const aad = (label: string) => `habeas\0${requestId}\0${label}`
  return {
    kid: requestKeyId(key),
    seal: (value, label) => envelope.seal(jcsBytes(value), aad(label)),
    open: (sealed, label) => parseStrictJson(envelope.open(sealed, aad(label))),
    digest: (purpose, text) => hmac(digestKey, `${purpose}\0${text}`).toString('hex'),
    commitment: (identifier) => subjectCommitment(key, identifierKey(identifier)),
    sealForRecord: (value, sequence) => sealRecordPart(key, { requestId, sequence }, jcsBytes(value)),
    objectKey: (objectKey) =>
      Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `object\0${objectKey}`, KEY_BYTES)),
  }
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

/** A new master key, for the embedded installation. */
export function newMasterKey(): Uint8Array {
  return randomBytes(KEY_BYTES)
}
