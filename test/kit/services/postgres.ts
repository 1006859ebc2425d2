import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../../../src/adapters/postgres/embedded.ts'
import { freePorts } from './child.ts'
import { startContainer } from './containers.ts'
import { running } from './running.ts'

export interface PostgresOptions {
  /** The address of a database that nobody is connected to: the new one begins as its copy. */
  readonly copyOf?: string
}

export interface TestPostgres {
  readonly url: string
  /** Drops the database. */
  stop(): Promise<void>
}

let server: Promise<string> | undefined

/** One server for the test file, a database of its own for each caller. */
export async function startTestPostgres({ copyOf }: PostgresOptions = {}): Promise<TestPostgres> {
  server ??= startServer()
  const admin = await server
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const template = copyOf === undefined ? '' : ` template ${new URL(copyOf).pathname.slice(1)} strategy file_copy`
  await run(admin, `create database ${name}${template}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  let dropping: Promise<void> | undefined
  const stop = () => (dropping ??= run(admin, `drop database if exists ${name} with (force)`))
  running.add(stop)
  return { url: url.href, stop }
}

export interface RestartablePostgres extends TestPostgres {
  /** kill -9 of the server, and the same address again. */
  restart(): Promise<void>
}

/** A server of one's own, wherever the others come from. */
export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const [port = 0] = await freePorts(1)
  const directory = await copyTemplate()
  // The files of a killed server are as it left them: only the death of the machine would lose what was not flushed.
  const start = () => startEmbeddedPostgres({ directory, port, isThrowAway: true })
  let postgres = await start()
  const stop = async () => {
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }
  running.add(stop)
  const restart = async () => {
    const pidFile = await readFile(path.join(directory, 'cluster', 'pgdata', 'postmaster.pid'), 'utf8')
    process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL')
    await postgres.ended
    postgres = await start()
  }
  return { url: postgres.url, stop, restart }
}

async function startServer(): Promise<string> {
  const given = process.env.TEST_POSTGRES_URL
  if (given !== undefined) return given
  return (await startInContainer()) ?? (await startEmbedded())
}

async function startInContainer(): Promise<string | undefined> {
  const password = randomUUID()
  const container = await startContainer({
    image: 'postgres:17',
    port: 5432,
    command: ['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'],
    environment: { POSTGRES_USER: 'habeas', POSTGRES_PASSWORD: password, POSTGRES_DB: 'habeas' },
    readyLine: /ready to accept connections[^]*ready to accept connections/,
  })
  if (container === undefined) return undefined
  return `postgres://habeas:${password}@${container.getHost()}:${String(container.getMappedPort(5432))}/habeas`
}

async function startEmbedded(): Promise<string> {
  const directory = await copyTemplate()
  const postgres = await startEmbeddedPostgres({ directory, isThrowAway: true })
  running.add(async () => {
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  })
  return postgres.url
}

/** Copies a cluster that was made once on this machine: 0.3 s instead of 1.5 s. */
async function copyTemplate(): Promise<string> {
  const template = await makeTemplate()
  const directory = await makeScratch()
  await promisify(execFile)('cp', ['-a', `${template}/.`, directory])
  return directory
}

async function makeTemplate(): Promise<string> {
  const template = path.join(os.tmpdir(), `habeas-test-postgres-18-${String(process.getuid?.())}`)
  if (existsSync(template)) return template
  const directory = await makeScratch()
  const postgres = await startEmbeddedPostgres({ directory, isThrowAway: true })
  await postgres.stop()
  // Another worker may have been first; its template is as good.
  await rename(directory, template).catch(() => rm(directory, { recursive: true, force: true }))
  return template
}

async function makeScratch(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-postgres-'))
  await chmod(directory, 0o711)
  return directory
}

async function run(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
