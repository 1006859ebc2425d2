import { canonicalBytes } from '../../../src/crypto/canonical.ts'
import { sha256Hex } from '../../../src/crypto/digest.ts'
import type { Clock, Connector, Context } from '../../../src/connector/contract.ts'
import { accountId } from '../../../src/domain/ids.ts'
import type { JsonValue } from '../../../src/domain/json.ts'
import type { Account, Accounts } from '../../../src/ports/runtime.ts'
import { CONTROLLER } from './policies.ts'

export interface AccountOptions {
  readonly id: string
  readonly connector: Connector
  readonly clock: Clock
  readonly effects?: Account['effects']
  readonly testIdentifiers?: readonly string[]
  readonly wave?: number
}

/** An account of the test controller on a connector that needs no transport. */
export function testAccount({ id, connector, clock, ...options }: AccountOptions): Account {
  const context = (signal: AbortSignal): Context => ({
    account: { id: accountId(id), baseUrl: connector.manifest.baseUrl, options: {}, ownDomains: [] },
    secret: { reveal: () => 'secret' },
    transport: { send: noTransport, stream: noTransport },
    clock,
    signal,
  })
  return {
    id: accountId(id),
    controllerId: CONTROLLER,
    connector,
    effects: options.effects ?? 'live',
    testIdentifiers: options.testIdentifiers ?? [],
    wave: options.wave ?? 0,
    isSandbox: true,
    credentialAlias: `${id}-token`,
    manifestHash: hashOf(connector),
    context,
    capabilities: async (signal) => connector.check(context(signal)),
  }
}

const hashes = new WeakMap<object, string>()

function hashOf({ manifest }: Connector): string {
  const known = hashes.get(manifest)
  if (known !== undefined) return known
  // A manifest is data: this is the border where its type is forgotten.
  const hash = sha256Hex(canonicalBytes(JSON.parse(JSON.stringify(manifest)) as JsonValue))
  hashes.set(manifest, hash)
  return hash
}

function noTransport(): never {
  throw new TypeError('a fake vendor has no transport')
}

/** The accounts as they are at each moment: tests change the array, as an operator changes the configuration. */
export function testAccounts(list: readonly Account[]): Accounts {
  return { of: () => list, get: (id) => list.find((one) => one.id === id) }
}
