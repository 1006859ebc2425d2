import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash, randomUUID } from 'node:crypto'
import type { ObjectBody, ObjectStore } from '../../src/ports/objects.ts'

export interface StoreUnderTest {
  readonly store: ObjectStore
  /** Lets the retention clock of the store pass the instant. */
  waitUntil(atMs: number): Promise<void>
  nowMs(): number
  stop(): Promise<void>
}

const MIB = 1024 * 1024

/** What every driver promises; the comments of the port are the text, these are the checks. */
export function describeObjectStore(open: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest
  let store: ObjectStore
  beforeAll(async () => {
    under = await open()
    store = under.store
  }, 90_000)
  afterAll(() => under.stop())
  const freshKey = () => `parcels/${randomUUID()}`

  describe('storing', () => {
    it('gives back the bytes, their length and their digest', async () => {
      const key = freshKey()

      const stored = await store.put(key, textBody('ceci n’est ', 'pas vide'))
      const { object, body } = await store.get(key)

      expect(await readText(body)).toBe('ceci n’est pas vide')
      expect(stored).toMatchObject({ key, bytes: 21, sha256: sha256('ceci n’est pas vide') })
      expect(object).toEqual(stored)
      expect(await store.head(key)).toEqual(stored)
    })

    it('stores an object without bytes', async () => {
      const key = freshKey()

      await store.put(key, textBody())

      expect(await readText((await store.get(key)).body)).toBe('')
      expect(await store.head(key)).toMatchObject({ bytes: 0, sha256: sha256('') })
    })

    it('accepts the same bytes twice and keeps one object', async () => {
      const key = freshKey()

      const first = await store.put(key, textBody('same'))
      const second = await store.put(key, textBody('sa', 'me'))

      expect(second).toEqual(first)
      expect(await keysUnder(store, key)).toEqual([key])
    })

    it('refuses other bytes under a used key and keeps the first', async () => {
      const key = freshKey()
      await store.put(key, textBody('first'))

      await expect(store.put(key, textBody('other'))).rejects.toMatchObject({ code: 'ARCHIVE_CONFLICT' })

      expect(await readText((await store.get(key)).body)).toBe('first')
    })

    it('lets one of many simultaneous writers win and tells the others', async () => {
      const key = freshKey()

      const puts = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) => store.put(key, textBody(`writer ${String(i)}`))),
      )
      const won = puts.filter((put) => put.status === 'fulfilled')
      const lost = puts.filter((put) => put.status === 'rejected').map((put): unknown => put.reason)
      const text = await readText((await store.get(key)).body)

      expect(won.map((put) => put.value.sha256)).toEqual([sha256(text)])
      expect(lost).toEqual(Array.from({ length: 7 }, () => expect.objectContaining({ code: 'ARCHIVE_CONFLICT' })))
    })

    it('lets simultaneous writers of the same bytes all succeed with one object', async () => {
      const key = freshKey()

      const puts = await Promise.all(Array.from({ length: 6 }, () => store.put(key, textBody('same for all'))))

      expect(new Set(puts.map((put) => put.versionId)).size).toBe(1)
      expect(await readText((await store.get(key)).body)).toBe('same for all')
    })

    it('stores a stream larger than its memory and reads it back unchanged', async () => {
      const key = freshKey()
      const given = createHash('sha256')
      const before = process.memoryUsage.rss()
      let peak = 0

      const stored = await store.put(
        key,
        largeBody(192, (chunk) => {
          given.update(chunk)
          peak = Math.max(peak, process.memoryUsage.rss() - before)
        }),
      )
      const found = createHash('sha256')
      for await (const chunk of (await store.get(key)).body) found.update(chunk)
      const digest = given.digest('hex')

      expect(stored).toMatchObject({ bytes: 192 * MIB, sha256: digest })
      expect(found.digest('hex')).toBe(digest)
      expect(await store.head(key)).toEqual(stored)
      // Less than the stream; how much less depends on when a busy machine collects its garbage.
      expect(peak).toBeLessThan(180 * MIB)
      await store.delete(key)
    }, 120_000)

    it('accepts a large stream twice and refuses another one', async () => {
      const key = freshKey()
      const first = await store.put(key, largeBody(12))

      expect(await store.put(key, largeBody(12))).toEqual(first)
      await expect(store.put(key, largeBody(13))).rejects.toMatchObject({ code: 'ARCHIVE_CONFLICT' })
      expect(await store.head(key)).toEqual(first)
    }, 60_000)

    it.each([
      ['at once', 0],
      ['after a little', 1],
      ['after several parts', 40],
    ])(
      'leaves nothing behind when the source breaks off %s, and passes its error on',
      async (_when, mebibytes) => {
        const key = freshKey()
        const broken = Object.assign(new Error('the vendor hung up'), { code: 'VENDOR_TIMEOUT' })

        await expect(store.put(key, breakingBody(mebibytes, broken))).rejects.toBe(broken)

        expect(await store.head(key)).toBeUndefined()
        expect(await keysUnder(store, key)).toEqual([])
        await store.put(key, textBody('second try'))
        expect(await readText((await store.get(key)).body)).toBe('second try')
      },
      60_000,
    )
  })

  describe('reading', () => {
    it('has nothing under an unknown key', async () => {
      expect(await store.head(freshKey())).toBeUndefined()
      await expect(store.get(freshKey())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it.each([
      ['the middle', { start: 2, end: 4 }, '234'],
      ['from a byte to the end', { start: 7 }, '789'],
      ['the last byte', { start: 9, end: 9 }, '9'],
      ['more than there is', { start: 8, end: 100 }, '89'],
    ])('reads a range: %s', async (_name, range, expected) => {
      const key = freshKey()
      await store.put(key, textBody('0123456789'))

      expect(await readText((await store.get(key, { range })).body)).toBe(expected)
    })

    it.each([
      ['behind the end', { start: 10 }],
      ['before the start', { start: -1, end: 3 }],
      ['backwards', { start: 4, end: 2 }],
      ['between two bytes', { start: 0.5 }],
    ])('refuses a range %s', async (_name, range) => {
      const key = freshKey()
      await store.put(key, textBody('0123456789'))

      await expect(store.get(key, { range })).rejects.toMatchObject({ code: 'FIELD_INVALID', field: 'range' })
    })

    it('can be left early', async () => {
      const key = freshKey()
      await store.put(key, largeBody(12))

      for await (const chunk of (await store.get(key)).body) {
        expect(chunk.byteLength).toBeGreaterThan(0)
        break
      }

      expect(await store.head(key)).toMatchObject({ bytes: 12 * MIB })
    })

    it('lists the keys under a prefix and no neighbour', async () => {
      const base = freshKey()
      for (const name of ['a/one', 'a/two', 'a', 'ab', 'b/one']) await store.put(`${base}/${name}`, textBody(name))

      expect(await keysUnder(store, `${base}/a/`)).toEqual([`${base}/a/one`, `${base}/a/two`])
      expect(await keysUnder(store, `${base}/a`)).toEqual([`${base}/a`, `${base}/a/one`, `${base}/a/two`, `${base}/ab`])
      expect(await keysUnder(store, `${base}/c`)).toEqual([])
    })
  })

  describe('deleting', () => {
    it('removes the object, not its neighbours, and frees the key', async () => {
      const key = freshKey()
      for (const each of [key, `${key}/inner`, `${key}x`]) await store.put(each, textBody(each))

      await store.delete(key)

      expect(await store.head(key)).toBeUndefined()
      expect(await keysUnder(store, key)).toEqual([`${key}/inner`, `${key}x`])
      await store.put(key, textBody('a new life'))
      expect(await readText((await store.get(key)).body)).toBe('a new life')
    })

    it('is done already when there is nothing', async () => {
      await expect(store.delete(freshKey())).resolves.toBeUndefined()
    })

    it('refuses while the object is under retention, and deletes it afterwards', async () => {
      const key = freshKey()
      const retainUntilMs = Math.ceil(under.nowMs() / 1000) * 1000 + 4000
      const stored = await store.put(key, textBody('evidence'), { retainUntilMs })

      await expect(store.delete(key)).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'retainUntilMs' })
      expect(stored.retainUntilMs).toBe(retainUntilMs)
      expect(await store.head(key)).toEqual(stored)

      await under.waitUntil(retainUntilMs + 1000)
      await store.delete(key)
      expect(await store.head(key)).toBeUndefined()
    }, 60_000)
  })

  describe('keys', () => {
    it.each([
      ['climbing', '../outside'],
      ['climbing inside', 'a/../../outside'],
      ['absolute', '/etc/passwd'],
      ['with a NUL', 'a\0b'],
      ['empty', ''],
      ['with an empty segment', 'a//b'],
      ['ending in a slash', 'a/'],
      ['hidden', 'a/.b'],
      ['with a backslash', 'a\\b'],
      ['not ASCII', 'é'],
      ['with the mark of the directory driver', 'a~/bytes'],
      ['endless', 'a/'.repeat(400) + 'a'],
      ['with an endless segment', 'a'.repeat(201)],
    ])('refuses a key that is %s in every call', async (_name, key) => {
      const refusal = { code: 'FIELD_INVALID', field: 'key' }

      await expect(store.put(key, textBody('x'))).rejects.toMatchObject(refusal)
      await expect(store.get(key)).rejects.toMatchObject(refusal)
      await expect(store.head(key)).rejects.toMatchObject(refusal)
      await expect(store.delete(key)).rejects.toMatchObject(refusal)
    })
  })
}

export async function* textBody(...texts: string[]): ObjectBody {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

/** Bytes that are the same at every call and differ from one mebibyte to the next. */
export async function* largeBody(mebibytes: number, seen?: (chunk: Uint8Array) => void): ObjectBody {
  for (let i = 0; i < mebibytes; i += 1) {
    const chunk = Buffer.alloc(MIB, `chunk ${String(i)} `)
    seen?.(chunk)
    yield await Promise.resolve(chunk)
  }
}

async function* breakingBody(mebibytes: number, error: Error): ObjectBody {
  yield* largeBody(mebibytes)
  throw error
}

export async function readText(body: ObjectBody): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

export async function keysUnder(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.sort()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
