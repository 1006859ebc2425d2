import { UnrecoverableError, WaitingError, type Job as StoredJob } from 'bullmq'
import { DsrError, isDsrError } from '../../domain/errors.ts'
import type { Job, JobHandler, JobWorker, WorkerSettings } from '../../ports/queue.ts'
import type { Backend, Receiver } from './backend.ts'
import { answered, settles } from './bounded.ts'
import { queueError } from './errors.ts'

export interface StallSettings {
  /** How long a worker that died keeps its jobs: after this they are given to another. */
  readonly lockMs: number
  readonly stalledCheckMs: number
}

export interface WorkerParts<One extends Job> {
  readonly name: string
  readonly parse: (found: unknown) => One
  readonly handler: JobHandler<One>
  readonly settings: WorkerSettings
  readonly stalls: StallSettings
}

/** A job may be given to so many workers that die over it; BullMQ's own limit of 1 gives up after the second crash. */
const MAX_STALLS = 5

/** BullMQ waits 15 s after an error of the connection, which is longer than most outages. */
const RETRY_MS = 1000

/** The share of the drain in which jobs may end by themselves; the rest is for handing back. */
const SHARE_TO_END = 0.8

/** What jobs that were told to stop get at least, whatever the drain. */
const HAND_BACK_MS = 250

const READY_MS = 10_000

/** @throws DsrError `QUEUE_UNREACHABLE` when the queue cannot be had within 10 s. */
export async function startWorker<One extends Job>(backend: Backend, parts: WorkerParts<One>): Promise<JobWorker> {
  const { name, settings, stalls } = parts
  const draining = new AbortController()
  const run = runner(parts, draining.signal)
  // BullMQ hands the signal to functions that declare three parameters.
  const receiver = backend.receiver(name, (job, token, signal) => run(job, token, signal), {
    concurrency: settings.concurrency,
    lockDuration: stalls.lockMs,
    stalledInterval: stalls.stalledCheckMs,
    maxStalledCount: MAX_STALLS,
    runRetryDelay: RETRY_MS,
  })
  receiver.on('error', (error) => settings.onError(queueError(error)))
  await ready(receiver)
  return {
    close: (drainMs) => close({ receiver, draining, drainMs, onError: settings.onError }),
  }
}

function runner<One extends Job>(parts: WorkerParts<One>, draining: AbortSignal) {
  return async (stored: StoredJob<unknown, void>, token: string | undefined, signal?: AbortSignal): Promise<void> => {
    try {
      await parts.handler(parts.parse(stored.data), signal ?? draining)
    } catch (error) {
      if (draining.aborted) {
        await stored.moveToWait(token)
        throw new WaitingError()
      }
      parts.settings.onError(error)
      // The text of the error stays here: what is thrown is kept in the queue, where no personal data may be.
      throw new UnrecoverableError(isDsrError(error) ? error.code : 'INTERNAL')
    }
  }
}

async function ready(receiver: Receiver): Promise<void> {
  try {
    await answered(receiver.waitUntilReady(), READY_MS)
  } catch (error) {
    await settles(receiver.close(true), HAND_BACK_MS)
    throw error
  }
}

interface Closing {
  readonly receiver: Receiver
  readonly draining: AbortController
  readonly drainMs: number
  readonly onError: (error: unknown) => void
}

async function close({ receiver, draining, drainMs, onError }: Closing): Promise<void> {
  const closed = receiver.close()
  if (await settles(closed, drainMs * SHARE_TO_END)) return
  draining.abort()
  receiver.cancelAllJobs('the worker is stopping')
  if (await settles(closed, Math.max(drainMs * (1 - SHARE_TO_END), HAND_BACK_MS))) return
  // The lock of such a job runs out with the process, and another worker takes it.
  onError(new DsrError('LIMIT_REACHED', 'a job went on after it was told to stop'))
}
