// One process of a stack, for tests that need several, or one to kill. It says `ready` when it works; an api says where it listens.
import { readFile } from 'node:fs/promises'
import { startApi } from '../../../src/bin/runtime/api.ts'
import { createLog } from '../../../src/log.ts'
import { WORKER_KINDS } from '../../../workers/main.ts'
import { freezing, type FreezePoint } from './freeze.ts'
import { readInstallation } from './installation.ts'
import { openWorker, type WorkerPlan } from './worker.ts'

const [planFile = '', kinds = '', freezeAt] = process.argv.slice(2)
// The test that starts this process wrote the file.
const plan = JSON.parse(await readFile(planFile, 'utf8')) as WorkerPlan
const worker = await openWorker(plan, freezing(freezeAt as FreezePoint | undefined))
const wanted = kinds.split(',')
await worker.start(WORKER_KINDS.filter((kind) => wanted.includes(kind)))
if (wanted.includes('api')) {
  const runtime = { ...worker.runtime, ports: worker.ports }
  const { settings } = readInstallation(plan.installation)
  const { url } = await startApi(runtime, { settings, log: createLog({ level: 'silent' }) })
  process.stdout.write(`listening ${url}\n`)
}
process.stdout.write('ready\n')
process.once('SIGTERM', () => {
  void worker.close()
})
