import { createPostgresBackend, runMigrations, withBackend, type PgPool, type Queue } from 'bullmq'
import { Client, Pool } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import type { Backend } from './backend.ts'

export interface PostgresBackendSettings {
  readonly url: string
  readonly addTimeoutMs: number
}

const SCHEMA = 'bullmq'

/** More than two connections for each worker exhaust the server long before they help. */
const WORKER_CONNECTIONS = 2

/** A statement of the queue takes milliseconds: one without an answer for so long went to a server that died without a word. */
const SILENCE_MS = 15_000

const bullmq = withBackend(createPostgresBackend)

/** BullMQ on PostgreSQL 14 or newer: one small pool for adding and looking, one for each receiver. */
export function postgresBackend(settings: PostgresBackendSettings): Backend {
  const pool = new Pool({
    connectionString: settings.url,
    options: `-c search_path=${SCHEMA}`,
    max: WORKER_CONNECTIONS,
    connectionTimeoutMillis: settings.addTimeoutMs,
    query_timeout: settings.addTimeoutMs,
    keepAlive: true,
  })
  // Every producer and queue listens for errors of the pool they share.
  pool.setMaxListeners(0)
  // The pool listens for idle connections only; one that breaks at work would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // BullMQ takes a pool of pg, but its types know another version's overloads.
  const connection = pool as unknown as PgPool
  return {
    producer: () => new bullmq.FlowProducer({ connection }),
    receiver: (name, processor, options) =>
      new bullmq.Worker(name, processor, {
        ...options,
        connection: {
          connectionString: settings.url,
          schema: SCHEMA,
          max: WORKER_CONNECTIONS,
          keepAlive: true,
          query_timeout: SILENCE_MS,
        },
      }),
    // bull-board and its types know queues by their default backend; it was tried with both.
    queue: (name) => new bullmq.Queue(name, { connection }) as unknown as Queue,
    onError: (listener) => pool.on('error', listener),
    close: () => pool.end(),
  }
}

/**
 * Brings the queue's schema up to date. The caller holds the advisory lock of migrations, so one process does this at a time.
 *
 * @throws DsrError `DATABASE_UNREACHABLE`.
 */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  // A server that goes away is reported by the query that is under way.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await runMigrations(client, SCHEMA)
  } catch (cause) {
    throw new DsrError('DATABASE_UNREACHABLE', 'the schema of the queue could not be brought up to date', { cause })
  } finally {
    await client.end()
  }
}
