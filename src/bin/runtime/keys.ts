import type { PostgresStore } from '../../adapters/postgres/store.ts'
import { openBytes, sealBytes } from '../../crypto/envelope.ts'
import { newSigningKey, privateKeyPem, signingKeyFromPem, type SigningKey } from '../../crypto/signature.ts'

const SETTING = 'record_key'
const LABEL = 'habeas record key'

/**
 * The key that signs completion records. The first process makes it; it lies in the database sealed under the master key, so that
 * every coordinator signs with the same one.
 */
export async function openRecordKey(store: PostgresStore, masterKey: Uint8Array): Promise<SigningKey> {
  const known = await store.readSetting(SETTING)
  const sealed = known ?? (await store.writeSettingOnce(SETTING, sealedKey(masterKey)))
  return signingKeyFromPem(openBytes(masterKey, Buffer.from(sealed, 'base64'), LABEL).toString('utf8'))
}

function sealedKey(masterKey: Uint8Array): string {
  const pem = Buffer.from(privateKeyPem(newSigningKey()), 'utf8')
  return sealBytes(masterKey, pem, LABEL).toString('base64')
}
