import { spawn, type ChildProcess } from 'node:child_process'
import net from 'node:net'

/** Ends the child when this process ends, however that happens: the read of a closed pipe returns. */
const SUPERVISE = `exec 9<&0
"$@" </dev/null 9<&- &
child=$!
{ read -r _ <&9; kill -"$SIGNAL" "$child" 2>/dev/null; } &
watch=$!
wait "$child"
kill "$watch" 2>/dev/null
exit 0`

export interface SupervisedChild {
  readonly process: ChildProcess
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly cwd?: string
  readonly signal?: 'TERM' | 'KILL'
}

/** Starts a program that dies with us. */
export function startChild(command: readonly string[], options: ChildOptions = {}): SupervisedChild {
  const child = spawn('/bin/sh', ['-c', SUPERVISE, 'supervised', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { ...process.env, SIGNAL: options.signal ?? 'TERM' },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    process: child,
    ended,
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer())
  const ports = await Promise.all(servers.map((server) => listen(server)))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function listen(server: net.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address.port)
      else reject(new Error('no port'))
    })
  })
}

/** Asks again every 20 ms until the answer is true. */
export async function until(what: string, isTrue: () => Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = performance.now() + limitMs
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`${what} did not happen within ${String(limitMs)} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
