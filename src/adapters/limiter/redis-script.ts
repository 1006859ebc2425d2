import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { DsrError } from '../../../domain/errors.ts'
import type { ObjectBody } from '../../../ports/objects.ts'
import { conflict, corrupt, measure, MeasuredBody, type Measure } from '../digest.ts'
import { readFacts, type Facts } from './facts.ts'
import { errnoOf, inStore, storeFailure } from './failure.ts'
import type { Layout } from './layout.ts'

export interface Writing {
  readonly layout: Layout
  readonly key: string
  readonly body: ObjectBody | Iterable<Uint8Array>
  readonly retainUntilMs: number | undefined
}

/** @throws DsrError `ARCHIVE_CONFLICT`, `ARCHIVE_CORRUPT`, `OBJECT_STORE_UNREACHABLE`, `OBJECT_STORE_UNFIT`, and what the body throws. */
export async function writeObject(writing: Writing): Promise<Facts> {
  const { layout, key } = writing
  const place = layout.placeOf(key)
  const body = toBody(writing.body)
  const stored = await readFacts(place)
  if (stored !== undefined) return sameOrConflict(stored, await measure(body))

  const passing = path.join(layout.passing, layout.freshName())
  try {
    await inStore.doing(() => mkdir(passing, { recursive: true, mode: 0o700 }))
    const written = await writeBytes(path.join(passing, 'bytes'), body)
    const facts = { ...written, versionId: layout.freshName(), retainUntilMs: writing.retainUntilMs }
    return await inStore.doing(async () => {
      await writeFile(path.join(passing, 'facts.json'), JSON.stringify(facts), { mode: 0o444, flush: true })
      await syncDirectory(passing)
      if (await moveIntoPlace(passing, place)) return facts
      return sameOrConflict(await readFacts(place), written)
    })
  } finally {
    await rm(passing, { recursive: true, force: true })
  }
}

async function* toBody(body: Writing['body']): AsyncGenerator<Uint8Array> {
  yield* body
}

function sameOrConflict(stored: Facts | undefined, written: Measure): Facts {
  // Undefined means that somebody deleted the winner at this moment; the caller may try again.
  if (stored?.sha256 !== written.sha256) throw conflict()
  return stored
}

async function writeBytes(file: string, body: ObjectBody): Promise<Measure> {
  const measured = new MeasuredBody(body)
  try {
    await copyTo(file, measured)
  } catch (cause) {
    if (measured.failure !== undefined) throw measured.failure.cause
    throw storeFailure(cause)
  }
  const sha256 = measured.sha256()
  const readBack = await inStore.doing(() => measure(createReadStream(file)))
  if (readBack.sha256 !== sha256) throw corrupt()
  return readBack
}

async function copyTo(file: string, body: ObjectBody): Promise<void> {
  const handle = await open(file, 'wx', 0o444)
  try {
    for await (const chunk of body) await writeWhole(handle, chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A write may take less than it was given. */
async function writeWhole(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) at += (await handle.write(chunk, at)).bytesWritten
}

const MOVE_TRIES = 5

/** @returns false when another writer was first. */
async function moveIntoPlace(passing: string, place: string): Promise<boolean> {
  const parent = path.dirname(place)
  for (let attempt = 1; attempt <= MOVE_TRIES; attempt += 1) {
    await mkdir(parent, { recursive: true, mode: 0o700 })
    try {
      // A directory is never renamed over another that holds something: that makes it create-only.
      await rename(passing, place)
      await syncDirectory(parent)
      return true
    } catch (cause) {
      const errno = errnoOf(cause)
      if (errno === 'ENOTEMPTY' || errno === 'EEXIST') return false
      // A deletion nearby has just removed the empty parent.
      if (errno !== 'ENOENT') throw cause
    }
  }
  throw new DsrError('OBJECT_STORE_UNREACHABLE', 'the directory of the object kept vanishing')
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
