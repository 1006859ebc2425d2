import { connectorId, type ControllerId } from '../src/domain/ids.ts'
import type { Engine } from '../src/effects/engine.ts'
import type { JobQueue, JobWorker, JobWorkers } from '../src/ports/queue.ts'
import type { Heartbeat } from '../src/stages/common/lease.ts'
import { connect } from './connector.ts'
import { coordinate } from './coordinator.ts'
import type { Outside } from './deliver.ts'
import { startLoop, timerHeartbeat, type Loop } from './loop.ts'
import type { LedgerPorts } from '../src/ports/ledger.ts'
import { repairCheckpoints, sequencerTurn } from '../src/flow/sequencer.ts'
import { relayTurn } from './relay.ts'
import { choresTurn, watchTurn } from './watchdog.ts'

/** The kinds of worker; any number of each may run, in one process or in many. */
export const WORKER_KINDS = ['coordinator', 'connector', 'relay', 'watchdog', 'sequencer'] as const
export type WorkerKind = (typeof WORKER_KINDS)[number]

export interface WorkersOptions {
  readonly engine: Engine
  readonly queue: JobQueue
  readonly workers: JobWorkers
  readonly outside: Outside
  /** Where the sequencer keeps the logs; without it this process sequences nothing. */
  readonly ledger?: LedgerPorts
  readonly kinds: readonly WorkerKind[]
  /** Connector kinds that this process works for. */
  readonly connectors: readonly string[]
  readonly pace?: Partial<Pace>
  /** How leases are renewed; by a real timer when absent. */
  readonly heartbeat?: Heartbeat
  readonly onError: (worker: string, error: unknown) => void
}

export interface Pace {
  readonly concurrency: number
  readonly relayEveryMs: number
  readonly watchEveryMs: number
  readonly choresEveryMs: number
  readonly sequenceEveryMs: number
}

const PACE: Pace = {
  concurrency: 10,
  relayEveryMs: 200,
  watchEveryMs: 1000,
  choresEveryMs: 60_000,
  sequenceEveryMs: 1000,
}

export interface RunningWorkers {
  /** Stops taking jobs, lets running ones end within `drainMs`, hands the rest back. */
  stop(drainMs: number): Promise<void>
}

/** Starts the workers of this process. */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const jobs: JobWorker[] = []
  const kinds = new Set(options.kinds)
  if (kinds.has('coordinator')) jobs.push(await startCoordinator(options))
  if (kinds.has('connector')) jobs.push(...(await startConnectors(options)))
  const loops = startLoops(options, kinds)
  return {
    stop: async (drainMs) => {
      await Promise.all(loops.map((loop) => loop.stop()))
      await Promise.all(jobs.map((worker) => worker.close(drainMs)))
    },
  }
}

function settingsOf({ pace, onError }: WorkersOptions, worker: string) {
  return { concurrency: pace?.concurrency ?? PACE.concurrency, onError: (error: unknown) => onError(worker, error) }
}

async function startCoordinator(options: WorkersOptions): Promise<JobWorker> {
  const { engine, workers } = options
  return workers.coordinator(async (job) => coordinate(engine.ports, job), settingsOf(options, 'coordinator'))
}

async function startConnectors(options: WorkersOptions): Promise<readonly JobWorker[]> {
  const { engine, workers, connectors, heartbeat = timerHeartbeat } = options
  return Promise.all(
    connectors.map(async (id) =>
      workers.connector(
        connectorId(id),
        async (job, signal) => connect(engine, job, { signal, every: heartbeat }),
        settingsOf(options, `connector-${id}`),
      ),
    ),
  )
}

function startLoops(options: WorkersOptions, kinds: ReadonlySet<WorkerKind>): readonly Loop[] {
  const { engine, queue, outside, onError } = options
  const pace = { ...PACE, ...options.pace }
  const loops: Loop[] = []
  if (kinds.has('relay')) {
    const relay = { ports: engine.ports, queue, outside }
    loops.push(
      startLoop({
        everyMs: pace.relayEveryMs,
        turn: () => relayTurn(relay),
        onError: (error) => onError('relay', error),
      }),
    )
  }
  if (kinds.has('sequencer') && options.ledger) {
    const sequencer = { ports: engine.ports, ledger: options.ledger, longest: new Map<ControllerId, number>() }
    const onSequencerError = (error: unknown) => onError('sequencer', error)
    loops.push(
      startLoop({
        everyMs: pace.sequenceEveryMs,
        turn: () => sequencerTurn(sequencer),
        onError: onSequencerError,
      }),
      startLoop({
        everyMs: pace.choresEveryMs,
        turn: async () => repairCheckpoints(sequencer).then(() => 0),
        onError: onSequencerError,
      }),
    )
  }
  if (kinds.has('watchdog')) {
    const dog = { engine, queue }
    const idle = (work: () => Promise<void>) => async () => work().then(() => 0)
    loops.push(
      startLoop({
        everyMs: pace.watchEveryMs,
        turn: idle(() => watchTurn(dog)),
        onError: (error) => onError('watchdog', error),
      }),
    )
    loops.push(
      startLoop({
        everyMs: pace.choresEveryMs,
        turn: idle(() => choresTurn(dog)),
        onError: (error) => onError('chores', error),
      }),
    )
  }
  return loops
}
