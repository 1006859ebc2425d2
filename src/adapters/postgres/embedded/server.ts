import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { DsrError } from '../../../domain/errors.ts'
import type { Binaries } from './binaries.ts'
import { CLEAN_PLACE, stdioOf, type Cluster } from './cluster.ts'
import { identityOf } from './runner.ts'

export interface RunningServer {
  readonly port: number
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly binaries: Binaries
  readonly cluster: Cluster
  readonly isThrowAway: boolean
  readonly port: number | undefined
}

/** Recovery after a crash replays the log first, which may take a while. */
const START_MS = 120_000
const STOP_MS = 30_000
const PORT_TRIES = 5

/**
 * The server runs under a shell that reads from us: when we end, however that happens, the read ends and the shell asks the
 * server for a fast shutdown. In a session of its own, so that Ctrl-C reaches us only and we stop it last.
 */
const SUPERVISE = `exec 9<&0
"$@" </dev/null 9<&- &
child=$!
{ read -r _ <&9; kill -INT "$child" 2>/dev/null; } &
watch=$!
wait "$child"
code=$?
kill "$watch" 2>/dev/null
exit "$code"`

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'log_min_messages=warning',
  // A failing statement or its DETAIL line would carry personal data into the log.
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'logging_collector=off',
]
const THROW_AWAY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** @throws DsrError `DATABASE_UNREACHABLE`, `DATA_DIRECTORY_IN_USE`, and `CONFIG_INVALID` when a fixed port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort())
    const started = await tryStart(options, port)
    if (started.kind === 'running') return started.server
    const said = new Error(started.said)
    if (/lock file "postmaster.pid" already exists/.test(started.said)) {
      throw new DsrError('DATA_DIRECTORY_IN_USE', 'another database server uses HABEAS_DATA', {
        field: 'HABEAS_DATA',
        cause: said,
      })
    }
    const isPortTaken = started.said.includes('could not bind')
    if (isPortTaken && options.port !== undefined) {
      throw new DsrError('CONFIG_INVALID', 'the port of the embedded database is taken by another program', {
        cause: said,
      })
    }
    if (isPortTaken && attempt < PORT_TRIES) continue
    throw new DsrError('DATABASE_UNREACHABLE', 'the embedded database does not start', { cause: said })
  }
}

type Started =
  { readonly kind: 'running'; readonly server: RunningServer } | { readonly kind: 'failed'; readonly said: string }

async function tryStart(options: ServerOptions, port: number): Promise<Started> {
  const child = spawnServer(options, port)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  let said = ''
  child.stdout?.resume()
  child.stderr?.setEncoding('utf8')
  const isReady = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), START_MS)
    void ended.then(() => resolve(false)).finally(() => clearTimeout(timer))
    child.stderr?.on('data', (text: string) => {
      said = (said + text).slice(-4000)
      if (!text.includes('ready to accept connections')) return
      clearTimeout(timer)
      resolve(true)
    })
  })
  const server = { port, ended, stop: () => stopServer(child, options.cluster, ended) }
  if (isReady) return { kind: 'running', server }
  await server.stop()
  return { kind: 'failed', said: said.trim() }
}

function spawnServer({ binaries, cluster, isThrowAway }: ServerOptions, port: number): ChildProcess {
  const settings = [...SETTINGS, `port=${String(port)}`, ...(isThrowAway ? THROW_AWAY : [])]
  const server = [
    binaries.postgres,
    '-D',
    `${cluster.seenAs}/pgdata`,
    ...settings.flatMap((setting) => ['-c', setting]),
  ]
  return spawn('/bin/sh', ['-c', SUPERVISE, 'habeas-postgres', ...server], {
    ...identityOf(cluster.runner),
    ...CLEAN_PLACE,
    stdio: stdioOf(cluster, 'pipe'),
    detached: true,
  })
}

async function stopServer(child: ChildProcess, cluster: Cluster, ended: Promise<void>): Promise<void> {
  child.stdin?.on('error', () => undefined).end()
  const timer = setTimeout(() => void quit(cluster), STOP_MS)
  await ended
  clearTimeout(timer)
}

/** What a fast shutdown did not do in time, an immediate one does; the next start recovers. */
async function quit(cluster: Cluster): Promise<void> {
  const written = await readFile(path.join(cluster.directory, 'pgdata', 'postmaster.pid'), 'utf8')
  process.kill(Number.parseInt(written, 10), 'SIGQUIT')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
