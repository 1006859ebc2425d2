import type { Queue } from 'bullmq'
import type { ConnectorId } from '../../domain/ids.ts'
import type { JobQueue, JobWorkers } from '../../ports/queue.ts'
import type { Backend } from './backend.ts'
import { answered, settles } from './bounded.ts'
import { queueError } from './errors.ts'
import { connectorJob, coordinatorJob } from './job-fields.ts'
import { connectorQueue, COORDINATOR_QUEUE } from './names.ts'
import { postgresBackend } from './postgres-backend.ts'
import { jobQueue } from './producer.ts'
import { redisBackend } from './redis-backend.ts'
import { startWorker, type StallSettings } from './worker.ts'

export { migrateQueue } from './postgres-backend.ts'

export interface QueueSettings {
  /** Where jobs are kept. `url` of Redis: see parseRedisAddress; of PostgreSQL: the database that `migrateQueue` prepared. */
  readonly backend: 'redis' | 'postgres'
  readonly url: string
  /** Whose queues are counted and shown; adding and working do not need it. */
  readonly connectorIds: readonly ConnectorId[]
  /** Gets errors of connections, which mend themselves. They hold no address. */
  readonly onError: (error: unknown) => void
  /** First part of every key in Redis. The braces keep all keys on one node of a cluster, as flows over queues need. */
  readonly prefix?: string
  /** How long adding may take before it throws `QUEUE_UNREACHABLE`. */
  readonly addTimeoutMs?: number
  /** How long a finished job keeps its id taken. */
  readonly keepForMs?: number
  readonly stalls?: StallSettings
}

export type QueueCounts = Readonly<Record<string, number>>

export interface QueueAdapter {
  readonly queue: JobQueue
  readonly workers: JobWorkers
  /**
   * How many jobs are in which state, by queue name.
   *
   * @throws DsrError `QUEUE_UNREACHABLE`.
   */
  counts(): Promise<Readonly<Record<string, QueueCounts>>>
  /** The queues for bull-board. They belong to the adapter and close with it. */
  queuesForBoard(): readonly Queue[]
  /** Lets go of all connections. Close the workers first: they drain. */
  close(): Promise<void>
}

const DEFAULTS = {
  prefix: '{habeas}',
  addTimeoutMs: 5000,
  keepForMs: 3_600_000,
  stalls: { lockMs: 30_000, stalledCheckMs: 15_000 },
} as const

/** The states that are counted. */
const STATES = ['waiting', 'active', 'delayed', 'waiting-children', 'completed', 'failed'] as const

/**
 * The queue on Redis or on PostgreSQL, with the same behaviour. Returns when the backend has answered.
 *
 * @throws DsrError `QUEUE_UNREACHABLE`, also when `migrateQueue` has not prepared the database; `CONFIG_INVALID`.
 */
export async function createQueue(given: QueueSettings): Promise<QueueAdapter> {
  const settings = { ...DEFAULTS, ...given }
  const backend = settings.backend === 'redis' ? redisBackend(settings) : postgresBackend(settings)
  const report = (error: unknown) => settings.onError(queueError(error))
  backend.onError(report)
  const producer = backend.producer()
  producer.on('error', report)
  try {
    await answered(producer.waitUntilReady(), settings.addTimeoutMs)
  } catch (error) {
    await settles(backend.close(), settings.addTimeoutMs)
    throw error
  }
  const names = [COORDINATOR_QUEUE, ...settings.connectorIds.map(connectorQueue)]
  const shown = shownQueues(backend, names, report)
  return {
    queue: jobQueue(producer, settings),
    workers: jobWorkers(backend, settings.stalls),
    counts: () => countJobs(shown.get(), settings.addTimeoutMs),
    queuesForBoard: () => shown.get(),
    close: async () => {
      await shown.close()
      await producer.close()
      await backend.close()
    },
  }
}

function jobWorkers(backend: Backend, stalls: StallSettings): JobWorkers {
  return {
    coordinator: (handler, settings) =>
      startWorker(backend, { name: COORDINATOR_QUEUE, parse: coordinatorJob, handler, settings, stalls }),
    connector: (connectorId, handler, settings) =>
      startWorker(backend, { name: connectorQueue(connectorId), parse: connectorJob, handler, settings, stalls }),
  }
}

/** Opens queues when someone first looks at them: a worker that only works has no use for them. */
function shownQueues(backend: Backend, names: readonly string[], report: (error: unknown) => void) {
  let queues: readonly Queue[] = []
  return {
    get: () => {
      if (queues.length === 0) {
        queues = names.map((name) => backend.queue(name))
        for (const queue of queues) queue.on('error', report)
      }
      return queues
    },
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()))
    },
  }
}

async function countJobs(queues: readonly Queue[], withinMs: number): Promise<Record<string, QueueCounts>> {
  const counted = queues.map(async (queue) => [queue.name, await queue.getJobCounts(...STATES)] as const)
  return Object.fromEntries(await answered(Promise.all(counted), withinMs))
}
