import { afterAll, beforeAll, expect } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { createQueue, migrateQueue, type QueueAdapter, type QueueSettings } from '../../src/adapters/queue/index.ts'
import { accountId, connectorId, legId, requestId, type ConnectorId } from '../../src/domain/ids.ts'
import type { Job, JobHandler, LegJob, RequestJob } from '../../src/ports/queue.ts'
import { describeWithService, startPostgres, startRedis } from '../kit/services.ts'

export type BackendName = QueueSettings['backend']

interface Place {
  readonly url: string
  /** Loses everything, as FLUSHALL or a restored backup does. */
  lose(): Promise<void>
  /** Everything that is stored, as text. */
  dump(): Promise<string>
}

export interface QueueBench {
  readonly backend: BackendName
  readonly place: Place
  /** A queue of its own connections, closed after the test file. */
  open(settings?: Partial<QueueSettings>): Promise<QueueAdapter>
  readonly errors: unknown[]
}

/** Short locks, so that a dead worker's job is taken over within a second or two. */
export const QUICK_STALLS = { lockMs: 800, stalledCheckMs: 400 }

/** The same tests for both backends; `QUEUE_BACKEND` names the only one wanted. */
export function describeBackends(name: string, tests: (bench: QueueBench) => void): void {
  const wanted = process.env.QUEUE_BACKEND
  const backends: readonly BackendName[] = ['redis', 'postgres']
  for (const backend of backends.filter((one) => wanted === undefined || wanted === one)) {
    describeWithService(backend, `${name} on ${backend}`, () => {
      tests(benchOf(backend))
    })
  }
}

function benchOf(backend: BackendName): QueueBench {
  const opened: QueueAdapter[] = []
  const errors: unknown[] = []
  let place: Place | undefined
  beforeAll(async () => {
    place = await (backend === 'redis' ? redisPlace() : postgresPlace())
  })
  afterAll(async () => {
    await Promise.all(opened.map((adapter) => adapter.close()))
  })
  return {
    backend,
    errors,
    get place() {
      return place!
    },
    open: async (settings = {}) => {
      const adapter = await createQueue({
        backend,
        url: place!.url,
        connectorIds: [],
        onError: (error) => errors.push(error),
        stalls: QUICK_STALLS,
        ...settings,
      })
      opened.push(adapter)
      return adapter
    },
  }
}

async function redisPlace(): Promise<Place> {
  const { url } = await startRedis()
  const ask = async <Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer> => {
    const redis = new Redis(url)
    try {
      return await question(redis)
    } finally {
      redis.disconnect()
    }
  }
  return {
    url,
    lose: async () => {
      await ask((redis) => redis.flushall())
    },
    dump: () =>
      ask(async (redis) => {
        const keys = await redis.keys('*')
        const values = keys.map(async (key) => {
          const type = await redis.type(key)
          if (type === 'hash') return JSON.stringify(await redis.hgetall(key))
          return type === 'stream' ? JSON.stringify(await redis.xrange(key, '-', '+')) : ''
        })
        return (await Promise.all(values)).concat(keys).join('\n')
      }),
  }
}

async function postgresPlace(): Promise<Place> {
  const { url } = await startPostgres()
  await migrateQueue(url)
  const ask = async <Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return await question(client)
    } finally {
      await client.end()
    }
  }
  const tables = async (client: Client): Promise<string[]> => {
    const sql = `select tablename from pg_tables where schemaname = 'bullmq' and tablename not like '%migration%'`
    const { rows } = await client.query<{ tablename: string }>(sql)
    return rows.map((row) => `bullmq.${row.tablename}`)
  }
  return {
    url,
    lose: async () => {
      await ask(async (client) => client.query(`truncate ${(await tables(client)).join(', ')}`))
    },
    dump: () =>
      ask(async (client) => {
        const texts: string[] = []
        for (const table of await tables(client)) {
          texts.push(JSON.stringify((await client.query(`select * from ${table}`)).rows))
        }
        return texts.join('\n')
      }),
  }
}

/** A connector kind that no other test works for, so that tests share a server without sharing queues. */
export function freshConnector(): ConnectorId {
  return connectorId(`kind-${randomUUID().slice(0, 8)}`)
}

export function aRequest(fields: Partial<RequestJob> = {}): RequestJob {
  const id = requestId(randomUUID())
  return { kind: 'request', requestId: id, stage: 'discover', generation: 0, round: 1, issue: 0, ...fields }
}

export function aLeg(of: RequestJob, kind: ConnectorId, fields: Partial<LegJob> = {}): LegJob {
  return {
    kind: 'leg',
    requestId: of.requestId,
    legId: legId(randomUUID()),
    accountId: accountId('main'),
    connectorId: kind,
    stage: 'discover',
    generation: of.generation,
    round: of.round,
    issue: of.issue,
    ...fields,
  }
}

/** Waits until the question is answered with yes, for at most ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await isSo())) {
    expect(Date.now()).toBeLessThan(end)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A handler that ends at once, after the given step. */
export function doing<One extends Job>(step: (job: One) => void): JobHandler<One> {
  return (job) => {
    step(job)
    return Promise.resolve()
  }
}

/** A promise with its settling in the test's hands. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}
