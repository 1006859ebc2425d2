import { connectors } from '../../../connectors/index.ts'
import { createLog, type Log } from '../../../src/log.ts'
import type { Events, Ports } from '../../../src/ports/runtime.ts'
import type { JobQueue } from '../../../src/ports/queue.ts'
import { openRuntime, type Runtime } from '../../../src/bin/runtime/runtime.ts'
import { createEffectHost } from '../../../src/flow/effect-host.ts'
import { startWorkers, type RunningWorkers, type WorkerKind } from '../../../workers/main.ts'
import { timerHeartbeat } from '../../../workers/loop.ts'
import { fastStore, type FastTime } from './fast-store.ts'
import { markedAccounts } from './marked-calls.ts'
import { readInstallation, type Installation } from './installation.ts'

/** Ten times the product's pace, so that a test waits for work and not for the next look. */
const PACE = { relayEveryMs: 40, watchEveryMs: 200, choresEveryMs: 1000 }

export interface WorkerPlan {
  readonly installation: Installation
  readonly clockOriginMs: number
  readonly databaseTime: FastTime
}

export interface WorkerHooks {
  readonly events?: Events
  readonly log?: Log
  /** Changes the ports before anything uses them. */
  readonly ports?: (ports: Ports) => Ports
  readonly queue?: (queue: JobQueue) => JobQueue
}

export interface OpenWorker {
  readonly runtime: Runtime
  readonly ports: Ports
  readonly errors: unknown[]
  start(kinds: readonly WorkerKind[]): Promise<RunningWorkers>
  close(): Promise<void>
}

/** One process of an installation, opened as the product opens it, here or in a child. */
export async function openWorker(plan: WorkerPlan, hooks: WorkerHooks = {}): Promise<OpenWorker> {
  const runtime = await openRuntime({
    ...readInstallation(plan.installation),
    log: hooks.log ?? createLog({ level: 'silent' }),
    clockOriginMs: plan.clockOriginMs,
    ...(hooks.events && { events: hooks.events }),
  })
  const { factor, leaseMs } = plan.databaseTime
  const store = fastStore(runtime.ports.store, plan.databaseTime)
  const accounts = markedAccounts(runtime.ports.accounts)
  const given: Ports = { ...runtime.ports, store, accounts, leaseMs: leaseMs * factor }
  const ports = hooks.ports?.(given) ?? given
  const errors: unknown[] = []
  const started: RunningWorkers[] = []
  return {
    runtime,
    ports,
    errors,
    start: async (kinds) => {
      const workers = await startWorkers({
        engine: { ports, host: createEffectHost(ports) },
        queue: hooks.queue?.(runtime.queue.queue) ?? runtime.queue.queue,
        workers: runtime.queue.workers,
        outside: runtime.outside,
        ledger: runtime.ledger,
        kinds,
        connectors: connectors.map((one) => one.connector.manifest.id),
        pace: PACE,
        // Leases run out by the database's fast clock, so they are renewed as much faster: a slow run is no crash.
        heartbeat: (everyMs, beat) => timerHeartbeat(everyMs / factor, beat),
        onError: (_, error) => errors.push(error),
      })
      started.push(workers)
      return workers
    },
    close: async () => {
      await Promise.all(started.splice(0).map((workers) => workers.stop(3000)))
      await runtime.close()
    },
  }
}
