import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readMasterKey, readSettings } from '../../config.ts'
import { inventPerson } from '../../connector/testing.ts'
import { publicKeyPem } from '../../crypto/signature.ts'
import type { Settings } from '../../ports/config.ts'
import { missingFeatures } from '../../ports/objects.ts'
import { createLog } from '../../log.ts'
import { WORKER_KINDS } from '../../../workers/main.ts'
import { DRAIN_MS, startRuntimeWorkers, untilStopped } from '../processes.ts'
import { startApi } from '../runtime/api.ts'
import { configured, type Configured } from '../runtime/configured.ts'
import { openRuntime, type Runtime } from '../runtime/runtime.ts'

type Print = (line: string) => void

/**
 * The whole of Habeas in one process, until it is asked to stop: database, queue, objects, workers, API and pages. Without a
 * configuration file it works on the sandboxes.
 */
export async function startCommand(print: Print): Promise<number> {
  const settings = readSettings()
  mkdirSync(settings.dataDirectory, { recursive: true })
  const known = await configured(settings)
  try {
    await serve({ settings, known, print })
  } finally {
    // Also when the start was refused: a sandbox that listens would keep the process alive.
    for (const { sandbox } of known.sandboxes) await sandbox.stop()
  }
  return 0
}

async function serve({
  settings,
  known,
  print,
}: {
  settings: Settings
  known: Configured
  print: Print
}): Promise<void> {
  const log = createLog({ level: settings.logLevel })
  const masterKey = readMasterKey(settings)
  const runtime = await openRuntime({ settings, configuration: known.configuration, masterKey, log })
  // What was opened is closed again when a later step is refused, a taken port for one.
  try {
    const workers = await startRuntimeWorkers(runtime, log, { kinds: WORKER_KINDS })
    try {
      const api = await startApi(runtime, { settings, log })
      printWelcome(print, { url: api.url, link: await api.signInLink(), dataDirectory: settings.dataDirectory, known })
      if (masterKey.isNew)
        print(`A master key was made in ${settings.dataDirectory}: back it up, without it nothing can be read again.`)
      writeFileSync(path.join(settings.dataDirectory, 'record-key.pub.pem'), publicKeyPem(runtime.recordKey))
      await printStoreReport(runtime, print)
      await untilStopped()
      print('Stopping: running work is finished or handed back.')
      await api.close()
    } finally {
      await workers.stop(DRAIN_MS)
    }
  } finally {
    await runtime.close()
  }
}

function printWelcome(print: Print, of: { url: string; link: string; dataDirectory: string; known: Configured }): void {
  const { sandboxes } = of.known
  print('')
  print(`Habeas is up.   Pages    ${of.url}/ops`)
  print(`                API      ${of.url}/v1   (described at ${of.url}/docs)`)
  print(`                Sign in  ${of.link}   (once, within 15 minutes)`)
  print(`                Data     ${path.resolve(of.dataDirectory)}`)
  if (sandboxes.length > 0) {
    print('')
    print('There is no configuration file, so these sandboxes stand in for real accounts; their data is invented:')
    const people = [1, 2, 3].map((seed) => inventPerson(seed))
    for (const { title, sandbox } of sandboxes) {
      for (const person of people) sandbox.plant(person)
      print(`                ${title.padEnd(20)} ${sandbox.baseUrl}`)
    }
    print(`People to try it with: ${people.map((person) => person.email).join(', ')}`)
    print('Real accounts: see docs/operations.md. They start read-only; erasure cannot be undone.')
  }
  print('')
  print('Ctrl-C stops it.')
}

async function printStoreReport({ objects }: Runtime, print: Print): Promise<void> {
  const report = await objects.probe()
  const missing = missingFeatures(report)
  if (report.driver === 's3' && missing.length > 0) {
    print(`The object store does not enforce: ${missing.join(', ')}.`)
    for (const feature of missing) print(`  ${feature}: ${report.features[feature].note}`)
  }
}
