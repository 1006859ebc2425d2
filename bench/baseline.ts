import { createRedisBackend, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import { randomBytes } from 'node:crypto'
import type { Pool } from 'pg'
import { createPool } from '../src/adapters/postgres/pool.ts'
import { CONCURRENCY } from './rig.ts'

const bullmq = withBackend(createRedisBackend)

/** As many queues as Habeas has with two connectors: the coordinator's and one for each. */
const QUEUES = 3
const ROWS = 1000
const ADDED_AT_ONCE = 500

export interface BaselineOptions {
  readonly redisUrl: string
  readonly databaseUrl: string
  readonly jobs: number
  /** Spread evenly over the jobs; 0 is BullMQ alone. */
  readonly transactions: number
}

/**
 * Plain BullMQ on the same Redis: so many jobs, added in bulk, each making its share of minimal durable transactions (begin, one
 * update of one row, commit) on a pool and with workers as large as Habeas's.
 *
 * @returns how long it took, in ms.
 */
export async function runBaseline({ redisUrl, databaseUrl, jobs, transactions }: BaselineOptions): Promise<number> {
  const pool = createPool({ databaseUrl })
  await pool.query('create table if not exists public.bench_counter (id int primary key, hits int not null)')
  await pool.query(
    'insert into public.bench_counter select n, 0 from generate_series(0, $1) n on conflict do nothing',
    [ROWS - 1],
  )
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const prefix = `{bench-${randomBytes(4).toString('hex')}}`
  const names = Array.from({ length: QUEUES }, (_, at) => `baseline-${at}`)
  const queues = names.map((name) => new bullmq.Queue<{ at: number }>(name, { connection, prefix }))
  let left = jobs
  const over = Promise.withResolvers<undefined>()
  const work = async ({ data: { at } }: { data: { at: number } }) => {
    const share = Math.floor(((at + 1) * transactions) / jobs) - Math.floor((at * transactions) / jobs)
    for (let done = 0; done < share; done += 1) await minimalTransaction(pool, (at * 7 + done) % ROWS)
    left -= 1
    if (left === 0) over.resolve(undefined)
  }
  const workers = names.map((name) => new bullmq.Worker(name, work, { connection, prefix, concurrency: CONCURRENCY }))
  await Promise.all([...queues, ...workers].map((one) => one.waitUntilReady()))
  const startedAt = performance.now()
  const opts = { attempts: 1, removeOnComplete: { age: 3600 }, removeOnFail: { age: 3600 }, stackTraceLimit: 0 }
  for (let from = 0; from < jobs; from += ADDED_AT_ONCE) {
    const some = Array.from({ length: Math.min(ADDED_AT_ONCE, jobs - from) }, (_, one) => from + one)
    await Promise.all(
      queues.map((queue, at) =>
        queue.addBulk(
          some.filter((one) => one % QUEUES === at).map((one) => ({ name: 'job', data: { at: one }, opts })),
        ),
      ),
    )
  }
  await over.promise
  const tookMs = performance.now() - startedAt
  await Promise.all(workers.map((one) => one.close()))
  await Promise.all(queues.map((one) => one.close()))
  connection.disconnect()
  await pool.end()
  return tookMs
}

async function minimalTransaction(pool: Pool, id: number): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query({
      name: 'bench_hit',
      text: 'update public.bench_counter set hits = hits + 1 where id = $1',
      values: [id],
    })
    await client.query('commit')
  } finally {
    client.release()
  }
}
