import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { running } from '../services/running.ts'
import type { Stack } from './stack.ts'

export interface RunningCommand {
  /** Asks it to end, and resolves with its exit code. */
  stop(): Promise<unknown>
}

/** Starts `habeas …` on the installation of a stack; resolves when it says that it works. Its clock must run at real speed. */
export async function startCommand(stack: Stack, command: readonly string[]): Promise<RunningCommand> {
  const { env, text } = stack.plan.installation
  const config = path.join(stack.directory, 'habeas.config.yaml')
  await writeFile(config, text)
  const child = spawn('sh', ['bin/habeas', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...env, HABEAS_CONFIG: config, PORT: '0' },
  })
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill('SIGTERM')
    const [exitCode] = (await ended) as unknown[]
    return exitCode
  }
  running.add(async () => {
    await stop()
  })
  const isUp = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('process.started')) resolve()
    })
  })
  const early = ended.then(() => Promise.reject(new Error(`habeas ${command.join(' ')} ended at its start`)))
  await Promise.race([isUp, early])
  early.catch(() => undefined)
  return { stop }
}
