import { execFile } from 'node:child_process'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../src/adapters/postgres/embedded.ts'
import { migrate } from '../src/adapters/postgres/migrate.ts'
import { masterKeyCheckValue } from '../src/crypto/envelope.ts'
import { newMasterKey } from '../src/adapters/vault.ts'
import { startTestRedis } from '../test/kit/services/redis.ts'

export const MASTER_KEY = newMasterKey()

export interface Services {
  readonly redisUrl: string
  /** A new, migrated database. */
  makeDatabase(name: string): Promise<string>
  /** A directory for objects. */
  readonly directory: string
  stop(): Promise<void>
}

/** A PostgreSQL of its own that flushes every commit to disk, and an empty Redis. */
export async function startServices(): Promise<Services> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-bench-'))
  await chmod(directory, 0o711)
  const postgres = await startEmbeddedPostgres({ directory: path.join(directory, 'postgres') })
  const redis = await startTestRedis({})
  return {
    redisUrl: redis.url,
    directory,
    makeDatabase: async (name) => {
      await runSql(postgres.url, `create database ${name}`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      await migrate({ databaseUrl: url.href, masterKeyChecks: [masterKeyCheckValue(MASTER_KEY)] })
      return url.href
    },
    stop: async () => {
      await redis.stop()
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export async function runSql(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  } finally {
    await client.end()
  }
}

/** What the machine is, for the head of the results. */
export async function machine(databaseUrl: string): Promise<string> {
  const redis = await promisify(execFile)('redis-server', ['--version']).then(
    ({ stdout }) => /v=(\S+)/.exec(stdout)?.[1] ?? '?',
    () => '?',
  )
  const [row] = await runSql(databaseUrl, `select current_setting('server_version') as version`)
  const cores = os.cpus().length
  const load = os
    .loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')
  const memory = Math.round(os.totalmem() / 2 ** 30)
  const system = `${cores} cores (${os.cpus()[0]?.model ?? '?'}), ${memory} GiB, load ${load} at the start`
  return `Node ${process.versions.node}, PostgreSQL ${String(row?.version)}, Redis ${redis}; ${system}`
}
