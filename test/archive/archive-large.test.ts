import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { buildArchive } from '../../src/adapters/archive/build.ts'
import { ZipWriter } from '../../src/adapters/archive/zip-writer.ts'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'
import { readArchive } from './reading.ts'
import { attachment, CREATED_AT_MS, part, spec, system } from './specs.ts'

const MIB = 1024 * 1024
let scratch: string
let store: ObjectStore

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-archive-'))
  store = createDirectoryStore({ directory: path.join(scratch, 'store'), clock: { nowMs: () => CREATED_AT_MS } })
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('a large archive', () => {
  it('streams a file of 300 MB with bounded memory', async () => {
    let peak = 0
    const before = process.memoryUsage.rss()
    const large = Readable.from(
      (async function* () {
        for (let i = 0; i < 300; i += 1) {
          peak = Math.max(peak, process.memoryUsage.rss() - before)
          yield await Promise.resolve(Buffer.alloc(MIB, i))
        }
      })(),
      { objectMode: false },
    )

    const of = spec([system([part([], { attachments: [attachment('video.mp4', large, 'video/mp4')] })])])
    const built = await buildArchive(of, { store, key: 'archives/large', seal: new PassThrough() })
    const archive = await readArchive(store, 'archives/large', scratch)

    expect(archive.entries.find((entry) => entry.fileName.endsWith('.mp4'))).toMatchObject({
      uncompressedSize: 300 * MIB,
      compressionMethod: 0,
    })
    expect(built.zipBytes).toBeGreaterThan(300 * MIB)
    expect(peak).toBeLessThan(150 * MIB)
  }, 120_000)

  it('streams records without holding them', async () => {
    let peak = 0
    const before = process.memoryUsage.rss()
    const filler = 'x'.repeat(1000)
    const records = async function* () {
      for (let i = 0; i < 100_000; i += 1) {
        if (i % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss() - before)
        yield i % 1000 === 0 ? await Promise.resolve({ i, filler }) : { i, filler }
      }
    }

    const key = 'archives/many'
    const built = await buildArchive(spec([system([part([], { records })])]), { store, key, seal: new PassThrough() })

    expect(built.records).toBe(100_000)
    expect(peak).toBeLessThan(150 * MIB)
  }, 120_000)

  // Half a minute on a busy machine, because the ZIP library looks through all files at each; LONG_TESTS=1 runs it.
  const itLong = process.env.LONG_TESTS === '1' ? it : it.skip
  itLong(
    'holds more files than a ZIP without extensions can',
    async () => {
      const zip = new ZipWriter('dsr-many', CREATED_AT_MS)
      const file = path.join(scratch, 'many.zip')
      const written = pipeline(zip.output, createWriteStream(file))
      for (let i = 0; i < 65_540; i += 1) await zip.add({ path: String(i), content: one(), isCompressed: true })
      zip.end()
      await written

      const read = await openPromise(file)
      let entries = 0
      for await (const { uncompressedSize } of read.eachEntry()) entries += uncompressedSize

      expect(entries).toBe(65_540)
    },
    180_000,
  )
})

async function* one(): AsyncGenerator<string> {
  yield await Promise.resolve('x')
}
