import { connectorId } from '../domain/ids.ts'
import type { AccountId } from '../domain/ids.ts'
import type { AccountConfig } from '../ports/config.ts'
import { isLoopback, judgePlace } from '../connector/places.ts'
import { refusal, type KeyPath } from './refusal.ts'
import type { WrittenAccount } from './shape.ts'

/** What the configuration must know of a connector; a manifest is one. */
export interface KnownConnector {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly options?: Readonly<Record<string, string>>
  readonly depth: readonly { readonly part: string }[]
}

export interface AccountRules {
  readonly connectors: readonly KnownConnector[]
  readonly allow: readonly string[]
}

/** The accounts of one controller. @throws DsrError `CONFIG_INVALID`. */
export function accountsOf(written: readonly WrittenAccount[], path: KeyPath, rules: AccountRules): AccountConfig[] {
  const wave = waves(written, path)
  return written.map((account, at) => accountOf({ account, wave: wave(account.id) }, [...path, at], rules))
}

function accountOf(
  { account, wave }: { readonly account: WrittenAccount; readonly wave: number },
  path: KeyPath,
  rules: AccountRules,
): AccountConfig {
  const connector = connectorNamed(rules.connectors, account.connector)
  if (connector === undefined) {
    const known = rules.connectors.map(({ id }) => id).sort()
    throw refusal([...path, 'connector'], `must be one of ${known.join(', ')}`)
  }
  const options = Object.keys(connector.options ?? {})
  const unknown = Object.keys(account.options).find((option) => !options.includes(option))
  if (unknown !== undefined) {
    const known = options.length === 0 ? 'it has none' : `it has ${options.join(', ')}`
    throw refusal([...path, 'options', unknown], `is not an option of the connector: ${known}`)
  }
  if (account.effects === 'test_only' && account.test_identifiers.length === 0) {
    throw refusal([...path, 'test_identifiers'], 'is empty, but effects are test_only')
  }
  if (account.base_url !== undefined) checkPlace(account.base_url, [...path, 'base_url'], rules.allow)
  return {
    id: account.id,
    connector: connectorId(connector.id),
    secret: account.token,
    baseUrl: account.base_url,
    effects: account.effects,
    testIdentifiers: account.test_identifiers,
    options: account.options,
    feeds: account.feeds,
    wave,
    isSandbox: account.base_url !== undefined && isLoopback(account.base_url),
  }
}

/** A connector by its id or by a name that its vendor had before. */
export function connectorNamed(connectors: readonly KnownConnector[], name: string): KnownConnector | undefined {
  return connectors.find(({ id, aliases = [] }) => id === name || aliases.includes(name))
}

/** @throws DsrError `CONFIG_INVALID` unless the installation may talk to the address, or when it carries a login. */
export function checkPlace(address: string, path: KeyPath, allow: readonly string[]): void {
  const { username, password } = new URL(address)
  if (username !== '' || password !== '') throw refusal(path, 'carries a login; credentials have keys of their own')
  switch (judgePlace(address, allow)) {
    case 'allowed':
      return
    case 'not_https':
      throw refusal(path, 'must be https, or a private host that network.allow lists')
    case 'not_allowed':
      throw refusal(path, 'is a private host that network.allow does not list')
  }
}

/** Numbers the accounts so that each comes after all that feed it. */
function waves(written: readonly WrittenAccount[], path: KeyPath): (id: AccountId) => number {
  const known = new Map<AccountId, number>()
  for (const [at, account] of written.entries()) {
    for (const [feed, target] of account.feeds.entries()) {
      const isKnown = written.some((other) => other.id === target)
      if (!isKnown) throw refusal([...path, at, 'feeds', feed], 'is not an account of this controller')
    }
  }
  const waveOf = (id: AccountId, following: readonly AccountId[]): number => {
    const before = known.get(id)
    if (before !== undefined) return before
    if (following.includes(id)) {
      const at = written.findIndex((account) => account.id === id)
      throw refusal([...path, at, 'feeds'], 'leads back to the account itself')
    }
    const sources = written.filter((account) => account.feeds.includes(id))
    const wave = Math.max(-1, ...sources.map((source) => waveOf(source.id, [...following, id]))) + 1
    known.set(id, wave)
    return wave
  }
  return (id) => waveOf(id, [])
}
