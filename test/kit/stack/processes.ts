import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { WorkerKind } from '../../../workers/main.ts'
import { running } from '../services/running.ts'
import type { FreezePoint } from './freeze.ts'
import type { Stack } from './stack.ts'

export type ProcessKind = WorkerKind | 'api'

export interface WorkerProcess {
  readonly pid: number
  /** Where an api listens. */
  readonly url: string | undefined
  /** Resolves when the process stands still at its freeze point. */
  readonly frozen: Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

const PROGRAM = new URL('worker-process.ts', import.meta.url).pathname

/** Starts workers or an api in a process of their own; resolves when it works. */
export async function startProcess(
  stack: Stack,
  kinds: readonly ProcessKind[],
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
  const url = kinds.includes('api') ? await said('listening') : undefined
  return { pid: child.pid!, url, frozen: said('frozen').then(() => undefined), kill }
}

/** Lines of one word, and of a word and what it says; resolves with the latter. */
function listen(child: ChildProcess): (word: string) => Promise<string> {
  const heard = new Map<string, string>()
  const waiting = new Map<string, (saying: string) => void>()
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [word = '', saying = ''] = line.split(' ')
    heard.set(word, saying)
    waiting.get(word)?.(saying)
  })
  return (word) =>
    new Promise((resolve) => {
      const saying = heard.get(word)
      if (saying === undefined) waiting.set(word, resolve)
      else resolve(saying)
    })
}
