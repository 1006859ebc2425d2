import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Folder } from './sample-log.ts'

/** Writes a folder to a new directory, and names it. */
export async function onDisk(folder: Folder): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'habeas-ledger-'))
  for (const [name, bytes] of folder.files) {
    const file = path.join(directory, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, bytes)
  }
  return directory
}
