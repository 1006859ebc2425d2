import { Pool } from 'pg'
import { TurnSocket } from './turn-socket.ts'

export interface PoolOptions {
  readonly databaseUrl: string
  /** Connections at most; 10 when absent. The server's `max_connections` bounds the sum over all processes. */
  readonly poolSize?: number
  /** How long a transaction waits for a connection; 10 s when absent. */
  readonly connectTimeoutMs?: number
  /** A connection that does not answer a statement for so long is given up; 35 s when absent, longer than any statement may take. */
  readonly answerTimeoutMs?: number
}

export function createPool(options: PoolOptions): Pool {
  const { databaseUrl, poolSize = 10, connectTimeoutMs = 10_000, answerTimeoutMs = 35_000 } = options
  const pool = new Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    // Nothing tells of a server that died without a word; the system itself would wait for a quarter of an hour.
    query_timeout: answerTimeoutMs,
    // A transaction sends what needs no answer without waiting for one; see Session.
    pipeline: true,
    stream: () => new TurnSocket(),
    application_name: 'habeas',
  })
  return withoutCrash(pool)
}

/**
 * A connection that breaks is replaced by the pool, and whoever waits for an answer on it is told. Without a listener its event would end the
 * process: the pool listens for idle ones only, so each has one for its whole life, also while it is thrown away.
 */
export function withoutCrash(pool: Pool): Pool {
  if (pool.listenerCount('error') === 0) pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}
