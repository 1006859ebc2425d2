import { existsSync } from 'node:fs'
import { systemClock } from '../../adapters/clock.ts'
import { parseConfiguration, readConfiguration } from '../../config.ts'
import type { Configuration, Settings } from '../../ports/config.ts'
import { connectors } from '../../../connectors/index.ts'
import { sandboxConfiguration, startSandboxes, type RunningSandbox } from '../sandboxes.ts'

const manifests = connectors.map((one) => one.connector.manifest)

const USUAL_PATH = 'habeas.config.yaml'

export interface Configured {
  readonly configuration: Configuration
  /** Running sandboxes, when there was no configuration and they stand in for real accounts. */
  readonly sandboxes: readonly RunningSandbox[]
}

/** The configuration file; where there is none, one made of the sandboxes, so that a first start has something to show. */
export async function configured(settings: Settings): Promise<Configured> {
  // A path that somebody named and that leads nowhere is a mistake, not a wish for sandboxes.
  if (existsSync(settings.configPath) || settings.configPath !== USUAL_PATH)
    return { configuration: readConfiguration(settings.configPath, manifests), sandboxes: [] }
  const sandboxes = await startSandboxes(systemClock(), { speed: 60, seed: 1 })
  const text = sandboxConfiguration(sandboxes, {
    speed: 1,
    controller: {
      policy: {
        erasure: { cooling_off_hours: 0, identity: ['account_login'] },
        access: { identity: ['account_login'] },
        portability: { identity: ['account_login'] },
      },
    },
  })
  return { configuration: parseConfiguration(text, manifests), sandboxes }
}

/** The configuration file alone, for processes that must not invent one. */
export function requireConfiguration(settings: Settings): Configuration {
  return readConfiguration(settings.configPath, manifests)
}

/** For tools that only need the store: the configuration file, or the controller of the sandboxes without its accounts. */
export function configurationForTools(settings: Settings): Configuration {
  if (existsSync(settings.configPath) || settings.configPath !== USUAL_PATH) return requireConfiguration(settings)
  return parseConfiguration(sandboxConfiguration([], { speed: 1 }), manifests)
}
