import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cpuMs, memoryMib, treeOf } from './cpu.ts'
import { figuresOf, say, text, type Line } from './figures.ts'
import { pause } from './rig.ts'

const READY = 'Habeas is up'
const START_LIMIT_MS = 120_000
const ROOT = path.join(import.meta.dirname, '..')

interface Idle {
  readonly firstMs: number
  readonly againMs: number
  readonly treeMib: number
  readonly nodeMib: number
  /** Share of one core that the stack uses while nothing is asked of it. */
  readonly cores: number
}

/** Start time and memory of `habeas start` without a configuration: embedded database, sandboxes, all workers, API and pages. */
export async function measureIdle({ rounds, idleMs }: { rounds: number; idleMs: number }): Promise<readonly Line[]> {
  const results: Idle[] = []
  for (let round = 0; round < rounds; round += 1) {
    const one = await measureOnce(idleMs)
    results.push(one)
    say(`  round ${round + 1}: up after ${one.firstMs.toFixed(0)} ms, again after ${one.againMs.toFixed(0)} ms`)
  }
  const of = (pick: (one: Idle) => number) => figuresOf(results.map(pick))
  return [
    { what: 'embedded stack, first start (makes its database)', result: `${text(of((one) => one.firstMs / 1000))} s` },
    { what: 'embedded stack, later start', result: `${text(of((one) => one.againMs / 1000))} s` },
    {
      what: `idle memory after ${idleMs / 1000} s`,
      result: `${text(
        of((one) => one.treeMib),
        0,
      )} MiB with PostgreSQL (PSS), Node ${text(
        of((one) => one.nodeMib),
        0,
      )} MiB (RSS)`,
    },
    { what: 'idle processor', result: `${text(of((one) => one.cores * 100))} % of one core` },
  ]
}

async function measureOnce(idleMs: number): Promise<Idle> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-bench-idle-'))
  await chmod(directory, 0o711)
  try {
    const first = await start(directory)
    await first.stop()
    const again = await start(directory)
    await pause(idleMs)
    const memory = await memoryMib(again.pid)
    const before = await cpuMs(again.pid)
    const startedAt = performance.now()
    await pause(idleMs)
    const cores = ((await cpuMs(again.pid)) - before) / (performance.now() - startedAt)
    await again.stop()
    return { firstMs: first.tookMs, againMs: again.tookMs, treeMib: memory.tree, nodeMib: memory.root, cores }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface Started {
  readonly tookMs: number
  readonly pid: number
  stop(): Promise<void>
}

async function start(directory: string): Promise<Started> {
  const startedAt = performance.now()
  const child = spawn('sh', [path.join(ROOT, 'bin/habeas'), 'start'], {
    cwd: directory,
    env: {
      PATH: pathOf(),
      HABEAS_DATA: path.join(directory, 'data'),
      PORT: '0',
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await ready(child)
  const tookMs = performance.now() - startedAt
  return {
    tookMs,
    pid: await nodeOf(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The launcher may stay as a shell before Node. */
async function nodeOf(pid: number): Promise<number> {
  const tree = await treeOf(pid)
  return tree[0] ?? pid
}

/** The directory of this Node first, so that the launcher takes the same one. */
function pathOf(): string {
  return [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':')
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('habeas did not start in time')), START_LIMIT_MS)
    child.once('exit', () => reject(new Error('habeas ended before it was up')))
    child.stdout?.on('data', (said: Buffer) => {
      if (!said.toString().includes(READY)) return
      clearTimeout(timer)
      resolve()
    })
  })
}
