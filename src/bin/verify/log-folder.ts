import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { LogFolder } from '../../ledger/verify-log.ts'

/** The files of a log in a directory: a copy of its bucket, or the directory store itself. */
export function logFolder(directory: string): LogFolder {
  return {
    read: (name) => readOrNothing(path.join(directory, name)),
    async *list(prefix) {
      for (const name of await namesBelow(path.join(directory, prefix))) yield `${prefix}${name}`
    },
  }
}

/** @returns undefined for a file that is not there. @throws the system's error for any other trouble. */
export async function readOrNothing(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined
    throw error
  }
}

async function namesBelow(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
  } catch {
    // A log without this folder has nothing in it.
    return []
  }
}
