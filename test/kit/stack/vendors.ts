import { connectors } from '../../../connectors/index.ts'
import type { Clock } from '../../../src/connector/contract.ts'
import type { InventedPerson, PlantedPerson, Sandbox, SandboxCall } from '../../../src/connector/testing.ts'

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

/** The vendors of an installation: a sandbox per controller and connector, over HTTP on this machine. */
export class Vendors {
  readonly accounts: readonly VendorAccount[]

  private constructor(accounts: readonly VendorAccount[]) {
    this.accounts = accounts
  }

  static async start(clock: Clock, controllerIds: readonly string[], seed: number): Promise<Vendors> {
    const wanted = controllerIds.flatMap((controllerId) => connectors.map((one) => ({ controllerId, one })))
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

  /** Plants a person in every place of every account of a controller. */
  plant(person: InventedPerson, controllerId: string): Known {
    const at = this.of(controllerId).map((account) => ({ account, planted: account.sandbox.plant(person) }))
    return { person, at }
  }

  /** Calls that changed something, or would have; those that answered with a failure are left out. */
  changes(controllerId?: string): readonly SandboxCall[] {
    const some = controllerId === undefined ? this.accounts : this.of(controllerId)
    return some.flatMap(({ sandbox }) => sandbox.calls()).filter((call) => call.isChange && call.status < 400)
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
