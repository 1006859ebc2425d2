import { Redis } from 'ioredis'
import { Client } from 'pg'
import type { Stack } from './stack.ts'

/** Loses everything that the queue holds: FLUSHALL, or the queue's tables emptied. */
export async function loseQueue({ redisUrl, databaseUrl }: Stack): Promise<void> {
  if (redisUrl !== undefined) {
    const redis = new Redis(redisUrl)
    await redis.flushall()
    redis.disconnect()
    return
  }
  await withClient(databaseUrl, async (client) => {
    const tables = await queueTables(client)
    await client.query(`truncate ${tables.join(', ')}`)
  })
}

/** Everything that the queue holds, as text. */
export async function dumpQueue({ redisUrl, databaseUrl }: Stack): Promise<string> {
  if (redisUrl === undefined) return withClient(databaseUrl, dumpTables)
  const redis = new Redis(redisUrl)
  const texts: string[] = []
  for (const key of await redis.keys('*')) texts.push(key, await dumpKey(redis, key))
  redis.disconnect()
  return texts.join('\n')
}

async function dumpTables(client: Client): Promise<string> {
  const texts: string[] = []
  for (const table of await queueTables(client)) {
    texts.push(JSON.stringify((await client.query(`select * from ${table}`)).rows))
  }
  return texts.join('\n')
}

async function queueTables(client: Client): Promise<readonly string[]> {
  const sql = `select tablename from pg_tables where schemaname = 'bullmq' and tablename not like '%migration%'`
  const { rows } = await client.query<{ tablename: string }>(sql)
  return rows.map((row) => `bullmq.${row.tablename}`)
}

export async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function dumpKey(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(key))
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'))
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1))
    case 'set':
      return JSON.stringify(await redis.smembers(key))
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'))
    default:
      return (await redis.get(key)) ?? ''
  }
}
