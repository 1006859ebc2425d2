import { randomBytes } from 'node:crypto'
import { stringify } from 'yaml'
import { connectors } from '../../../connectors/index.ts'
import { parseConfiguration, readMasterKey, readSettings } from '../../../src/config.ts'
import type { Configuration, MasterKey, Settings } from '../../../src/ports/config.ts'
import type { VendorAccount } from './vendors.ts'

/** An installation as its operator wrote it: the environment and the file. Each process reads both by itself. */
export interface Installation {
  readonly env: Readonly<Record<string, string>>
  /** `habeas.config.yaml`. */
  readonly text: string
}

export interface InstallationOptions {
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly directory: string
  /** A new one when absent. */
  readonly masterKey?: string
  readonly accounts: readonly VendorAccount[]
  /** How much faster than real time the clock runs. */
  readonly speed: number
  readonly effects: 'read_only' | 'live'
  /** Hosts besides the vendors that may be reached. */
  readonly allow: readonly string[]
  /** Further keys of every controller. */
  readonly controller: Readonly<Record<string, unknown>>
}

/** Fast where the policy allows it: one hour of cooling-off, approval by a person, no review of archives. */
const POLICY = {
  erasure: { cooling_off_hours: 1, identity: ['account_login'] },
  access: { identity: ['account_login'], review: 'none' },
  portability: { identity: ['account_login'], review: 'none' },
}

export function writeInstallation(options: InstallationOptions): Installation {
  const { accounts, controller } = options
  const controllerIds = [...new Set(accounts.map((one) => one.controllerId))]
  const text = stringify({
    controllers: controllerIds.map((id) => ({
      id,
      name: `Example ${id} SA`,
      country: 'BE',
      languages: ['nl', 'fr', 'en'],
      accounts: accounts.filter((one) => one.controllerId === id).map((one) => accountKeys(one, options.effects)),
      policy: POLICY,
      ...controller,
    })),
    network: { allow: [...accounts.map(({ sandbox }) => new URL(sandbox.baseUrl).host), ...options.allow] },
    clock: { speed: options.speed },
  })
  return {
    text,
    env: {
      HABEAS_DATA: options.directory,
      DATABASE_URL: options.databaseUrl,
      ...(options.redisUrl !== undefined && { REDIS_URL: options.redisUrl }),
      HABEAS_MASTER_KEY: options.masterKey ?? randomBytes(32).toString('base64'),
      LOG_LEVEL: 'info',
      PORT: '0',
    },
  }
}

function accountKeys({ accountId, connectorId, sandbox }: VendorAccount, effects: 'read_only' | 'live') {
  return { id: accountId, connector: connectorId, token: sandbox.token, base_url: sandbox.baseUrl, effects }
}

export interface ReadInstallation {
  readonly settings: Settings
  readonly configuration: Configuration
  readonly masterKey: MasterKey
}

/** What a process makes of it at its start. */
export function readInstallation({ env, text }: Installation): ReadInstallation {
  const settings = readSettings(env)
  const manifests = connectors.map((one) => one.connector.manifest)
  return { settings, configuration: parseConfiguration(text, manifests, env), masterKey: readMasterKey(settings, env) }
}
