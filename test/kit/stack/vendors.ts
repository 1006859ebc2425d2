import { connectors } from '../../../connectors/index.ts'
import type { Clock } from '../../../src/connector/contract.ts'
import type {
  InventedPerson,
  PlantedPerson,
  PlantExtent,
  Sandbox,
  SandboxCall,
} from '../../../src/connector/testing.ts'
import type { AccountLog } from './marked-calls.ts'

/** One connector account of one controller, on a sandbox of its own. */
export interface VendorAccount {
  readonly controllerId: string
  readonly accountId: string
  readonly connectorId: string
  readonly sandbox: Sandbox
}

/** A person as all accounts of a controller know them. */
export interface Known {
  readonly person: InventedPerson
  readonly at: readonly { readonly account: VendorAccount; readonly planted: PlantedPerson }[]
}

export interface VendorsOptions {
  readonly seed: number
  /** Every registered connector when absent. */
  readonly connectorIds?: readonly string[]
}

/** The vendors of an installation: a sandbox per controller and connector, over HTTP on this machine. */
export class Vendors {
  readonly accounts: readonly VendorAccount[]

  private constructor(accounts: readonly VendorAccount[]) {
    this.accounts = accounts
  }

  static async start(clock: Clock, controllerIds: readonly string[], options: VendorsOptions): Promise<Vendors> {
    const { seed, connectorIds } = options
    const some = connectors.filter((one) => connectorIds?.includes(one.connector.manifest.id) ?? true)
    const wanted = controllerIds.flatMap((controllerId) => some.map((one) => ({ controllerId, one })))
    const accounts = wanted.map(async ({ controllerId, one }, at) => {
      const connectorId = one.connector.manifest.id
      const sandbox = await one.startSandbox({ clock, port: 0, speed: 1, seed: seed + at })
      return { controllerId, accountId: `${controllerId}-${connectorId}`, connectorId, sandbox }
    })
    return new Vendors(await Promise.all(accounts))
  }

  of(controllerId: string): readonly VendorAccount[] {
    return this.accounts.filter((one) => one.controllerId === controllerId)
  }

  sandbox(accountId: string): Sandbox {
    const found = this.accounts.find((one) => one.accountId === accountId)
    if (found === undefined) throw new Error(`no account ${accountId}`)
    return found.sandbox
  }

  /** Plants a person in every place of every account of a controller, or only where the extent says. */
  plant(person: InventedPerson, controllerId: string, extent: PlantExtent = 'everywhere'): Known {
    const at = this.of(controllerId).map((account) => ({ account, planted: account.sandbox.plant(person, extent) }))
    return { person, at }
  }

  /** Calls that changed something, or would have; those that answered with a failure are left out. */
  changes(controllerId?: string): readonly SandboxCall[] {
    const some = controllerId === undefined ? this.accounts : this.of(controllerId)
    return some.flatMap(({ sandbox }) => sandbox.calls()).filter((call) => call.isChange && call.status < 400)
  }

  /** What each vendor was asked to do, for whoever counts repetitions. */
  logs(): readonly AccountLog[] {
    return this.accounts.map(({ accountId, connectorId, sandbox }) => {
      const steps = connectors.find((one) => one.connector.manifest.id === connectorId)?.connector.manifest.steps
      return {
        accountId,
        isRepeatable: (step: string) => steps?.[step]?.isRepeatable ?? false,
        calls: sandbox.calls(),
      }
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.accounts.map(({ sandbox }) => sandbox.stop()))
  }
}

/** Everything that the accounts store on a person, as text: two equal pictures mean byte for byte untouched. */
export function pictureOf({ at }: Known): string {
  return at.map(({ account, planted }) => account.sandbox.picture(planted)).join('\n')
}

/** How many records each account still holds, by account and part; parts with none are left out. */
export function remainingOf({ at }: Known): Readonly<Record<string, number>> {
  const counted = at.flatMap(({ account, planted }) =>
    Object.entries(account.sandbox.remaining(planted)).map(
      ([part, count]) => [`${account.connectorId}/${part}`, count] as const,
    ),
  )
  return Object.fromEntries(counted.filter(([, count]) => count > 0))
}

/** Every record of the person, as `account/part/ref`. */
export function refsOf({ at }: Known): ReadonlySet<string> {
  const refs = at.flatMap(({ account, planted }) =>
    Object.entries(planted.refs).flatMap(([part, some]) => some.map((ref) => `${account.accountId}/${part}/${ref}`)),
  )
  return new Set(refs)
}
