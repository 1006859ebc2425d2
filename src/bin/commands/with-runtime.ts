import { existsSync } from 'node:fs'
import path from 'node:path'
import { readMasterKey, readSettings } from '../../config.ts'
import { DsrError } from '../../domain/errors.ts'
import { createLog } from '../../log.ts'
import { configurationForTools } from '../runtime/configured.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'

/** Opens the runtime of an installation that is there, beside a running one if need be, for one piece of work. */
export async function withRuntime(work: (runtime: Runtime) => Promise<void>): Promise<number> {
  const settings = readSettings()
  // A tool that made a new installation would print a key that nobody ever signed with.
  if (settings.databaseUrl === undefined && !existsSync(path.join(settings.dataDirectory, 'postgres'))) {
    throw new DsrError('CONFIG_INVALID', 'HABEAS_DATA holds no installation', { field: 'HABEAS_DATA' })
  }
  const configuration = configurationForTools(settings)
  const log = createLog({ level: 'silent' })
  const runtime = await openRuntime({
    settings,
    configuration,
    masterKey: readMasterKey(settings),
    log,
    mayAttach: true,
  })
  try {
    await work(runtime)
    return 0
  } finally {
    await runtime.close()
  }
}
