import { DsrError, isDsrError } from '../../domain/errors.ts'

/** The part of a PostgreSQL pool that the limiter needs; a pool of `pg` fits. */
export interface LimiterDatabase {
  connect(): Promise<LimiterConnection>
}

export interface LimiterConnection {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  /** With true the connection is thrown away. */
  release(isBroken?: boolean): void
}

export type Query = (text: string, values: readonly unknown[]) => Promise<readonly Row[]>
export type Row = Readonly<Record<string, unknown>>

/** @throws DsrError `DATABASE_UNREACHABLE`; then nothing was taken, or, when the commit's answer was lost, too much. */
export async function inTransaction<Result>(
  database: LimiterDatabase,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const connection = await connected(database)
  let isBroken = true
  try {
    await connection.query('begin')
    const result = await work(async (text, values) => (await connection.query(text, values)).rows.map(rowOf))
    await connection.query('commit')
    isBroken = false
    return result
  } catch (cause) {
    if (isDsrError(cause)) throw cause
    throw new DsrError('DATABASE_UNREACHABLE', 'the limiter could not reach its database', { cause })
  } finally {
    // A transaction left open is rolled back with its connection.
    connection.release(isBroken)
  }
}

async function connected(database: LimiterDatabase): Promise<LimiterConnection> {
  try {
    return await database.connect()
  } catch (cause) {
    throw new DsrError('DATABASE_UNREACHABLE', 'the limiter could not reach its database', { cause })
  }
}

/** A 64-bit column: the driver gives it as text. */
export function numberOf(value: unknown): number {
  return Number(value)
}

function rowOf(value: unknown): Row {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
