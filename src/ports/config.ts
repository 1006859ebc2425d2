import type { Secret } from '../connector/contract.ts'
import type { AccountId, ConnectorId, ControllerId } from '../domain/ids.ts'
import type { JsonValue } from '../domain/json.ts'
import type { Right } from '../domain/right.ts'
import type { Exemption, RightPolicy } from './runtime.ts'

export type Language = 'nl' | 'fr' | 'en'

/** What may be changed at the vendor through an account. */
export type EffectsMode = 'read_only' | 'test_only' | 'live'

/** `habeas.config.yaml`, checked: every reference points somewhere, every secret is there, every address is allowed. */
export interface Configuration {
  readonly controllers: readonly ControllerConfig[]
  readonly network: { readonly allow: readonly string[] }
  /** How much faster than real time the clock runs; 1 unless all accounts are sandboxes. */
  readonly clock: { readonly speed: number }
  /** Whether every account is a sandbox on this machine. */
  readonly isDemo: boolean
}

export interface ControllerConfig {
  readonly id: ControllerId
  readonly name: string
  /** ISO 3166-1 code; whose public holidays count. */
  readonly country: string
  readonly languages: readonly Language[]
  /** IANA zone. */
  readonly timeZone: string
  readonly accounts: readonly AccountConfig[]
  readonly policy: Readonly<Record<Right, RightPolicy>>
  readonly exemptions: readonly Exemption[]
  readonly owner: OwnerConfig
  /** Domains of the controller and its staff, lower case: an address there is never a certain match. */
  readonly ownDomains: readonly string[]
  /** Signs webhooks to the portal and is checked on what the portal sends. */
  readonly callbackSecret: Secret | undefined
}

export interface AccountConfig {
  readonly id: AccountId
  readonly connector: ConnectorId
  readonly secret: Secret
  /** Undefined: the address of the connector's manifest. */
  readonly baseUrl: string | undefined
  readonly effects: EffectsMode
  /** What `test_only` may act on, as written. */
  readonly testIdentifiers: readonly string[]
  readonly options: Readonly<Record<string, JsonValue>>
  /** Accounts that get their data from this one. */
  readonly feeds: readonly AccountId[]
  /** Position in the order of acting: 0 for accounts that nothing feeds, then one more than the last that feeds it. */
  readonly wave: number
  /** Whether `baseUrl` is on this machine. */
  readonly isSandbox: boolean
}

/** Who is told when something needs a person. */
export interface OwnerConfig {
  readonly email: string | undefined
  readonly webhook: { readonly url: string; readonly secret: Secret } | undefined
}

/** The settings of the installation, from the environment. */
export interface Settings {
  /** Path of `habeas.config.yaml`. */
  readonly configPath: string
  /** Where the embedded parts keep what they must keep. */
  readonly dataDirectory: string
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined
  /** Undefined: the queue is kept in PostgreSQL. */
  readonly redisUrl: string | undefined
  /** Undefined: objects are kept in a directory. */
  readonly objects: ObjectSettings | undefined
  readonly adminKey: Secret | undefined
  readonly http: {
    readonly host: string
    readonly port: number
    readonly publicUrl: string
    /** Addresses and networks whose `X-Forwarded-For` is believed; nobody's when empty. */
    readonly trustedProxies: readonly string[]
  }
  readonly logLevel: LogLevel
  /** Undefined: letters are written as files. */
  readonly mail: { readonly url: Secret | undefined; readonly from: string }
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface ObjectSettings {
  /** Undefined: Amazon's own. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly isPathStyle: boolean
}

/** The key that wraps every request's key. */
export interface MasterKey {
  /** 32 bytes. */
  readonly bytes: Uint8Array
  /** Keys that were used before and still open what was not wrapped anew yet. */
  readonly previous: readonly Uint8Array[]
  /** Whether it was made now, in a file that the operator must back up. */
  readonly isNew: boolean
}
