import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { DsrError } from '../../../domain/errors.ts'

/** Who runs the server: ourselves, or `nobody` when we are root, whom PostgreSQL refuses. */
export type Runner = { readonly kind: 'self' } | { readonly kind: 'nobody'; readonly uid: number; readonly gid: number }

/** @throws DsrError `CONFIG_INVALID` where no runner can be had. */
export async function findRunner(): Promise<Runner> {
  if (process.platform === 'win32') {
    throw new DsrError('CONFIG_INVALID', 'the embedded database does not run on Windows; set DATABASE_URL', {
      field: 'DATABASE_URL',
    })
  }
  if (process.getuid?.() !== 0) return { kind: 'self' }
  try {
    // A uid without an entry in the user table does not do: postgres looks its own name up.
    return { kind: 'nobody', uid: await idOf('-u'), gid: await idOf('-g') }
  } catch (cause) {
    throw new DsrError(
      'CONFIG_INVALID',
      'root cannot run the embedded database and there is no user nobody; set DATABASE_URL',
      {
        field: 'DATABASE_URL',
        cause,
      },
    )
  }
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [flag, 'nobody'], { timeout: 5000 })
  const id = Number.parseInt(stdout, 10)
  if (!Number.isInteger(id)) throw new Error('id answered without a number')
  return id
}

/** Options of `spawn` that make the child run as the runner. */
export function identityOf(runner: Runner): { uid?: number; gid?: number } {
  return runner.kind === 'self' ? {} : { uid: runner.uid, gid: runner.gid }
}

/** Whether the runner can walk down to the directory; only its ancestors count. */
export async function canReach(runner: Runner, directory: string): Promise<boolean> {
  if (runner.kind === 'self') return true
  for (let at = path.dirname(directory); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const bit = uid === runner.uid ? 0o100 : gid === runner.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === path.dirname(at)) return true
  }
}
