import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { KnownConnector } from './config/accounts.ts'
import { configurationOf } from './config/configuration.ts'
import { readDocument } from './config/document.ts'
import { beginMasterKeyChange, masterKeyOf } from './config/master-key.ts'
import { refusal } from './config/refusal.ts'
import { settingsOf } from './config/settings.ts'
import type { Environment } from './config/variables.ts'
import type { Configuration, MasterKey, Settings } from './ports/config.ts'

export type { KnownConnector } from './config/accounts.ts'

/**
 * The settings of the environment, each also as `NAME_FILE`. The one place that reads `process.env`.
 *
 * @throws DsrError `CONFIG_INVALID`; its text is one line that names the setting and never its value.
 */
export function readSettings(env: Environment = process.env): Settings {
  return settingsOf(env)
}

/**
 * Reads and checks `habeas.config.yaml`.
 *
 * @param connectors - the manifests of the connectors that exist.
 * @throws DsrError `CONFIG_INVALID`; its text is one line that names the key and never its value.
 */
export function readConfiguration(
  file: string,
  connectors: readonly KnownConnector[],
  env: Environment = process.env,
): Configuration {
  return parseConfiguration(readText(file), connectors, env)
}

/** The same for a text, for what is made in memory (the demo). */
export function parseConfiguration(
  text: string,
  connectors: readonly KnownConnector[],
  env: Environment = process.env,
): Configuration {
  return configurationOf(readDocument(text, env), connectors)
}

/** The master key; the embedded installation makes one. @throws DsrError `CONFIG_INVALID`. */
export function readMasterKey(
  settings: Pick<Settings, 'dataDirectory' | 'databaseUrl'>,
  env: Environment = process.env,
): MasterKey {
  return masterKeyOf(env, settings)
}

/** See `beginMasterKeyChange`. @throws DsrError `CONFIG_INVALID`. */
export function startMasterKeyChange(
  settings: Pick<Settings, 'dataDirectory' | 'databaseUrl'>,
  env: Environment = process.env,
): { readonly previousFile: string | undefined } {
  return beginMasterKeyChange(env, settings)
}

function readText(file: string): string {
  // A path is no secret, and without it nobody finds out where it was looked for.
  const where = path.resolve(file)
  if (!existsSync(file)) throw refusal('HABEAS_CONFIG', `there is no file ${where}`)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw refusal('HABEAS_CONFIG', `${where} cannot be read as a file`)
  }
}
