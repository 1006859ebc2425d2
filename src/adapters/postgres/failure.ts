import { DatabaseError } from 'pg'
import { DsrError } from '../../domain/errors.ts'

/** `conflict`: run the transaction again. `refused`: the statement was at fault. `lost`: the database did not answer. */
export interface Failure {
  readonly kind: 'conflict' | 'refused' | 'lost'
  readonly error: DsrError
}

/** Raised by the triggers of 0002-guards.sql. */
const ILLEGAL_STEP = 'HB001'
const NO_SUCH_ROW = 'HB003'

const CONFLICTS = ['40001', '40P01']

/**
 * SQLSTATE classes and codes that speak of the server and not of the statement: connection, resources, shutdown, a time-out,
 * a server that became a read-only replica (PostgreSQL manual, appendix A).
 */
const OUTAGES = /^(08|28|3D|53|57|58|XX)|^(25006|25P03|55P03)$/

export function failureOf(cause: unknown): Failure {
  if (cause instanceof DsrError) return refused(cause)
  // The driver has no code of its own for a broken connection: whatever does not come from the server is one.
  if (!(cause instanceof DatabaseError)) return lost('the connection failed', cause)
  const code = cause.code ?? ''
  if (CONFLICTS.includes(code)) {
    return { kind: 'conflict', error: new DsrError('DATABASE_UNREACHABLE', `the transaction conflicted (${code})`) }
  }
  if (code === ILLEGAL_STEP) return refused(new DsrError('ILLEGAL_TRANSITION', cause.message))
  if (code === NO_SUCH_ROW) return refused(new DsrError('NOT_FOUND', cause.message))
  if (OUTAGES.test(code)) return lost(`the server answered ${code}`, withoutValues(cause))
  const place = [cause.table, cause.constraint].filter(Boolean).join(' ')
  return refused(
    new DsrError('INTERNAL', `the database refused a statement (${code} ${place})`, { cause: withoutValues(cause) }),
  )
}

function lost(text: string, cause: unknown): Failure {
  return { kind: 'lost', error: new DsrError('DATABASE_UNREACHABLE', text, { cause }) }
}

function refused(error: DsrError): Failure {
  return { kind: 'refused', error }
}

/** The server's messages quote values of rows; what is logged must not. */
function withoutValues(cause: DatabaseError): Error {
  const known = { code: cause.code, table: cause.table, constraint: cause.constraint, routine: cause.routine }
  return new Error(`PostgreSQL: ${JSON.stringify(known)}`)
}
