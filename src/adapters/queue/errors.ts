import { DsrError } from '../../domain/errors.ts'

/** BullMQ's numbers for "no such job" and "no lock of this run on the job". */
const LOST_TRACK: ReadonlySet<unknown> = new Set([-1, -2, -6])

/**
 * What went wrong at the queue, without its address, user or password: drivers put them into their texts.
 * The cause is dropped for the same reason; the driver's short code stays.
 */
export function queueError(error: unknown): DsrError {
  if (error instanceof DsrError) return error
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  if (LOST_TRACK.has(code)) return new DsrError('STALE_EPOCH', 'the queue lost track of a job that was running')
  const reason = typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : nameOf(error)
  return new DsrError('QUEUE_UNREACHABLE', `the queue did not do its part (${reason})`)
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null ? error.constructor.name : typeof error
}
