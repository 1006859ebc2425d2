import { DsrError, isDsrError } from '../domain/errors.ts'
import { NotConnected } from './connections.ts'

export interface Circumstances {
  readonly effect: boolean
  /** The run's own signal fired. */
  readonly isStopped: boolean
  /** The call's deadline fired. */
  readonly isLate: boolean
}

const UNREADABLE = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR'])
const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/**
 * What a failed exchange means. The error of the network is dropped on purpose: it names addresses, and sometimes headers.
 * Whatever fails after connecting may have arrived.
 */
export function lostAnswer(error: unknown, { effect, isStopped, isLate }: Circumstances): DsrError {
  if (isDsrError(error)) {
    // An answer that is too large came after its effect.
    return new DsrError(error.code, error.message, { mayHaveArrived: effect })
  }
  if (error instanceof NotConnected) {
    return error.isRefusedAddress
      ? new DsrError('VENDOR_ADDRESS_REFUSED', 'the vendor address is not public and network.allow does not list it')
      : new DsrError('VENDOR_UNAVAILABLE', 'the vendor could not be reached')
  }
  if (isStopped)
    return new DsrError('VENDOR_TIMEOUT', 'the run was stopped during the call', { mayHaveArrived: effect })
  if (isLate || TIMEOUTS.has(codeOf(error)))
    return new DsrError('VENDOR_TIMEOUT', 'the vendor did not answer in time', { mayHaveArrived: effect })
  if (UNREADABLE.has(codeOf(error)))
    return new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer does not unpack', { mayHaveArrived: effect })
  if (codeOf(error) === 'UND_ERR_INVALID_ARG') return new DsrError('CONNECTOR_BUG', 'a call cannot be sent as HTTP')
  return new DsrError('VENDOR_UNAVAILABLE', 'the connection broke before the answer', { mayHaveArrived: effect })
}

function codeOf(error: unknown): string {
  // By shape: errors of Node's core need not be of this realm's Error.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
