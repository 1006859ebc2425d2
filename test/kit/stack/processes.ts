import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { WorkerKind } from '../../../workers/main.ts'
import { running } from '../services/running.ts'
import type { FreezePoint } from './freeze.ts'
import type { Stack } from './stack.ts'

export interface WorkerProcess {
  readonly pid: number
  /** Resolves when the process stands still at its freeze point. */
  readonly frozen: Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

const PROGRAM = new URL('worker-process.ts', import.meta.url).pathname

/** Starts a worker in a process of its own; resolves when it works. */
export async function startProcess(
  stack: Stack,
  kinds: readonly WorkerKind[],
  freezeAt?: FreezePoint,
): Promise<WorkerProcess> {
  const planFile = path.join(stack.directory, 'plan.json')
  await writeFile(planFile, JSON.stringify(stack.plan), { mode: 0o600 })
  const given = [planFile, kinds.join(','), ...(freezeAt === undefined ? [] : [freezeAt])]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  running.add(kill)
  const said = listen(child)
  await Promise.race([
    said('ready'),
    ended.then(() => Promise.reject(new Error('a worker process ended at its start'))),
  ])
  return { pid: child.pid!, frozen: said('frozen'), kill }
}

function listen(child: ChildProcess): (word: string) => Promise<void> {
  const heard = new Set<string>()
  const waiting = new Map<string, () => void>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    heard.add(line)
    waiting.get(line)?.()
  })
  return (word) =>
    new Promise((resolve) => {
      if (heard.has(word)) resolve()
      else waiting.set(word, resolve)
    })
}
