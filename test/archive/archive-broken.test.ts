import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { PassThrough, Readable, Transform } from 'node:stream'
import { buildArchive } from '../../src/adapters/archive/build.ts'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import { sealStream } from '../../src/crypto/stream.ts'
import { DsrError } from '../../src/domain/errors.ts'
import type { JsonValue } from '../../src/domain/json.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'
import { attachment, CREATED_AT_MS, part, spec, system, ZOE } from './specs.ts'

const MIB = 1024 * 1024
let scratch: string
let store: ObjectStore
let keys = 0

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-archive-'))
  store = createDirectoryStore({ directory: path.join(scratch, 'store'), clock: { nowMs: () => CREATED_AT_MS } })
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('an archive that cannot be finished', () => {
  const broken = new DsrError('VENDOR_TIMEOUT', 'the vendor hung up')
  const breaking = (mebibytes: number) =>
    Readable.from(
      (async function* () {
        for (let i = 0; i < mebibytes; i += 1) yield await Promise.resolve(Buffer.alloc(MIB))
        throw broken
      })(),
      { objectMode: false },
    )
  const records = async function* (): AsyncGenerator<JsonValue> {
    yield await Promise.resolve({ first: 1 })
    throw broken
  }

  it.each([
    ['a file at its start', () => part([], { attachments: [attachment('a.bin', breaking(0))] })],
    ['a file in its middle', () => part([], { attachments: [attachment('a.bin', breaking(20))] })],
    [
      'a file that does not open',
      () => part([], { attachments: [{ ...attachment('a.bin', ''), open: () => Promise.reject(broken) }] }),
    ],
    ['a record', () => part([], { records })],
  ])('passes on the error of %s and leaves nothing in the store', async (_where, makePart) => {
    const key = `archives/broken-${String((keys += 1))}`

    await expect(
      buildArchive(spec([system([makePart()])]), { store, key, seal: sealStream(randomBytes(32), key) }),
    ).rejects.toBe(broken)

    expect(await store.head(key)).toBeUndefined()
    expect(await readdir(path.join(scratch, 'store', 'passing'))).toEqual([])
  })

  it('stops reading the sources when the store fails', async () => {
    const full = new DsrError('OBJECT_STORE_UNREACHABLE', 'the disk is full')
    let close: (isClosed: boolean) => void = () => undefined
    const closed = new Promise<boolean>((resolve) => (close = resolve))
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(MIB))
      },
      destroy(_cause, done) {
        close(true)
        done(null)
      },
    })
    const failing: Pick<ObjectStore, 'put'> = {
      put: async (_key, body) => {
        let bytes = 0
        for await (const chunk of body) if ((bytes += chunk.byteLength) > 2 * MIB) break
        throw full
      },
    }
    const of = spec([system([part([], { attachments: [attachment('endless.bin', endless)] })])])

    await expect(buildArchive(of, { store: failing, key: 'a', seal: new PassThrough() })).rejects.toBe(full)
    expect(await closed).toBe(true)
  })

  it('stops when the store refuses before it reads anything', async () => {
    const unfit = new DsrError('OBJECT_STORE_UNFIT', 'the bucket is gone')
    const failing: Pick<ObjectStore, 'put'> = { put: () => Promise.reject(unfit) }

    await expect(
      buildArchive(spec([system([part([ZOE])])]), { store: failing, key: 'a', seal: new PassThrough() }),
    ).rejects.toBe(unfit)
  })

  it('passes on the error of the seal', async () => {
    const weak = new DsrError('INTERNAL', 'no key')
    const seal = new Transform({ transform: (_chunk, _encoding, done) => done(weak) })

    await expect(buildArchive(spec([system([part([ZOE])])]), { store, key: 'archives/unsealed', seal })).rejects.toBe(
      weak,
    )
    expect(await store.head('archives/unsealed')).toBeUndefined()
  })
})
