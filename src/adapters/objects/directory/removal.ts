import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { errnoOf, inStore } from './failure.ts'
import type { Layout } from './layout.ts'
import { syncDirectory } from './writing.ts'

/** Takes the object away in one step, then frees its space and the prefixes that it leaves empty. */
export async function removeObject(layout: Layout, key: string): Promise<void> {
  const place = layout.placeOf(key)
  await inStore.doing(async () => {
    const passing = path.join(layout.passing, layout.freshName())
    await mkdir(layout.passing, { recursive: true, mode: 0o700 })
    try {
      await rename(place, passing)
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return
      throw cause
    }
    await syncDirectory(path.dirname(place))
    await rm(passing, { recursive: true, force: true })
    await pruneUpwards(path.dirname(place), layout.objects)
  })
}

async function pruneUpwards(from: string, root: string): Promise<void> {
  for (let at = from; at !== root; at = path.dirname(at)) {
    try {
      await rmdir(at)
    } catch (cause) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(cause) ?? '')) return
      throw cause
    }
  }
}

const ABANDONED_MS = 24 * 3_600_000

/** Frees what a crash left half written or half deleted more than a day ago. */
export async function sweep(layout: Layout): Promise<void> {
  await inStore.doing(async () => {
    for (const name of await readdir(layout.passing)) {
      const abandoned = path.join(layout.passing, name)
      const { mtimeMs } = await stat(abandoned)
      // File times are the machine's, so they are compared with the machine's clock.
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(abandoned, { recursive: true, force: true })
    }
  })
}
