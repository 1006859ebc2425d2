import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { demoCommand, type DemoOptions } from '../../src/bin/demo/demo.ts'

export interface Played {
  readonly code: number
  readonly output: string
}

/** A data directory of its own for one demo. */
export async function freshData(): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'habeas-demo-'))
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}

/** The settings that an operator's own environment must not bring into a test. */
const FOREIGN = /^(HABEAS_|REDIS_URL|DATABASE_URL|S3_|PORT|HOST|LOG_LEVEL|SMTP_|PUBLIC_URL)/

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)))
}

/** Runs the command as a user does, with its output in a pipe and nothing on its standard input. */
export function runCommand(args: readonly string[], settings: Readonly<Record<string, string>>): Promise<Played> {
  const child = spawn('sh', ['bin/habeas', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...settings },
  })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, output: Buffer.concat(pieces).toString('utf8') }))
  })
}

/** Plays the demo in this process, so that a vendor can be made to misbehave. */
export async function playHere(directory: string, onStage: NonNullable<DemoOptions['onStage']>): Promise<Played> {
  const lines: string[] = []
  const code = await demoCommand({
    stay: false,
    isTerminal: false,
    print: (line) => void lines.push(line),
    environment: { HABEAS_DATA: directory },
    onStage,
  })
  return { code, output: lines.join('\n') }
}
