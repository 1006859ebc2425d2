import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openPromise, type Entry } from 'yauzl'
import type { JsonValue } from '../../src/domain/json.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'

export interface ReadArchive {
  /** In the order of the ZIP's directory, below the root. */
  readonly paths: readonly string[]
  readonly entries: readonly Entry[]
  readonly text: (path: string) => string
  readonly json: (path: string) => JsonValue
  readonly sha256: ReadonlyMap<string, string>
}

/** Takes a plain archive out of the store and reads it with another library than the one that wrote it. */
export async function readArchive(store: ObjectStore, key: string, scratch: string): Promise<ReadArchive> {
  const file = path.join(scratch, 'archive.zip')
  await writeFile(file, (await store.get(key)).body)
  const zip = await openPromise(file, { strictFileNames: true })
  const entries: Entry[] = []
  const texts = new Map<string, string>()
  const sha256 = new Map<string, string>()
  for await (const entry of zip.eachEntry()) {
    const hash = createHash('sha256')
    const kept: Uint8Array[] = []
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
      hash.update(chunk)
      if (entry.uncompressedSize < 1e7) kept.push(chunk)
    }
    const below = entry.fileName.slice(entry.fileName.indexOf('/') + 1)
    entries.push(entry)
    sha256.set(below, hash.digest('hex'))
    texts.set(below, Buffer.concat(kept).toString('utf8'))
  }
  const text = (name: string) => {
    const found = texts.get(name)
    if (found === undefined) throw new Error(`${name} is not in the archive`)
    return found
  }
  return { paths: [...sha256.keys()], entries, text, json: (name) => JSON.parse(text(name)) as JsonValue, sha256 }
}

/** The text of a page as a reader sees it: without tags, entities resolved. */
export function visibleText(html: string): string {
  return html
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

/** Every key and every leaf of a JSON value, as text. */
export function dataOf(value: JsonValue): string[] {
  if (value === null || value === '' || typeof value === 'boolean') return []
  if (typeof value !== 'object') return [String(value)]
  if (Array.isArray(value)) return value.flatMap((inner: JsonValue) => dataOf(inner))
  return Object.entries(value).flatMap(([name, inner]) => [name, ...dataOf(inner)])
}
