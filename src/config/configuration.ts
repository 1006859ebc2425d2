import type { Configuration } from '../ports/config.ts'
import { addressGuard } from '../connector/address.ts'
import type { KnownConnector } from './accounts.ts'
import { controllerOf } from './controllers.ts'
import { parse } from './parse.ts'
import { refusal } from './refusal.ts'
import { configurationShape, type WrittenConfiguration } from './shape.ts'

/** Checks a read configuration as a whole. @throws DsrError `CONFIG_INVALID`. */
export function configurationOf(document: unknown, connectors: readonly KnownConnector[]): Configuration {
  const written = parse(configurationShape, document)
  checkAllow(written.network.allow)
  checkIds(written)
  const rules = { connectors, allow: written.network.allow }
  const controllers = written.controllers.map((one, at) => controllerOf(one, ['controllers', at], rules))
  const isDemo = controllers.every((controller) => controller.accounts.every((account) => account.isSandbox))
  if (written.clock.speed !== 1 && !isDemo) {
    throw refusal('clock.speed', 'may differ from 1 only when every account is a sandbox')
  }
  return { controllers, network: written.network, clock: written.clock, isDemo }
}

function checkAllow(allow: readonly string[]): void {
  for (const [at, entry] of allow.entries()) {
    try {
      addressGuard([entry])
    } catch {
      // The guard does not know which entry it is.
      throw refusal(['network', 'allow', at], 'is no address, network or host')
    }
  }
}

/** Accounts are named in records and addresses without their controller, so their ids are unique everywhere. */
function checkIds(written: WrittenConfiguration): void {
  const taken = new Set<string>()
  const take = (id: string, path: (string | number)[]) => {
    if (taken.has(id)) throw refusal(path, 'is used twice')
    taken.add(id)
  }
  for (const [at, controller] of written.controllers.entries()) take(controller.id, ['controllers', at, 'id'])
  taken.clear()
  for (const [at, controller] of written.controllers.entries()) {
    for (const [n, account] of controller.accounts.entries()) take(account.id, ['controllers', at, 'accounts', n, 'id'])
  }
}
