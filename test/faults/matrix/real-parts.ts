import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { connectors } from '../../../connectors/index.ts'
import { createAccounts } from '../../../src/adapters/accounts/accounts.ts'
import { createDirectoryStore } from '../../../src/adapters/objects/directory.ts'
import { migrate } from '../../../src/adapters/postgres/migrate.ts'
import { createStore } from '../../../src/adapters/postgres/store.ts'
import { inventPerson, type PlantExtent } from '../../../src/connector/testing.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import type { LimiterStore } from '../../../src/connector/limits.ts'
import type { Account, Accounts } from '../../../src/ports/runtime.ts'
import { VirtualClock } from '../../kit/sim/clock.ts'
import { CONTROLLER } from '../../kit/sim/policies.ts'
import { startPostgres } from '../../kit/services.ts'
import { readInstallation, writeInstallation } from '../../kit/stack/installation.ts'
import { countChanges, markedAccounts, repeatedChanges } from '../../kit/stack/marked-calls.ts'
import { pictureOf, remainingOf, Vendors, type Known } from '../../kit/stack/vendors.ts'
import type { Boundaries } from './boundaries.ts'
import type { OpenCourseParts } from './parts.ts'
import { shimConnector, shimTransport } from './shims.ts'

export interface RealPartsOptions {
  /** Connectors by name, each on a sandbox of its own over HTTP. */
  readonly connectorIds: readonly string[]
  readonly extent: PlantExtent
}

/** PostgreSQL, the real connectors on the kit's transport against their sandboxes, parcels and archives in a directory. */
export async function realParts(options: RealPartsOptions): Promise<OpenCourseParts> {
  const template = await startPostgres()
  await migrate({ databaseUrl: template.url })
  return (clock, boundaries) => open({ ...options, template: template.url, clock, boundaries })
}

interface Opening extends RealPartsOptions {
  readonly template: string
  readonly clock: VirtualClock
  readonly boundaries: Boundaries
}

async function open({ connectorIds, extent, template, clock, boundaries }: Opening) {
  const [database, vendors, directory] = await Promise.all([
    startPostgres({ copyOf: template }),
    Vendors.start(clock, [CONTROLLER], { seed: 1, connectorIds }),
    mkdtemp(path.join(os.tmpdir(), 'habeas-test-matrix-')),
  ])
  const store = createStore({ databaseUrl: database.url, poolSize: 3 })
  const accounts = openAccounts(vendors, { clock, boundaries })
  const { known, neighbour } = plant(vendors, extent)
  const { person } = known
  const startMs = clock.nowMs()
  return {
    store,
    objects: createDirectoryStore({ directory, clock }),
    accounts,
    subject: {
      email: person.email,
      identities: [{ kind: 'email', value: person.email } as const],
      names: [`${person.firstName} ${person.lastName}`],
    },
    vendorFacts: async () => ({
      remaining: remainingOf(known),
      isNeighbourUntouched:
        pictureOf(neighbour) === (await untouched({ connectorIds, extent, startMs, endMs: clock.nowMs() })),
    }),
    countChanges: () => countChanges(vendors.logs()),
    repeatedChanges: () => repeatedChanges(vendors.logs()),
    close: async () => {
      await accounts.close()
      await store.close()
      await Promise.all([vendors.stop(), database.stop(), rm(directory, { recursive: true, force: true })])
    },
  }
}

function plant(vendors: Vendors, extent: PlantExtent): { readonly known: Known; readonly neighbour: Known } {
  const known = vendors.plant(inventPerson(1), CONTROLLER, extent)
  return { known, neighbour: vendors.plant(inventPerson(2), CONTROLLER, extent) }
}

interface Elapsed extends RealPartsOptions {
  readonly startMs: number
  readonly endMs: number
}

/** The neighbour at vendors that nobody ever called, after the same time: they purge their bins by themselves. */
async function untouched({ connectorIds, extent, startMs, endMs }: Elapsed): Promise<string> {
  const clock = new VirtualClock(startMs)
  const vendors = await Vendors.start(clock, [CONTROLLER], { seed: 1, connectorIds })
  const { neighbour } = plant(vendors, extent)
  clock.reach(endMs)
  const picture = pictureOf(neighbour)
  await vendors.stop()
  return picture
}

interface Crossing {
  readonly clock: VirtualClock
  readonly boundaries: Boundaries
}

function openAccounts(vendors: Vendors, { clock, boundaries }: Crossing): Accounts & { close(): Promise<void> } {
  const installation = writeInstallation({
    databaseUrl: 'postgres://127.0.0.1/of-the-store',
    redisUrl: undefined,
    directory: os.tmpdir(),
    accounts: vendors.accounts,
    speed: 1,
    effects: 'live',
    allow: [],
    controller: {},
  })
  const opened = createAccounts({
    configuration: readInstallation(installation).configuration,
    connectors: connectors.map(({ connector }) => shimConnector(connector, boundaries, { isHttpShimmed: true })),
    limiter: passingTime(memoryLimiter(clock), clock),
    clock,
  })
  const crossing = (account: Account): Account => ({
    ...account,
    context: (signal) => {
      const context = account.context(signal)
      const of = { name: account.connector.manifest.id, sandbox: vendors.sandbox(account.id) }
      return { ...context, transport: shimTransport(context.transport, boundaries, of) }
    },
  })
  const marked = markedAccounts({
    of: (controllerId) => opened.of(controllerId).map(crossing),
    get: (accountId) => {
      const account = opened.get(accountId)
      return account && crossing(account)
    },
  })
  return { ...marked, close: () => opened.close() }
}

/** The vendors' limits hold, and waiting for them takes no real time: the course's clock goes on instead. */
function passingTime(limiter: LimiterStore, clock: VirtualClock): LimiterStore {
  return {
    take: async (asks) => {
      for (;;) {
        const answer = await limiter.take(asks)
        if (answer.kind === 'granted') return answer
        clock.advance(answer.waitMs)
      }
    },
    hold: (key, untilMs) => limiter.hold(key, untilMs),
  }
}
