import { readMasterKey, readSettings } from '../../config.ts'
import { DsrError } from '../../domain/errors.ts'
import { createLog } from '../../log.ts'
import type { WorkerKind } from '../../../workers/main.ts'
import { DRAIN_MS, serveHealth, startRuntimeWorkers, untilStopped } from '../processes.ts'
import { startApi } from '../runtime/api.ts'
import { requireConfiguration } from '../runtime/configured.ts'
import { migrateDatabase, openRuntime } from '../runtime/runtime.ts'
import { ensureBucket } from '../runtime/storage.ts'

type Print = (line: string) => void

/** Runs workers of the given kinds as a process of their own, with a health page on PORT, until asked to stop. */
export async function workerCommand(kinds: readonly WorkerKind[], only: readonly string[]): Promise<number> {
  const settings = readSettings()
  requireSharedDatabase(settings.databaseUrl)
  const log = createLog({ level: settings.logLevel })
  const configuration = requireConfiguration(settings)
  const runtime = await openRuntime({ settings, configuration, masterKey: readMasterKey(settings), log })
  const health = await serveHealth(runtime, settings.http)
  const workers = await startRuntimeWorkers(runtime, log, { kinds, only })
  log.info({ kinds, connectors: only }, 'process.started')
  await untilStopped()
  log.info({}, 'process.draining')
  await workers.stop(DRAIN_MS)
  await health.close()
  await runtime.close()
  return 0
}

/** Runs the API and the pages as a process of their own. */
export async function apiCommand(): Promise<number> {
  const settings = readSettings()
  requireSharedDatabase(settings.databaseUrl)
  const log = createLog({ level: settings.logLevel })
  const configuration = requireConfiguration(settings)
  const runtime = await openRuntime({ settings, configuration, masterKey: readMasterKey(settings), log })
  const api = await startApi(runtime, { settings, log })
  log.info({}, 'api.started')
  await untilStopped()
  await api.close()
  await runtime.close()
  return 0
}

/** Brings database and bucket up to date: the one-shot step before the other processes start. */
export async function migrateCommand(print: Print): Promise<number> {
  const settings = readSettings()
  if (settings.databaseUrl === undefined) {
    throw new DsrError('CONFIG_INVALID', 'DATABASE_URL is not set; the embedded database migrates itself at start', {
      field: 'DATABASE_URL',
    })
  }
  const applied = await migrateDatabase({
    settings,
    databaseUrl: settings.databaseUrl,
    masterKey: readMasterKey(settings),
  })
  print(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`)
  if (settings.objects) {
    const made = await ensureBucket(settings)
    print(made ? `The bucket ${settings.objects.bucket} was made.` : `The bucket ${settings.objects.bucket} is there.`)
  }
  return 0
}

/** Processes of their own meet in a database that all of them reach. */
function requireSharedDatabase(url: string | undefined): asserts url is string {
  if (url === undefined) {
    throw new DsrError('CONFIG_INVALID', 'DATABASE_URL is not set; use `habeas start` for everything in one process', {
      field: 'DATABASE_URL',
    })
  }
}
