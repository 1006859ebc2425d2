import { setTimeout as delay } from 'node:timers/promises'
import { DsrError } from '../../domain/errors.ts'
import { queueError } from './errors.ts'

/**
 * What the queue answers, or `QUEUE_UNREACHABLE` when it takes longer or fails: a driver may hold a command for as long as
 * the server is away. The command itself may still be carried out later.
 */
export async function answered<Value>(answer: Promise<Value>, withinMs: number): Promise<Value> {
  try {
    if (await settles(answer, withinMs)) return await answer
  } catch (error) {
    throw queueError(error)
  }
  throw new DsrError('QUEUE_UNREACHABLE', 'the queue did not answer in time')
}

/** Whether the promise is fulfilled in time; a rejection in time is thrown, a later one is dropped. */
export async function settles(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const timer = new AbortController()
  const late = delay(withinMs, false, { signal: timer.signal }).catch(() => false)
  const settled = promise.then(() => true)
  settled.catch(() => undefined)
  try {
    return await Promise.race([settled, late])
  } finally {
    timer.abort()
  }
}
