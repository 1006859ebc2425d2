import { spawn } from 'node:child_process'
import {
  chmod,
  chown,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DsrError } from '../../../domain/errors.ts'
import type { Binaries } from './binaries.ts'
import { canReach, identityOf, type Runner } from './runner.ts'

/**
 * The directory that holds `pgdata`, as we see it (`directory`) and as the runner sees it (`seenAs`).
 * Where `nobody` may not walk down to it, the child gets the open directory as descriptor 3 and names it by that.
 */
export interface Cluster extends AsyncDisposable {
  readonly directory: string
  readonly seenAs: string
  readonly handle: FileHandle | undefined
  readonly runner: Runner
}

/** @throws DsrError `CONFIG_INVALID` when the runner cannot use the directory. */
export async function openCluster(parent: string, runner: Runner): Promise<Cluster> {
  const made = path.join(parent, 'cluster')
  await mkdir(made, { recursive: true, mode: 0o700 })
  const directory = await realpath(made)
  if (runner.kind === 'nobody') await chown(directory, runner.uid, runner.gid)
  await chmod(directory, 0o700)
  if (await canReach(runner, directory))
    return { directory, seenAs: directory, handle: undefined, runner, ...nothingToClose }
  if (process.platform !== 'linux') {
    throw new DsrError(
      'CONFIG_INVALID',
      'root runs the database as nobody, who cannot reach HABEAS_DATA; choose a directory outside private homes',
      {
        field: 'HABEAS_DATA',
      },
    )
  }
  const handle = await open(directory, 'r')
  return { directory, seenAs: '/proc/self/fd/3', handle, runner, [Symbol.asyncDispose]: () => handle.close() }
}

const nothingToClose = { [Symbol.asyncDispose]: () => Promise.resolve() }

export interface Initialisation {
  readonly binaries: Binaries
  readonly cluster: Cluster
  readonly password: string
  readonly isThrowAway: boolean
}

/** Makes `pgdata` once; one that was left half made is made afresh. */
export async function initialiseCluster({ binaries, cluster, password, isThrowAway }: Initialisation): Promise<void> {
  const { directory, seenAs } = cluster
  if (await exists(path.join(directory, 'pgdata'))) return
  const secret = path.join(directory, 'first-password')
  await rm(path.join(directory, 'pgdata.new'), { recursive: true, force: true })
  await rm(secret, { force: true })
  await writeFile(secret, password, { mode: 0o600 })
  if (cluster.runner.kind === 'nobody') await chown(secret, cluster.runner.uid, cluster.runner.gid)
  try {
    await runInitdb(binaries, cluster, [
      ...['-D', `${seenAs}/pgdata.new`, '-U', 'habeas', `--pwfile=${seenAs}/first-password`, '--auth=scram-sha-256'],
      // The built-in provider sorts alike everywhere; the system's locales differ and change under an index.
      ...[
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--encoding=UTF8',
        '--no-instructions',
      ],
      ...(isThrowAway ? ['--no-sync'] : []),
    ])
  } finally {
    await rm(secret, { force: true })
  }
  await rename(path.join(directory, 'pgdata.new'), path.join(directory, 'pgdata'))
}

async function runInitdb(binaries: Binaries, cluster: Cluster, args: readonly string[]): Promise<void> {
  const child = spawn(binaries.initdb, args, {
    ...identityOf(cluster.runner),
    ...CLEAN_PLACE,
    stdio: stdioOf(cluster, 'ignore'),
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  child.stdout?.resume()
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  }).catch((cause: unknown) => {
    throw new DsrError('CONFIG_INVALID', 'the embedded database cannot be made: initdb does not run here', { cause })
  })
  if (code === 0) return
  throw new DsrError('CONFIG_INVALID', 'the embedded database cannot be made in HABEAS_DATA', {
    field: 'HABEAS_DATA',
    cause: new Error(said.trim()),
  })
}

/** Neither environment nor working directory of ours reach the server: PG* variables would change it, our directory may be private. */
export const CLEAN_PLACE = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } }

export function stdioOf(cluster: Cluster, stdin: 'ignore' | 'pipe'): ('ignore' | 'pipe' | number)[] {
  return [stdin, 'pipe', 'pipe', ...(cluster.handle === undefined ? [] : [cluster.handle.fd])]
}

/**
 * Ends a server that outlived a killed owner. Only called under the lock, so whoever serves the directory is not ours any more;
 * a number that belongs to some other program since is left alone.
 */
export async function stopOrphan(cluster: Cluster): Promise<void> {
  const pgdata = path.join(cluster.directory, 'pgdata')
  const written = await readFile(path.join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(written, 10)
  if (!(pid > 0)) return
  for (const [signal, waitMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5000],
  ] as const) {
    if (!(await serves(pid, pgdata))) return
    process.kill(pid, signal)
    for (let waitedMs = 0; waitedMs < waitMs && (await serves(pid, pgdata)); waitedMs += 20) await sleep(20)
  }
  if (!(await serves(pid, pgdata))) return
  throw new DsrError('DATA_DIRECTORY_IN_USE', 'an earlier database server still uses HABEAS_DATA and does not end', {
    field: 'HABEAS_DATA',
  })
}

/** The server's working directory is its data directory; elsewhere than on Linux we trust that the number is alive. */
async function serves(pid: number, pgdata: string): Promise<boolean> {
  if (process.platform === 'linux') return (await readlink(`/proc/${String(pid)}/cwd`).catch(() => '')) === pgdata
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}
