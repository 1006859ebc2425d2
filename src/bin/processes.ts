import { createServer as createHttpServer } from 'node:http'
import { connectors } from '../../connectors/index.ts'
import { startWorkers, type RunningWorkers, type WorkerKind } from '../../workers/main.ts'
import type { Log } from '../log.ts'
import type { Runtime } from './runtime/runtime.ts'

/** How long running jobs may take to end when the process is asked to stop. */
export const DRAIN_MS = 20_000

export interface WorkerOptions {
  readonly kinds: readonly WorkerKind[]
  /** Connector kinds to work for; all when empty. */
  readonly only?: readonly string[]
  readonly concurrency?: number
}

/** Starts the given kinds of worker on a runtime. */
export async function startRuntimeWorkers(
  runtime: Runtime,
  log: Log,
  { kinds, only = [], concurrency }: WorkerOptions,
): Promise<RunningWorkers> {
  const known = connectors.map((one) => one.connector.manifest.id)
  let isOver = false
  const running = await startWorkers({
    engine: runtime.engine,
    queue: runtime.queue.queue,
    workers: runtime.queue.workers,
    outside: runtime.outside,
    ledger: runtime.ledger,
    kinds,
    connectors: only.length > 0 ? known.filter((id) => only.includes(id)) : known,
    ...(concurrency !== undefined && { pace: { concurrency } }),
    onError: (worker, error) => {
      // Connections that end with the database after the workers have stopped are no failure.
      if (!isOver) log.error({ worker, err: error }, 'worker.failed')
    },
  })
  return {
    stop: async (drainMs) => {
      await running.stop(drainMs)
      isOver = true
    },
  }
}

/** A worker's own health page, for whoever restarts it: live always, ready while the database answers. */
export async function serveHealth(
  runtime: Runtime,
  address: { host: string; port: number },
): Promise<{ close(): Promise<void> }> {
  const server = createHttpServer((httpRequest, reply) => {
    const answer = (isOk: boolean) => {
      reply.writeHead(isOk ? 200 : 503, { 'content-type': 'application/json' })
      reply.end(JSON.stringify({ status: isOk ? 'ok' : 'not ready' }))
    }
    if (httpRequest.url === '/health/live') {
      answer(true)
      return
    }
    if (httpRequest.url === '/health/ready') {
      void runtime.store
        .transact((tx) => tx.dbNowMs())
        .then(
          () => answer(true),
          () => answer(false),
        )
      return
    }
    reply.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address.port, address.host, resolve))
  return { close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** Resolves when the process is asked to stop; a second signal ends it at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false
    const ask = () => {
      if (isAsked) process.exit(130)
      isAsked = true
      resolve()
    }
    process.on('SIGTERM', ask)
    process.on('SIGINT', ask)
  })
}
