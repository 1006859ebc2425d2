import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { parseConfiguration, readMasterKey, readSettings } from '../../config.ts'
import { DsrError } from '../../domain/errors.ts'
import { controllerId, type ControllerId } from '../../domain/ids.ts'
import { createLog, type Log } from '../../log.ts'
import type { MasterKey, Settings } from '../../ports/config.ts'
import type { Commands } from '../../ports/commands.ts'
import { createCommands } from '../../flow/commands.ts'
import { connectors } from '../../../connectors/index.ts'
import { startWorkers, WORKER_KINDS, type RunningWorkers } from '../../../workers/main.ts'
import { migrateDatabase, openRuntime, type Runtime } from '../runtime/runtime.ts'
import { ensureBucket } from '../runtime/storage.ts'
import { sandboxConfiguration, startSandboxes, type RunningSandbox } from '../sandboxes.ts'
import { demoClock, type DemoClock } from './clock.ts'

/** How many times faster than real time the demo runs: a day takes a quarter of a minute. */
export const SPEED = 6_000
// A day of waiting passes while a loop sleeps for a quarter of a minute, so the loops look more often than in real life.
const PACE = { relayEveryMs: 60, watchEveryMs: 150 }
const DRAIN_MS = 5_000
const DEMO_CONTROLLER = /^demo(-|$)/

/** What stands in for the process's own environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A whole Habeas with vendors on this machine, made for one run of the demo. */
export interface Installation {
  readonly runtime: Runtime
  readonly commands: Commands
  readonly sandboxes: readonly RunningSandbox[]
  readonly clock: DemoClock
  readonly controllerId: ControllerId
  readonly settings: Settings
  readonly masterKey: MasterKey
  readonly log: Log
  /** Everything that the demo keeps as files. */
  readonly directory: string
  close(): Promise<void>
}

/**
 * Starts it. `REDIS_URL`, `DATABASE_URL` and `S3_*` replace the embedded parts; an earlier demo in the same database does not
 * matter, since every run has a controller and accounts of its own.
 *
 * @throws DsrError `CONFIG_INVALID` when the database holds requests that are not a demo's, and all that `openRuntime` throws.
 */
export async function openInstallation(environment?: Environment): Promise<Installation> {
  const real = systemClock()
  const clock = demoClock(real, SPEED)
  const settings = demoSettings(real.nowMs(), environment)
  const isShared = settings.databaseUrl !== undefined
  const tag = isShared ? `-${randomBytes(3).toString('hex')}` : ''
  const masterKey = readMasterKey(settings, environment)
  const logFile = createWriteStream(path.join(settings.dataDirectory, 'habeas.log'))
  const log = createLog({ level: settings.logLevel }, logFile)
  const sandboxes = (await startSandboxes(clock, { speed: 1, seed: randomBytes(2).readUInt16BE() })).map((one) => ({
    ...one,
    accountId: `${one.sandbox.connector}-demo${tag}`,
  }))
  const stopSandboxes = async () => Promise.all(sandboxes.map(({ sandbox }) => sandbox.stop()))
  try {
    await prepareParts(settings, masterKey)
    const configuration = parseConfiguration(
      configurationText(sandboxes, `demo${tag}`),
      connectors.map((one) => one.connector.manifest),
    )
    const runtime = await openRuntime({ settings, configuration, masterKey, log, clock, isThrowAway: true })
    const workers = await startDemoWorkers(runtime, log)
    return {
      ...{ runtime, sandboxes, clock, settings, masterKey, log },
      commands: createCommands(runtime.ports),
      controllerId: controllerId(`demo${tag}`),
      directory: settings.dataDirectory,
      close: async () => {
        await workers.stop(DRAIN_MS)
        await runtime.close()
        await stopSandboxes()
        logFile.end()
      },
    }
  } catch (error) {
    await stopSandboxes()
    throw error
  }
}

/** A fresh directory for each run: what an earlier one left is never read. Letters become files, whatever the settings say. */
function demoSettings(nowMs: number, environment: Environment | undefined): Settings {
  const settings = readSettings(environment)
  const runs = path.resolve(settings.dataDirectory, 'demo')
  mkdirSync(runs, { recursive: true })
  const minute = new Date(nowMs).toISOString().slice(0, 16).replaceAll(':', '')
  const directory = mkdtempSync(path.join(runs, `${minute}-`))
  return { ...settings, dataDirectory: directory, mail: { url: undefined, from: settings.mail.from } }
}

/** What `habeas migrate` and the owner of the bucket do elsewhere. */
async function prepareParts(settings: Settings, masterKey: MasterKey): Promise<void> {
  if (settings.databaseUrl !== undefined) {
    await migrateDatabase({ settings, databaseUrl: settings.databaseUrl, masterKey })
  }
  await ensureBucket(settings)
}

async function startDemoWorkers(runtime: Runtime, log: Log): Promise<RunningWorkers> {
  try {
    await refuseRealRequests(runtime)
    return await startWorkers({
      engine: runtime.engine,
      queue: runtime.queue.queue,
      workers: runtime.queue.workers,
      outside: runtime.outside,
      ledger: runtime.ledger,
      kinds: WORKER_KINDS,
      connectors: connectors.map((one) => one.connector.manifest.id),
      pace: PACE,
      onError: (worker, error) => log.error({ worker, err: error }, 'worker.failed'),
    })
  } catch (error) {
    await runtime.close()
    throw error
  }
}

/** A clock that runs fast would forget and expire the requests of real people. */
async function refuseRealRequests({ store }: Runtime): Promise<void> {
  const owners = await store.transact((tx) => tx.request.countBy('controllerId', {}))
  if (owners.every(({ value }) => DEMO_CONTROLLER.test(value))) return
  throw new DsrError('CONFIG_INVALID', 'this database holds real requests; the demo runs in one of its own', {
    field: 'DATABASE_URL',
  })
}

const KEPT_PART = 'invoices'
const KEPT_LAW = 'Belgian VAT Code, Art. 60'
const KEPT_YEARS = 10

/** The configuration as an operator would write it: people approve and review, invoices are kept as the law says. */
function configurationText(sandboxes: readonly RunningSandbox[], id: string): string {
  const keeps = connectors
    .map(({ connector }) => connector.manifest)
    .filter((manifest) => manifest.depth.some((row) => row.part === KEPT_PART))
    .map((manifest) => sandboxes.find(({ sandbox }) => sandbox.connector === manifest.id)?.accountId)
  const identity = ['account_login']
  return sandboxConfiguration(sandboxes, {
    speed: SPEED,
    controller: {
      id,
      owner: { email: 'privacy@example.com' },
      policy: {
        erasure: { approval: 'person', cooling_off_hours: 1, identity },
        access: { identity, review: 'person' },
        portability: { identity, review: 'person' },
      },
      exemptions: keeps.map((account) => ({ account, part: KEPT_PART, law: KEPT_LAW, keep_years: KEPT_YEARS })),
    },
  })
}

/** The database of the demo is of no use once it was stopped: its vendors are gone with it. */
export function removeDatabase({ settings, directory }: Pick<Installation, 'settings' | 'directory'>): void {
  if (settings.databaseUrl === undefined) rmSync(path.join(directory, 'postgres'), { recursive: true, force: true })
}
