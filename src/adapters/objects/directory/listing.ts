import { opendir } from 'node:fs/promises'
import path from 'node:path'
import type { ListedObject } from '../../../ports/objects.ts'
import { readFacts } from './facts.ts'
import { errnoOf, inStore } from './failure.ts'
import { OBJECT_MARK, type Layout } from './layout.ts'

/** Walks only the directories that can hold keys with the prefix. */
export async function* listDirectory(layout: Layout, prefix: string): AsyncGenerator<ListedObject> {
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for await (const name of namesIn(path.join(layout.objects, folder))) {
      if (name.endsWith(OBJECT_MARK)) {
        yield* objectAt(layout, `${folder}${name.slice(0, -OBJECT_MARK.length)}`, prefix)
        continue
      }
      const inner = `${folder}${name}/`
      if (inner.startsWith(prefix) || prefix.startsWith(inner)) waiting.push(inner)
    }
  }
}

async function* objectAt(layout: Layout, key: string, prefix: string): AsyncGenerator<ListedObject> {
  if (!key.startsWith(prefix)) return
  const facts = await readFacts(layout.placeOf(key))
  if (facts !== undefined) yield { key, bytes: facts.bytes }
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  const entries = await inStore.doing(() => opendir(folder).catch(absent))
  if (entries === undefined) return
  for await (const entry of entries) if (entry.isDirectory()) yield entry.name
}

function absent(cause: unknown): undefined {
  if (errnoOf(cause) !== 'ENOENT') throw cause
}
