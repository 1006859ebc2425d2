import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { MasterKey, Settings } from '../ports/config.ts'
import { refusal } from './refusal.ts'
import { variable, type Environment } from './variables.ts'

const KEY_BYTES = 32
const NAME = 'HABEAS_MASTER_KEY'
const PREVIOUS_NAME = 'HABEAS_MASTER_KEY_PREVIOUS'

/**
 * The key of `HABEAS_MASTER_KEY` or its file, with the one of `HABEAS_MASTER_KEY_PREVIOUS`. An installation with the embedded
 * database makes one at its first start, in a file that only its user can read, beside and not in the directory of the database: a copy
 * of the database opens nothing.
 *
 * @throws DsrError `CONFIG_INVALID` when a key is absent, is no key, or its file can be read by others.
 */
export function masterKeyOf(env: Environment, settings: Pick<Settings, 'dataDirectory' | 'databaseUrl'>): MasterKey {
  const before = variable(env, PREVIOUS_NAME)
  const previous = before === undefined ? [] : [decoded(before, PREVIOUS_NAME)]
  const given = variable(env, NAME)
  if (given !== undefined) return { bytes: decoded(given, NAME), previous, isNew: false }
  if (settings.databaseUrl !== undefined) throw refusal(NAME, 'must be set with DATABASE_URL')
  const file = keyFile(settings)
  // A new key beside an old database would open nothing, and the next backup would take it for the right one.
  if (!existsSync(file) && existsSync(path.join(settings.dataDirectory, 'postgres', 'cluster')))
    throw refusal(
      NAME,
      'keys/master.key is missing beside a database that was made with it: restore it from the backup',
    )
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const isNew = create(file)
  return { bytes: read(file), previous: existsSync(previousFile(file)) ? [read(previousFile(file))] : previous, isNew }
}

/**
 * Before the master key of an embedded installation with a key file is changed: keeps the present key as the previous one and makes a new
 * one. A change that was begun goes on with the keys it made. Where the key comes from the environment nothing is done.
 *
 * @returns the file of the previous key, to be deleted once nothing needs it.
 */
export function beginMasterKeyChange(
  env: Environment,
  settings: Pick<Settings, 'dataDirectory' | 'databaseUrl'>,
): { readonly previousFile: string | undefined } {
  if (variable(env, NAME) !== undefined || settings.databaseUrl !== undefined) return { previousFile: undefined }
  const file = keyFile(settings)
  if (!existsSync(file)) throw refusal(NAME, 'there is no keys/master.key to change')
  const previous = previousFile(file)
  if (!existsSync(previous)) {
    linkSync(file, previous)
    flushDirectory(path.dirname(file))
  }
  // Begun and not finished: the two differ already.
  if (!read(file).every((byte, at) => byte === read(previous)[at])) return { previousFile: previous }
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true })
  renameSync(draft, file)
  flushDirectory(path.dirname(file))
  return { previousFile: previous }
}

function keyFile({ dataDirectory }: Pick<Settings, 'dataDirectory'>): string {
  return path.join(dataDirectory, 'keys', 'master.key')
}

function previousFile(file: string): string {
  return `${file}.previous`
}

function read(file: string): Uint8Array {
  if ((statSync(file).mode & 0o077) !== 0)
    throw refusal(NAME, 'the key file may be readable by its owner alone (mode 0600)')
  return decoded(readFileSync(file, 'utf8'), NAME)
}

/** Makes the file unless it is there: whole or not at all, and durable before anything is sealed with it. */
function create(file: string): boolean {
  if (existsSync(file)) return false
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  try {
    writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true })
    // Another process may make it at the same moment; a link is made once.
    linkSync(draft, file)
    return true
  } catch {
    if (existsSync(file)) return false
    throw refusal(NAME, 'the key file cannot be made in the data directory')
  } finally {
    rmSync(draft, { force: true })
    flushDirectory(path.dirname(file))
  }
}

function flushDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function decoded(text: string, name: string): Uint8Array {
  const trimmed = text.trim()
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed)
  const isBase64 = /^[A-Za-z0-9+/]{43}=?$/.test(trimmed) || /^[A-Za-z0-9_-]{43}=?$/.test(trimmed)
  if (!isHex && !isBase64) throw refusal(name, 'must be 32 bytes in base64 or hexadecimal')
  // Node reads both alphabets of base64 under this one name.
  return new Uint8Array(Buffer.from(trimmed, isHex ? 'hex' : 'base64'))
}
