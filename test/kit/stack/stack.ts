import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { scaledClock } from '../../../src/adapters/clock.ts'
import { migrateDatabase } from '../../../src/bin/runtime/runtime.ts'
import type { Clock } from '../../../src/connector/contract.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import type { WorkerKind } from '../../../workers/main.ts'
import { startPostgres, startRedis } from '../services.ts'
import { running } from '../services/running.ts'
import type { BackendName } from './backends.ts'
import { readInstallation, writeInstallation, type Installation } from './installation.ts'
import { Portal } from './portal.ts'
import { Vendors, type Known } from './vendors.ts'
import { layWires, type Wires } from './wires.ts'
import { openWorker, type OpenWorker, type WorkerHooks, type WorkerPlan } from './worker.ts'

export interface StackOptions {
  readonly backend: BackendName
  readonly controllers?: readonly string[]
  readonly seed?: number
  /** How much faster than real time days pass; a day is four seconds when absent. */
  readonly speed?: number
  /** How much faster leases and re-issues run out. */
  readonly databaseSpeed?: number
  /** How long a leg's lease really lasts unless it is renewed. */
  readonly leaseMs?: number
  readonly allow?: readonly string[]
  /** What may be changed through every account; live when absent. */
  readonly effects?: 'read_only' | 'live'
  readonly controller?: Readonly<Record<string, unknown>>
  /** Workers reach everything over wires that a test can cut. */
  readonly isWired?: boolean
  /** Instead of a database on the shared server, or of a Redis that cannot be restarted. */
  readonly databaseUrl?: string
  readonly redisUrl?: string
  /** The log of everything that the stack itself runs. */
  readonly hooks?: WorkerHooks
}

const ALL_KINDS: readonly WorkerKind[] = ['coordinator', 'connector', 'relay', 'watchdog', 'sequencer']

/** A whole installation for a test: PostgreSQL, a queue, an object directory, vendors, and workers here or in processes. */
export interface Stack {
  readonly backend: BackendName
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly directory: string
  readonly clock: Clock
  readonly vendors: Vendors
  readonly plan: WorkerPlan
  /** Between workers and the rest; none unless they were asked for. */
  readonly wires: Wires
  /** The process that the portal talks to; it works at nothing unless `work` is called. */
  readonly api: OpenWorker
  readonly portal: Portal
  /** Starts workers in the process of the test, on a runtime of their own. */
  work(kinds?: readonly WorkerKind[], hooks?: WorkerHooks): Promise<OpenWorker>
  plant(seed: number, controllerId?: string): Known
  stop(): Promise<void>
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const { backend, controllers = ['alpha'], speed = 20_000, databaseSpeed = 1 } = options
  const originMs = Date.now()
  const clock = scaledClock({ originMs, factor: speed })
  const [databaseUrl, redisUrl, vendors] = await Promise.all([
    options.databaseUrl ?? startPostgres().then(({ url }) => url),
    backend === 'redis' ? (options.redisUrl ?? startRedis().then(({ url }) => url)) : undefined,
    Vendors.start(clock, controllers, { seed: options.seed ?? 1 }),
  ])
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-stack-'))
  const installed = {
    databaseUrl,
    redisUrl,
    directory,
    masterKey: randomBytes(32).toString('base64'),
    accounts: vendors.accounts,
    speed,
    allow: options.allow ?? [],
    effects: options.effects ?? 'live',
    controller: options.controller ?? {},
  } as const
  const wires = await layWires(installed, options.isWired ?? false)
  const planOf = (installation: Installation): WorkerPlan => ({
    installation,
    clockOriginMs: originMs,
    databaseTime: { factor: databaseSpeed, originMs, leaseMs: options.leaseMs ?? 30_000 },
  })
  const direct = writeInstallation(installed)
  await migrateDatabase({ ...readInstallation(direct), databaseUrl })
  const plan = planOf(writeInstallation({ ...installed, ...wires.ends }))
  // The portal and whoever looks on stand on the near side.
  const api = await openWorker(planOf(direct), options.hooks)
  const opened: OpenWorker[] = [api]
  const stop = async () => {
    for (const worker of opened.splice(0).reverse()) await worker.close()
    await vendors.stop()
    await rm(directory, { recursive: true, force: true })
  }
  running.add(stop)
  return {
    backend,
    databaseUrl,
    redisUrl,
    directory,
    clock,
    vendors,
    plan,
    wires,
    api,
    portal: new Portal(api.ports, api.runtime.recordKey),
    work: async (kinds = ALL_KINDS, hooks = options.hooks ?? {}) => {
      const worker = await openWorker(plan, hooks)
      opened.push(worker)
      await worker.start(kinds)
      return worker
    },
    plant: (seed, controllerId = 'alpha') => vendors.plant(inventPerson(seed), controllerId),
    stop,
  }
}
