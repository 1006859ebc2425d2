import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { DsrError } from '../../../domain/errors.ts'
import { errnoOf } from './errno.ts'

export interface DirectoryLock {
  release(): Promise<void>
}

const TAKEOVER_MS = 10_000

/**
 * Makes this process the only one that serves the directory. The lock of a process that has died, also of one whose number was
 * given to another since (in a container every start has the same), is taken over.
 *
 * @throws DsrError `DATA_DIRECTORY_IN_USE`.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const file = path.join(directory, 'lock')
  const mine = `${file}.${randomUUID()}`
  const holder = `${await identify(process.pid)}\n${mine}`
  await writeFile(mine, holder, { mode: 0o600 })
  try {
    // A link either makes the whole lock or nothing, so nobody ever reads half of it.
    if (!(await tryLink(mine, file))) await takeOver(file, mine)
  } finally {
    await rm(mine, { force: true })
  }
  return {
    release: async () => {
      if ((await readFile(file, 'utf8').catch(() => '')) === holder) await rm(file, { force: true })
    },
  }
}

async function takeOver(file: string, mine: string): Promise<void> {
  const guard = `${file}.takeover`
  // Two processes that both find a dead holder must not take each other's new lock for the dead one's.
  if (!(await tryLink(mine, guard))) {
    const age = await stat(guard).catch(() => undefined)
    if (age !== undefined && Date.now() - age.ctimeMs > TAKEOVER_MS) await rm(guard, { force: true })
    throw inUse()
  }
  try {
    const holder = await readFile(file, 'utf8').catch(() => '')
    if (await isAlive(holder)) throw inUse()
    await rename(mine, file)
  } finally {
    await rm(guard, { force: true })
  }
}

function inUse(): DsrError {
  return new DsrError(
    'DATA_DIRECTORY_IN_USE',
    'another Habeas uses this data directory; stop it, or give this one another HABEAS_DATA',
    {
      field: 'HABEAS_DATA',
    },
  )
}

async function isAlive(holder: string): Promise<boolean> {
  const [identity = ''] = holder.split('\n')
  const pid = Number.parseInt(identity, 10)
  return pid > 0 && (await bornAt(pid)) !== undefined && (await identify(pid)) === identity
}

/** Number and birth of a process: the same number born at another time is another process. */
async function identify(pid: number): Promise<string> {
  return `${String(pid)} ${(await bornAt(pid)) ?? 'gone'}`
}

async function bornAt(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined)
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    // The name in parentheses may hold spaces; the 20th field after it is the start time in ticks (proc(5)).
    const startTicks = line?.slice(line.lastIndexOf(')') + 2).split(' ')[19]
    return startTicks === undefined ? undefined : `${boot.trim()} ${startTicks}`
  }
  const listed = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined)
  return listed?.stdout.trim()
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'EEXIST') return false
    throw cause
  }
}
