import type { PostgresStore } from '../../adapters/postgres/store.ts'
import { masterKeyCheckValue, newKey, openBytes, sealBytes } from '../../crypto/envelope.ts'
import { newSigningKey, privateKeyPem, signingKeyFromPem } from '../../crypto/signature.ts'
import { DsrError, isDsrError } from '../../domain/errors.ts'
import type { LedgerKeys } from './ledger.ts'
import type { MasterKey } from '../../ports/config.ts'

/** A key of the installation that lies in the database, sealed under the master key: the first process makes it, all others use it. */
interface StoredKey {
  readonly setting: string
  readonly label: string
  readonly make: () => Uint8Array
}

const RECORD_KEY: StoredKey = {
  setting: 'record_key',
  label: 'habeas record key',
  make: newSigningKeyPem,
}
const LOG_KEY: StoredKey = {
  setting: 'log_key',
  label: 'habeas log key',
  make: newSigningKeyPem,
}
const ROOT_KEY: StoredKey = {
  setting: 'root_key',
  label: 'habeas root key',
  make: newSigningKeyPem,
}
const LOOKUP_KEY: StoredKey = { setting: 'lookup_key', label: 'habeas lookup key', make: newKey }

function newSigningKeyPem(): Uint8Array {
  return Buffer.from(privateKeyPem(newSigningKey()), 'utf8')
}

/** Every key that a change of the master key seals anew. */
const STORED_KEYS: readonly StoredKey[] = [RECORD_KEY, LOG_KEY, ROOT_KEY, LOOKUP_KEY]
const MASTER_KEY_CHECK = 'master_key_check'

/** The keys that sign records and events, checkpoints of logs, and `root.json`. */
export async function openLedgerKeys(store: PostgresStore, masterKey: MasterKey): Promise<LedgerKeys> {
  const open = async (stored: StoredKey) =>
    signingKeyFromPem((await openStored(store, stored, masterKey)).toString('utf8'))
  return { record: await open(RECORD_KEY), log: await open(LOG_KEY), root: await open(ROOT_KEY) }
}

/** The key under which duplicates, Idempotency-Keys and suppressions are looked up. */
export async function openLookupKey(store: PostgresStore, masterKey: MasterKey): Promise<Uint8Array> {
  return openStored(store, LOOKUP_KEY, masterKey)
}

/** @throws DsrError `MASTER_KEY_WRONG` unless the database was made under the present master key or a previous one. */
export async function requireMasterKey(store: PostgresStore, masterKey: MasterKey): Promise<void> {
  const known = await store.readSetting(MASTER_KEY_CHECK)
  if (known !== undefined && !masterKeyChecks(masterKey).includes(known))
    throw new DsrError('MASTER_KEY_WRONG', 'the database was made under another master key')
}

/** The check values under which the database may stand, the present one first. */
export function masterKeyChecks({ bytes, previous }: MasterKey): readonly string[] {
  return [bytes, ...previous].map(masterKeyCheckValue)
}

/** Seals every key of the installation under the present master key, and lets the check value name it. Doing it twice changes nothing. */
export async function resealStoredKeys(store: PostgresStore, masterKey: MasterKey): Promise<void> {
  for (const stored of STORED_KEYS) {
    const sealed = await store.readSetting(stored.setting)
    if (sealed === undefined) continue
    const { plaintext, isPresent } = unseal(masterKey, sealed, stored.label)
    if (isPresent) continue
    await store.replaceSetting(stored.setting, { from: sealed, to: seal(masterKey, plaintext, stored.label) })
  }
  const known = await store.readSetting(MASTER_KEY_CHECK)
  const present = masterKeyCheckValue(masterKey.bytes)
  if (known !== undefined && known !== present)
    await store.replaceSetting(MASTER_KEY_CHECK, { from: known, to: present })
}

async function openStored(store: PostgresStore, { setting, label, make }: StoredKey, masterKey: MasterKey) {
  const known = await store.readSetting(setting)
  const sealed = known ?? (await store.writeSettingOnce(setting, seal(masterKey, make(), label)))
  return unseal(masterKey, sealed, label).plaintext
}

function seal({ bytes }: MasterKey, plaintext: Uint8Array, label: string): string {
  return sealBytes(bytes, plaintext, label).toString('base64')
}

function unseal({ bytes, previous }: MasterKey, sealed: string, label: string) {
  for (const [at, key] of [bytes, ...previous].entries()) {
    const plaintext = tryOpen(key, sealed, label)
    if (plaintext !== undefined) return { plaintext, isPresent: at === 0 }
  }
  throw new DsrError('MASTER_KEY_WRONG', 'a key of this installation was sealed under another master key')
}

function tryOpen(key: Uint8Array, sealed: string, label: string): Buffer | undefined {
  try {
    return openBytes(key, Buffer.from(sealed, 'base64'), label)
  } catch (error) {
    // Sealed under another of the keys; when it opens under none, the caller says so.
    if (isDsrError(error, 'CORRUPT_CIPHERTEXT')) return undefined
    throw error
  }
}
