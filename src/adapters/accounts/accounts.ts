import { createHash } from 'node:crypto'
import { jcsBytes } from '../../crypto/canonical.ts'
import { sha256Hex } from '../../crypto/digest.ts'
import type { CheckReport, Clock, Connector, Context } from '../../connector/contract.ts'
import { createTransport } from '../../connector/http-transport.ts'
import { openConnections, type Connections } from '../../connector/connections.ts'
import type { BucketLimit, LimiterStore } from '../../connector/limits.ts'
import { DsrError } from '../../domain/errors.ts'
import { IDENTIFIER_KINDS, normaliseIdentifier } from '../../domain/identifier.ts'
import type { AccountId } from '../../domain/ids.ts'
import type { JsonValue } from '../../domain/json.ts'
import type { AccountConfig, Configuration, ControllerConfig } from '../../ports/config.ts'
import type { Account, Accounts } from '../../ports/runtime.ts'

const CHECK_KEPT_MS = 10 * 60_000

export interface AccountsOptions {
  readonly configuration: Configuration
  readonly connectors: readonly Connector[]
  readonly limiter: LimiterStore
  readonly clock: Clock
  readonly onCall?: (call: VendorCall) => void
}

export interface VendorCall {
  readonly accountId: AccountId
  readonly connectorId: string
  readonly bucket: string
  readonly status: number
  readonly ms: number
}

export interface OpenAccounts extends Accounts {
  all(): readonly Account[]
  close(): Promise<void>
}

/** The configured accounts, each on a transport of its own over connections that they share. */
export function createAccounts(options: AccountsOptions): OpenAccounts {
  const connections = openConnections({ allow: options.configuration.network.allow })
  const accounts = options.configuration.controllers.flatMap((controller) =>
    controller.accounts.map((account) => createAccount({ ...options, controller, account, connections })),
  )
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return {
    all: () => accounts,
    of: (controllerId) => accounts.filter((account) => account.controllerId === controllerId),
    get: (accountId) => byId.get(accountId),
    close: () => connections.close(),
  }
}

interface AccountSource extends AccountsOptions {
  readonly controller: ControllerConfig
  readonly account: AccountConfig
  readonly connections: Connections
}

function createAccount(source: AccountSource): Account {
  const { controller, account } = source
  const connector = source.connectors.find((one) => one.manifest.id === account.connector)
  if (!connector)
    throw new DsrError('CONFIG_INVALID', 'no such connector', { field: `accounts.${account.id}.connector` })
  const context = (signal: AbortSignal) => contextOf(source, connector, signal)
  return {
    id: account.id,
    controllerId: controller.id,
    connector,
    effects: account.effects,
    testIdentifiers: account.testIdentifiers.flatMap(normalised),
    wave: account.wave,
    isSandbox: account.isSandbox,
    credentialAlias: `${account.id}.token`,
    manifestHash: sha256Hex(jcsBytes(manifestJson(connector))),
    context,
    capabilities: remembered(source.clock, async (signal) => connector.check(context(signal))),
  }
}

/** A test identifier is written without its kind: every kind that can read it counts. */
function normalised(text: string): string[] {
  return IDENTIFIER_KINDS.flatMap((kind) => {
    try {
      return [normaliseIdentifier(kind, text).value]
    } catch {
      // Not an identifier of this kind.
      return []
    }
  })
}

function manifestJson(connector: Connector): JsonValue {
  // A manifest is data: what JSON keeps of it is all there is.
  return JSON.parse(JSON.stringify(connector.manifest)) as JsonValue
}

/**
 * A search of one person may need more calls than a short window holds (HubSpot: 80 of 100 in 10 s). A run that gave up at
 * each full window would start over for ever; so it waits one such window out.
 */
const LIMITER_WAIT_MS = 12_000

function contextOf(source: AccountSource, connector: Connector, signal: AbortSignal): Context {
  const { controller, account, limiter, clock, connections, onCall } = source
  const baseUrl = account.baseUrl ?? connector.manifest.baseUrl
  const transport = createTransport({
    baseUrl,
    connections,
    limiter,
    buckets: connector.manifest.buckets,
    limiterScopeKey: (scope) => scopeKey(account, scope),
    clock,
    signal,
    maxWaitMs: LIMITER_WAIT_MS,
    ...(connector.interpretHold && { interpretHold: connector.interpretHold }),
    ...(onCall && { onCall: (call) => onCall({ ...call, accountId: account.id, connectorId: account.connector }) }),
  })
  return {
    account: { id: account.id, baseUrl, options: account.options, ownDomains: controller.ownDomains },
    secret: account.secret,
    transport,
    clock,
    signal,
  }
}

/** Who shares a quota: the account, all accounts on one credential, or the whole installation's address. */
function scopeKey(account: AccountConfig, scope: BucketLimit['scope']): string {
  switch (scope) {
    case 'account':
      return account.id
    case 'credential':
      return `${account.connector}.${createHash('sha256').update(account.secret.reveal()).digest('hex').slice(0, 16)}`
    case 'address':
      return `${account.connector}.address`
  }
}

/** Keeps an answer for some minutes, so that each of many legs can ask; a failure is not kept. */
function remembered(clock: Clock, ask: (signal: AbortSignal) => Promise<CheckReport>): Account['capabilities'] {
  let kept: { readonly report: CheckReport; readonly untilMs: number } | undefined
  return async (signal) => {
    if (kept && kept.untilMs > clock.nowMs() && kept.report.credentials === 'accepted') return kept.report
    const report = await ask(signal)
    kept = { report, untilMs: clock.nowMs() + CHECK_KEPT_MS }
    return report
  }
}
