// One worker process of a stack, for tests that need several, or one to kill. It says `ready` when it works.
import { readFile } from 'node:fs/promises'
import type { WorkerKind } from '../../../workers/main.ts'
import { freezing, type FreezePoint } from './freeze.ts'
import { openWorker, type WorkerPlan } from './worker.ts'

const [planFile = '', kinds = '', freezeAt] = process.argv.slice(2)
// The test that starts this process wrote the file.
const plan = JSON.parse(await readFile(planFile, 'utf8')) as WorkerPlan
const worker = await openWorker(plan, freezing(freezeAt as FreezePoint | undefined))
await worker.start(kinds.split(',') as WorkerKind[])
process.stdout.write('ready\n')
process.once('SIGTERM', () => {
  void worker.close()
})
