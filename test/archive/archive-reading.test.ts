import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openSealedObject } from '../../src/adapters/archive/archive-reading.ts'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import { sealStream } from '../../src/crypto/stream.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'

const KEY = 'archives/r/1'
const plain = randomBytes(5 * 64 * 1024 + 17)
const fileKey = randomBytes(32)

describe('a sealed object', () => {
  let directory: string
  let objects: ObjectStore
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-reading-'))
    objects = createDirectoryStore({ directory, clock: { nowMs: () => 1 } })
    await objects.put(KEY, Readable.from([plain]).pipe(sealStream(fileKey, KEY)))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const last = plain.byteLength - 1

  it('is read as a whole', async () => {
    expect(plain.equals(await buffer(await openSealedObject({ objects, key: KEY, fileKey })))).toBe(true)
  })

  it.each([
    [0, 0],
    [0, last],
    [last, last],
    [65_535, 65_536],
    [65_536, 131_071],
    [200_000, last],
  ])('is read from byte %d to byte %d', async (start, end) => {
    const bytes = await buffer(await openSealedObject({ objects, key: KEY, fileKey }, { start, end }))
    expect(plain.subarray(start, end + 1).equals(bytes)).toBe(true)
  })

  it('opens under no other key, not even a part of it', async () => {
    const range = await openSealedObject({ objects, key: KEY, fileKey: randomBytes(32) }, { start: 0, end: 9 })
    await expect(buffer(range)).rejects.toMatchObject({ code: 'CORRUPT_CIPHERTEXT' })
  })

  it('that is gone is said to be', async () => {
    const gone = openSealedObject({ objects, key: 'archives/r/2', fileKey }, { start: 0, end: 9 })
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
