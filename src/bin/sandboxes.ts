import { stringify } from 'yaml'
import { connectors } from '../../connectors/index.ts'
import type { Clock } from '../connector/contract.ts'
import type { Sandbox } from '../connector/testing.ts'

export interface RunningSandbox {
  readonly accountId: string
  readonly title: string
  readonly sandbox: Sandbox
}

/** Starts the sandbox of every connector on a free port of this machine. */
export async function startSandboxes(
  clock: Clock,
  options: { speed: number; seed: number },
): Promise<readonly RunningSandbox[]> {
  return Promise.all(
    connectors.map(async ({ connector, startSandbox }) => ({
      accountId: `${connector.manifest.id}-sandbox`,
      title: connector.manifest.title,
      sandbox: await startSandbox({ clock, port: 0, ...options }),
    })),
  )
}

export interface SandboxConfiguration {
  readonly speed: number
  readonly controller?: Readonly<Record<string, unknown>>
  readonly account?: (accountId: string) => Readonly<Record<string, unknown>>
}

/** The text of a configuration whose accounts are the running sandboxes, as an operator would write it. */
export function sandboxConfiguration(
  running: readonly RunningSandbox[],
  { speed, controller, account }: SandboxConfiguration,
): string {
  return stringify({
    controllers: [
      {
        id: 'example',
        name: 'Example Construction SA',
        country: 'BE',
        languages: ['nl', 'fr', 'en'],
        accounts: running.map(({ accountId, sandbox }) => ({
          id: accountId,
          connector: sandbox.connector,
          token: sandbox.token,
          base_url: sandbox.baseUrl,
          effects: 'live',
          ...account?.(accountId),
        })),
        ...controller,
      },
    ],
    network: { allow: running.map(({ sandbox }) => new URL(sandbox.baseUrl).host) },
    clock: { speed },
  })
}
