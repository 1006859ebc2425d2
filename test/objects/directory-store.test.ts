import { afterAll, describe, expect, it } from '@jest/globals'
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import { missingFeatures } from '../../src/ports/objects.ts'
import { describeObjectStore, readText, textBody } from './contract.ts'

const directories: string[] = []
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
})

async function open() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-objects-'))
  directories.push(directory)
  let nowMs = 1_780_000_000_000
  const clock = { nowMs: () => nowMs }
  const store = createDirectoryStore({ directory, clock })
  const waitUntil = (atMs: number) => {
    nowMs = Math.max(nowMs, atMs)
    return Promise.resolve()
  }
  return {
    directory,
    store,
    nowMs: clock.nowMs,
    waitUntil,
    stop: () => {
      store.close()
      return Promise.resolve()
    },
  }
}

describe('the object store in a directory', () => {
  describeObjectStore(open)

  it('keeps objects, digests and retention over a restart', async () => {
    const { directory, store, nowMs } = await open()
    const stored = await store.put('a/b', textBody('kept'), { retainUntilMs: nowMs() + 1000 })

    const again = createDirectoryStore({ directory, clock: { nowMs } })

    expect(await again.head('a/b')).toEqual(stored)
    await expect(again.delete('a/b')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('writes bytes that are read-only and no other user can reach', async () => {
    const { directory, store } = await open()
    await store.put('a/b', textBody('secret'))

    expect((await stat(path.join(directory, 'objects', 'a', 'b~', 'bytes'))).mode & 0o777).toBe(0o444)
    expect((await stat(path.join(directory, 'objects', 'a'))).mode & 0o077).toBe(0)
  })

  it('notices bytes that were changed on the disk', async () => {
    const { directory, store } = await open()
    await store.put('a/b', textBody('genuine'))
    const file = path.join(directory, 'objects', 'a', 'b~', 'bytes')
    await chmod(file, 0o600)
    await writeFile(file, 'altered')

    await expect(store.get('a/b').then(({ body }) => readText(body))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' })
  })

  it('says that an object without readable facts is corrupt, not absent', async () => {
    const { directory, store } = await open()
    await store.put('a/b', textBody('genuine'))
    const facts = path.join(directory, 'objects', 'a', 'b~', 'facts.json')
    await chmod(facts, 0o600)
    await writeFile(facts, (await readFile(facts, 'utf8')).slice(0, 20))

    await expect(store.head('a/b')).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' })
  })

  it('leaves no file behind after a broken put, a conflict and a deletion', async () => {
    const { directory, store } = await open()
    await store.put('a/b', textBody('first'))
    await store.put('a/b', textBody('other')).catch(() => undefined)
    await store.delete('a/b')

    expect(await readdir(path.join(directory, 'passing'))).toEqual([])
    expect(await readdir(path.join(directory, 'objects'))).toEqual([])
  })

  it('sweeps what a crash left more than a day ago, and nothing younger', async () => {
    const { directory, store } = await open()
    await store.put('a/b', textBody('kept'))
    const [old, young] = [path.join(directory, 'passing', 'old'), path.join(directory, 'passing', 'young')]
    await writeFile(old, 'left')
    await writeFile(young, 'being written')
    const before = new Date(Date.now() - 25 * 3_600_000)
    await utimes(old, before, before)

    await store.probe()

    expect(await readdir(path.join(directory, 'passing'))).toEqual(['young'])
    expect(await readText((await store.get('a/b')).body)).toBe('kept')
  })

  it('says what a directory cannot enforce and leaves no trace of asking', async () => {
    const { directory, store } = await open()

    const report = await store.probe()

    expect(missingFeatures(report)).toEqual(['versioning'])
    expect(report.features.object_lock.state).toBe('driver')
    expect(await readdir(path.join(directory, 'objects'))).toEqual([])
  })

  it('says when the directory cannot be used at all', async () => {
    const { directory, nowMs } = await open()
    await writeFile(path.join(directory, 'file'), '')
    const store = createDirectoryStore({ directory: path.join(directory, 'file'), clock: { nowMs } })

    await expect(store.probe()).rejects.toMatchObject({ code: 'OBJECT_STORE_UNFIT' })
  })
})
