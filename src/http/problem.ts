import { STATUS_CODES } from 'node:http'
import { DsrError, ERROR_CODES, isDsrError, type ErrorCode } from '../domain/errors.ts'

/** RFC 9457. `type` is the heading of docs/errors.md that explains the code. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  readonly field?: string
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
// What a caller waits at least when nothing better is known.
const RETRY_AFTER_S = 5

export function problemOf(error: DsrError): Problem {
  const { status } = ERROR_CODES[error.code]
  return {
    type: `docs/errors.md#${error.code.toLowerCase()}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: error.code,
    detail: detailOf(error),
    ...(error.field !== undefined && error.code !== 'NOT_FOUND' && { field: error.field }),
  }
}

/** A foreign id answers exactly like an unknown one, and an unexpected error tells nothing of our insides. */
function detailOf(error: DsrError): string {
  if (error.code === 'NOT_FOUND') return 'there is nothing of yours under this address'
  if (error.code === 'INTERNAL') return 'something went wrong on our side; the log knows more'
  return error.message
}

/** Seconds for `Retry-After`, or undefined when the same call will not do better later. */
export function retryAfterSeconds(error: DsrError): number | undefined {
  if (!ERROR_CODES[error.code].retryable) return undefined
  return error.retryAfterMs === undefined ? RETRY_AFTER_S : Math.max(1, Math.ceil(error.retryAfterMs / 1000))
}

/** Any thrown value as one of our errors. What the web library throws is told apart by its own codes. */
export function asDsrError(error: unknown): DsrError {
  if (isDsrError(error)) return error
  const { code, statusCode } = facts(error)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DsrError('BODY_TOO_LARGE', 'the body is too large')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new DsrError('FIELD_INVALID', 'this media type is not read here', { field: 'Content-Type' })
  if (code === 'FST_ERR_BAD_URL' || statusCode === 404 || statusCode === 414)
    return new DsrError('NOT_FOUND', 'not found')
  if (statusCode === 429) return new DsrError('RATE_LIMITED', 'too many calls')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new DsrError('FIELD_INVALID', 'the call cannot be read')
  return new DsrError('INTERNAL', 'unexpected error', { cause: error })
}

function facts(error: unknown): { readonly code: unknown; readonly statusCode: number | undefined } {
  if (typeof error !== 'object' || error === null) return { code: undefined, statusCode: undefined }
  const code = 'code' in error ? error.code : undefined
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  return { code, statusCode }
}
