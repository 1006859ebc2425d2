import type { Fault, InventedPerson, PlantedPerson, PlantExtent, Sandbox, SandboxOptions } from '../testing.ts'
import type { SandboxLimit } from './limits.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from './routes.ts'
import { startSandboxServer } from './server.ts'
import { switchboard } from './switchboard.ts'
import type { Switchboard, SwitchTable } from './switchboard.ts'

/** One running sandbox account: its data, switches and clock. What its routes work on. */
export interface SandboxDesk<Vendor, Table extends SwitchTable> {
  /** Everything that the vendor stores: plain data, so that it can be copied whole. */
  vendor: Vendor
  readonly switches: Switchboard<Table>
  /** Divides the vendor's own waits. */
  readonly speed: number
  /** Empty until the sandbox listens. */
  baseUrl: string
  nowMs(): number
}

export function openDesk<Vendor, const Table extends SwitchTable>(
  { clock, speed = 1 }: SandboxOptions,
  { vendor, switches }: { readonly vendor: Vendor; readonly switches: Table },
): SandboxDesk<Vendor, Table> {
  return { vendor, switches: switchboard(switches), speed, baseUrl: '', nowMs: () => clock.nowMs() }
}

/** What a vendor's sandbox remembers of a planted person, besides what the tests see. */
export interface Remembered {
  readonly planted: PlantedPerson
}

export interface SandboxParts<Known extends Remembered> {
  readonly connector: string
  /** The one credential that `authorise` accepts. */
  readonly token: string
  readonly routes: readonly SandboxRoute[]
  /** The vendor's refusal when the credential is wrong (or revoked), else undefined. */
  readonly authorise: (request: SandboxRequest, isRevoked: boolean) => SandboxReply | undefined
  readonly limits: readonly SandboxLimit[]
  readonly unknownRoute: SandboxReply
  readonly deviations?: Readonly<Record<string, string>>
  readonly options?: Sandbox['options']
  /** Lets the vendor's own deadlines pass (jobs, purges); done before each call and each look. */
  readonly sweep: () => void
  readonly plant: (person: InventedPerson, extent: PlantExtent) => Known
  readonly picture: (known: Known) => string
  readonly remaining: (known: Known) => Readonly<Record<string, number>>
}

/** Starts the vendor's interface on the desk's data and gives back what drives it. */
export async function openSandbox<Vendor, Table extends SwitchTable, Known extends Remembered>(
  desk: SandboxDesk<Vendor, Table>,
  { clock, port = 0, speed = 1 }: SandboxOptions,
  parts: SandboxParts<Known>,
): Promise<Sandbox> {
  const server = await startSandboxServer({
    routes: parts.routes,
    clock,
    port,
    speed,
    authorise: (request, isRevoked) => {
      parts.sweep()
      return parts.authorise(request, isRevoked)
    },
    limits: parts.limits,
    state: {
      save: () => structuredClone(desk.vendor),
      // Only `save` makes what comes back here.
      restore: (saved) => void (desk.vendor = saved as Vendor),
    },
    unknownRoute: parts.unknownRoute,
  })
  desk.baseUrl = server.baseUrl
  return {
    connector: parts.connector,
    baseUrl: server.baseUrl,
    token: parts.token,
    ...peopleOf(parts),
    switches: desk.switches.table,
    set: (name, value) => desk.switches.set(name, value),
    ...(parts.options === undefined ? {} : { options: parts.options }),
    ...(parts.deviations === undefined ? {} : { deviations: parts.deviations }),
    arm: (fault: Fault) => server.arm(fault),
    calls: () => server.calls(),
    revoke: (isRevoked) => server.revoke(isRevoked),
    stop: () => server.stop(),
  }
}

function peopleOf<Known extends Remembered>({
  plant,
  picture,
  remaining,
  sweep,
}: SandboxParts<Known>): Pick<Sandbox, 'plant' | 'picture' | 'remaining'> {
  const all = new Map<PlantedPerson, Known>()
  const look = (person: PlantedPerson): Known => {
    const known = all.get(person)
    if (known === undefined) throw new Error('this person was not planted here')
    sweep()
    return known
  }
  return {
    plant: (person, extent = 'everywhere') => {
      const known = plant(person, extent)
      all.set(known.planted, known)
      return known.planted
    },
    picture: (person) => picture(look(person)),
    remaining: (person) => remaining(look(person)),
  }
}

/** How many of a planted person's refs are still there, part by part. */
export function countRefs(
  { refs }: Pick<PlantedPerson, 'refs'>,
  isThere: (part: string, ref: string) => boolean,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(refs).map(([part, all]) => [part, all.filter((ref) => isThere(part, ref)).length]),
  )
}

/** Remembers where something was planted. */
export function note({ refs }: { readonly refs: Record<string, string[]> }, part: string, ref: string): void {
  refs[part] = [...(refs[part] ?? []), ref]
}

/** The next number of the vendor's counter, from which ids of any form are made. */
export function nextNumber(vendor: { nextId: number }): number {
  vendor.nextId += 7
  return vendor.nextId
}
