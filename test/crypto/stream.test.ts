import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { chunkCipher, newHeader } from '../../src/crypto/stream-chunks.ts'
import {
  openRange,
  openStream,
  plaintextSize,
  sealedSize,
  sealStream,
  type SealedObject,
} from '../../src/crypto/stream.ts'
import { thrown } from './thrown.ts'

const CHUNK = 64 * 1024
const SEALED = CHUNK + 16
const HEADER = 40
const CORRUPT = { code: 'CORRUPT_CIPHERTEXT' }
const key = randomBytes(32)

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

async function collect(
  source: Iterable<Buffer>,
  through: NodeJS.ReadWriteStream,
  seen: Buffer[] = [],
): Promise<Buffer> {
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      seen.push(piece)
      done()
    },
  })
  await pipeline(Readable.from(source), through, sink)
  return Buffer.concat(seen)
}

function seal(plaintext: Buffer, size = 10_000): Promise<Buffer> {
  return collect(pieces(plaintext, size), sealStream(key, 'archives/1'))
}

function open(sealed: Buffer, seen: Buffer[] = []): Promise<Buffer> {
  return collect(pieces(sealed, 30_000), openStream(key, 'archives/1'), seen)
}

function objectOf(sealed: Buffer, overrides: Partial<SealedObject> = {}): SealedObject {
  const readAt = (offset: number, byteCount: number) => Promise.resolve(sealed.subarray(offset, offset + byteCount))
  return { fileKey: key, aad: 'archives/1', readAt, sealedBytes: sealed.byteLength, ...overrides }
}

async function rangeOf(object: SealedObject, offset: number, byteCount: number): Promise<Buffer> {
  const read: Buffer[] = []
  for await (const piece of openRange(object, { offset, byteCount })) read.push(piece)
  return Buffer.concat(read)
}

const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]

describe('a sealed stream', () => {
  it.each(SIZES)('opens to the same %i bytes, whatever the pieces it arrives in', async (size) => {
    const plaintext = randomBytes(size)
    for (const pieceBytes of [7_001, CHUNK, 200_000]) {
      const sealed = await seal(plaintext, pieceBytes)
      expect(await open(sealed)).toEqual(plaintext)
      expect(await collect(pieces(sealed, pieceBytes), openStream(key, 'archives/1'))).toEqual(plaintext)
    }
  })

  it('opens when it arrives byte by byte', async () => {
    const plaintext = randomBytes(100)
    expect(await collect(pieces(await seal(plaintext, 1), 1), openStream(key, 'archives/1'))).toEqual(plaintext)
  })

  it.each(SIZES)('has the size that is announced for %i bytes', async (size) => {
    const sealed = await seal(Buffer.alloc(size))
    expect(sealed.byteLength).toBe(sealedSize(size))
    expect(plaintextSize(sealed.byteLength)).toBe(size)
  })

  it.each([0, HEADER, HEADER + 15, HEADER + SEALED + 16, HEADER + SEALED + 1])('never has %i bytes', async (size) => {
    expect(await thrown(() => plaintextSize(size))).toMatchObject(CORRUPT)
  })

  it('is refused when any byte is flipped', async () => {
    const sealed = await seal(randomBytes(CHUNK + 500))
    const near = [...Array(HEADER + 40).keys(), HEADER + SEALED - 1, HEADER + SEALED, sealed.byteLength - 1]
    const positions = [...near, ...fc.sample(fc.nat(sealed.byteLength - 1), 100)]
    for (const at of positions) {
      const copy = Buffer.from(sealed)
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8))
      expect(await thrown(() => open(copy))).toMatchObject(CORRUPT)
    }
  })

  it('is refused when it is cut anywhere, at a chunk border too', async () => {
    const sealed = await seal(randomBytes(2 * CHUNK + 5))
    const cuts = [0, 1, HEADER - 1, HEADER, HEADER + 1, HEADER + SEALED, HEADER + 2 * SEALED, sealed.byteLength - 1]
    for (const cut of cuts) expect(await thrown(() => open(sealed.subarray(0, cut)))).toMatchObject(CORRUPT)
  })

  it('is refused when chunks are swapped, repeated, dropped, or added from another stream', async () => {
    const sealed = await seal(randomBytes(3 * CHUNK + 5))
    const other = await seal(randomBytes(3 * CHUNK + 5))
    const header = sealed.subarray(0, HEADER)
    const [a, b, c, d] = pieces(sealed.subarray(HEADER), SEALED) as [Buffer, Buffer, Buffer, Buffer]
    const foreign = other.subarray(HEADER, HEADER + SEALED)
    const forgeries = [
      [header, b, a, c, d],
      [header, a, a, b, c, d],
      [header, a, c, d],
      [header, a, b, c],
      [header, d],
      [header, foreign, b, c, d],
      [header, a, b, c, d, d],
      [header, a, b, c, d, Buffer.alloc(1)],
      [other.subarray(0, HEADER), a, b, c, d],
    ]
    for (const forgery of forgeries) expect(await thrown(() => open(Buffer.concat(forgery)))).toMatchObject(CORRUPT)
    expect((await open(Buffer.concat([header, a, b, c, d]))).byteLength).toBe(3 * CHUNK + 5)
  })

  it('has one form: an empty final chunk after a full one is refused', async () => {
    const header = newHeader()
    const cipher = chunkCipher(key, header, 'archives/1')
    const full = cipher.seal({ index: 0, isFinal: false }, Buffer.alloc(CHUNK))
    const empty = cipher.seal({ index: 1, isFinal: true }, Buffer.alloc(0))
    const forged = Buffer.concat([header, full, empty])
    expect(await thrown(() => open(forged))).toMatchObject(CORRUPT)
  })

  it('gives out no byte of a chunk that was changed, and none after it', async () => {
    const plaintext = randomBytes(3 * CHUNK)
    const sealed = await seal(plaintext)
    const at = HEADER + SEALED + 100
    sealed[at] = (sealed[at] ?? 0) ^ 1
    const seen: Buffer[] = []
    expect(await thrown(() => open(sealed, seen))).toMatchObject(CORRUPT)
    expect(plaintext.subarray(0, CHUNK).subarray(0, Buffer.concat(seen).byteLength)).toEqual(Buffer.concat(seen))
  })

  it('is refused under another key or in another place', async () => {
    const sealed = await seal(randomBytes(10))
    expect(await thrown(() => collect([sealed], openStream(randomBytes(32), 'archives/1')))).toMatchObject(CORRUPT)
    expect(await thrown(() => collect([sealed], openStream(key, 'archives/2')))).toMatchObject(CORRUPT)
  })

  it('never repeats under one key', async () => {
    const first = await seal(Buffer.alloc(100))
    const second = await seal(Buffer.alloc(100))
    expect(first.subarray(HEADER)).not.toEqual(second.subarray(HEADER))
  })

  it('holds no more than a few chunks in memory, however long it is', async () => {
    const total = 64 * 1024 * 1024
    const piece = Buffer.alloc(CHUNK, 1)
    let passed = 0
    let peak = 0
    function* source() {
      for (let made = 0; made < total; made += piece.byteLength) yield piece
    }
    const sealer = sealStream(key, 'archives/1')
    const opener = openStream(key, 'archives/1')
    const sink = new Writable({
      write(opened: Buffer, _encoding, done) {
        passed += opened.byteLength
        peak = Math.max(
          peak,
          sealer.readableLength + sealer.writableLength + opener.readableLength + opener.writableLength,
        )
        setImmediate(done)
      },
    })
    await pipeline(Readable.from(source()), sealer, opener, sink)
    expect(passed).toBe(total)
    expect(peak).toBeLessThan(20 * CHUNK)
  })
})

describe('a range of a sealed object', () => {
  const size = 20 * CHUNK + 123
  const plaintext = randomBytes(size)

  it('is the same as that range of the plaintext', async () => {
    const object = objectOf(await seal(plaintext))
    const range = fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }))
    await fc.assert(
      fc.asyncProperty(range, async ({ start, end }) => {
        const read = await rangeOf(object, start, end - start)
        expect(read.equals(plaintext.subarray(start, end))).toBe(true)
      }),
      {
        numRuns: 30,
        examples: [
          [{ start: 0, end: size }],
          [{ start: CHUNK, end: 2 * CHUNK }],
          [{ start: 15 * CHUNK, end: 17 * CHUNK + 1 }],
          [{ start: size, end: size }],
        ],
      },
    )
  })

  it.each([0, CHUNK, 2 * CHUNK])('reaches the end of an object of %i bytes', async (bytes) => {
    const whole = randomBytes(bytes)
    expect(await rangeOf(objectOf(await seal(whole)), 0, bytes)).toEqual(whole)
  })

  it('reads no more than the header, the last chunk and the chunks it needs', async () => {
    const sealed = await seal(plaintext)
    let readBytes = 0
    const readAt = (offset: number, byteCount: number) => {
      readBytes += byteCount
      return Promise.resolve(sealed.subarray(offset, offset + byteCount))
    }
    await rangeOf(objectOf(sealed, { readAt }), 5 * CHUNK + 10, 20)
    expect(readBytes).toBe(HEADER + (123 + 16) + SEALED)
  })

  it('is refused when the object was cut at a chunk border, even far behind the range', async () => {
    const sealed = (await seal(plaintext)).subarray(0, HEADER + 20 * SEALED)
    expect(await thrown(() => rangeOf(objectOf(sealed), 0, 10))).toMatchObject(CORRUPT)
  })

  it('is refused when its chunk was changed or the store answers short', async () => {
    const sealed = await seal(plaintext)
    const changed = Buffer.from(sealed)
    changed[HEADER + 5] = (changed[HEADER + 5] ?? 0) ^ 1
    expect(await thrown(() => rangeOf(objectOf(changed), 0, 10))).toMatchObject(CORRUPT)
    const readAt = (offset: number, byteCount: number) =>
      Promise.resolve(sealed.subarray(offset, offset + byteCount - 1))
    expect(await thrown(() => rangeOf(objectOf(sealed, { readAt }), 0, 10))).toMatchObject(CORRUPT)
  })

  it.each([
    [0, size + 1],
    [size, 1],
    [-1, 2],
    [0, -1],
    [0.5, 1],
  ])('from %d of %d bytes is refused as outside', async (offset, byteCount) => {
    const object = objectOf(await seal(plaintext))
    expect(await thrown(() => rangeOf(object, offset, byteCount))).toEqual({ code: 'FIELD_INVALID', field: 'range' })
  })
})
