import { DsrError, isDsrError } from '../../src/connector/index.ts'
import { StatusError } from './sdk-transport.ts'

/** What a changing call came to: its answer, or the status with which HubSpot refused it. */
export type Written<Answer> =
  { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'refused'; readonly status: number }

/**
 * Runs one reading call of the SDK or of the raw client.
 *
 * @throws DsrError `VENDOR_SCOPE_MISSING` (403), `VENDOR_REFUSED` (another 4xx), `VENDOR_ANSWER_UNREADABLE`, and those of
 *   the transport. No cause is kept: the SDK's errors carry bodies.
 */
export async function reading<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    throw translated(error, false)
  }
}

/** As `reading`; undefined when HubSpot answers 404, which it does for a record that is not there, and only then. */
export async function readingOrAbsent<Answer>(
  work: () => Promise<Answer | null | undefined>,
): Promise<Answer | undefined> {
  try {
    return present(await work())
  } catch (error) {
    if (error instanceof StatusError && error.status === 404) return undefined
    throw translated(error, false)
  }
}

/**
 * Runs one changing call.
 *
 * @throws DsrError as `reading`, but for refusals, which are answers; an unreadable answer carries `mayHaveArrived`.
 */
export async function writing<Answer>(work: () => Promise<Answer>): Promise<Written<Answer>> {
  try {
    return { kind: 'answered', answer: await work() }
  } catch (error) {
    if (error instanceof StatusError && error.status !== 403) return { kind: 'refused', status: error.status }
    throw translated(error, true)
  }
}

/** The value, or `VENDOR_ANSWER_UNREADABLE` when the SDK left it out: it does not check what it reads. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === undefined || value === null) throw unreadable(false)
  return value
}

/** The list, or `VENDOR_ANSWER_UNREADABLE`: a missing list never reads as an empty one. */
export function list<Entry>(value: readonly Entry[] | undefined): readonly Entry[] {
  const isList: boolean = Array.isArray(value)
  if (value === undefined || !isList) throw unreadable(false)
  return value
}

function translated(error: unknown, mayHaveArrived: boolean): DsrError {
  if (error instanceof StatusError) {
    return error.status === 403
      ? new DsrError('VENDOR_SCOPE_MISSING', 'the vendor answered 403: the credential lacks a scope')
      : new DsrError('VENDOR_REFUSED', `the vendor answered ${error.status}`)
  }
  if (isDsrError(error, 'VENDOR_ANSWER_UNREADABLE')) return unreadable(mayHaveArrived)
  if (isDsrError(error)) return error
  // What is left are the SDK's own failures to parse an answer; their texts quote it.
  return unreadable(mayHaveArrived)
}

function unreadable(mayHaveArrived: boolean): DsrError {
  return new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer is not of the documented shape', { mayHaveArrived })
}
