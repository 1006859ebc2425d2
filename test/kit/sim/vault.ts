import { createHash, createHmac } from 'node:crypto'
import { DsrError } from '../../../src/domain/errors.ts'
import { identifierKey } from '../../../src/domain/identifier.ts'
import type { JsonValue } from '../../../src/domain/json.ts'
import type { Random, RequestVault, Vault } from '../../../src/ports/runtime.ts'

const PEPPER = 'the installation of a test'

/**
 * A vault that is fast instead of secret. It keeps what code may rely on: an empty key opens nothing, a label that is not the one
 * of the sealing opens nothing, digests differ between requests and purposes.
 */
export function plainVault(random: Random): Vault {
  return {
    createKey: () => ({ wrappedKey: random.bytes(16), masterKeyId: 'test-master' }),
    rewrap: ({ wrappedKey, masterKeyId }) => ({ wrappedKey, masterKeyId }),
    open: ({ wrappedKey }) => {
      if (wrappedKey.byteLength === 0) throw new DsrError('CORRUPT_CIPHERTEXT', 'the key is gone')
      return requestVault(Buffer.from(wrappedKey).toString('hex'))
    },
    lookupDigest: (controllerId, purpose, text) => keyed(PEPPER, `${controllerId}\0${purpose}\0${text}`),
  }
}

function requestVault(key: string): RequestVault {
  return {
    kid: keyed(key, 'kid'),
    seal: (value, label) => Buffer.from(`${key}\n${label}\n${JSON.stringify(value)}`),
    open: (sealed, label) => {
      const text = Buffer.from(sealed).toString()
      const head = `${key}\n${label}\n`
      if (!text.startsWith(head)) throw new DsrError('CORRUPT_CIPHERTEXT', 'sealed under another key or label')
      return parsed(text.slice(head.length))
    },
    digest: (purpose, text) => keyed(key, `${purpose}\0${text}`),
    commitment: (identifier) => keyed(key, `commitment\0${identifierKey(identifier)}`),
    sealForRecord: (value) => ({
      kid: createHash('sha256').update(key).digest('hex'),
      iv: 'AAAA',
      ct: Buffer.from(JSON.stringify(value)).toString('base64'),
    }),
    objectKey: (objectKey) => createHash('sha256').update(`${key}\0${objectKey}`).digest(),
  }
}

function parsed(text: string): JsonValue {
  // What was sealed was JSON: this is the border where JSON.parse forgets it.
  return JSON.parse(text) as JsonValue
}

function keyed(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}
