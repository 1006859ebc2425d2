import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { createArchives } from '../../src/adapters/archive/archives.ts'
import { openParcel } from '../../src/adapters/archive/parcel-reading.ts'
import { createParcels } from '../../src/adapters/archive/parcels.ts'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import type { ExportPiece } from '../../src/connector/contract.ts'
import { openStream } from '../../src/crypto/stream.ts'
import { DsrError } from '../../src/domain/errors.ts'
import type { JsonValue } from '../../src/domain/json.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'
import type { ArchiveOrder, ParcelOrder } from '../../src/ports/runtime.ts'
import { readArchive } from './reading.ts'
import { CREATED_AT_MS, ZOE } from './specs.ts'

let scratch: string
let store: ObjectStore
const clock = { nowMs: () => CREATED_AT_MS }
beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-parcels-'))
  store = createDirectoryStore({ directory: path.join(scratch, 'store'), clock })
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const objectKey = (name: string) => createHmac('sha256', 'the key of one request').update(name).digest()
/** The parts of a vault, a leg and an account that archives read; the rest of those rows is not theirs. */
const order = { requestId: 'request-1', legId: 'leg-1', epoch: 3, vault: { objectKey } } as unknown as ParcelOrder

async function* pieces(...given: ExportPiece[]): AsyncGenerator<ExportPiece> {
  for (const piece of given) yield await Promise.resolve(piece)
}

function record(part: string, content: JsonValue): ExportPiece {
  return { kind: 'record', part, ref: 'r', content }
}

function file(part: string, name: string, content: string): ExportPiece {
  return {
    kind: 'attachment',
    part,
    ref: 'f',
    name,
    mediaType: 'text/plain',
    open: () => Promise.resolve(Readable.from(content === '' ? [] : [Buffer.from(content)], { objectMode: false })),
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of source) found.push(each)
  return found
}

async function text(source: Readable): Promise<string> {
  return Buffer.concat(await all(source as AsyncIterable<Buffer>)).toString('utf8')
}

describe('a parcel', () => {
  it('gives back each part’s records and files, however they were mixed, as often as asked', async () => {
    const long = { text: 'é'.repeat(1_500_000) }
    const facts = await createParcels(store).write(
      order,
      pieces(
        record('contact', ZOE),
        file('notes', 'a.txt', 'first'),
        record('notes', { n: 1 }),
        record('contact', long),
        file('notes', 'b.txt', ''),
        record('notes', 'line\nbreak'),
      ),
    )

    const parcel = await openParcel(store, order.vault, facts)
    const files = [...parcel.attachments('notes')]

    expect(facts.counts).toEqual({ contact: { records: 2, attachments: 0 }, notes: { records: 2, attachments: 2 } })
    expect(await all(parcel.records('contact'))).toEqual([ZOE, long])
    expect(await all(parcel.records('notes'))).toEqual([{ n: 1 }, 'line\nbreak'])
    expect(await all(parcel.records('notes'))).toEqual([{ n: 1 }, 'line\nbreak'])
    expect(files.map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    expect(await Promise.all(files.map(async ({ open }) => text(await open())))).toEqual(['first', ''])
    expect(await all(parcel.records('unknown'))).toEqual([])
  })

  it('is readable for nobody without the key, and every attempt has its own object', async () => {
    const parcels = createParcels(store)
    const first = await parcels.write(order, pieces(record('contact', ZOE)))
    const second = await parcels.write(order, pieces(record('contact', ZOE)))

    const stored = Buffer.concat(await all((await store.get(first.objectKey)).body))

    expect(second.objectKey).not.toBe(first.objectKey)
    expect(stored.includes('zoe@example.com')).toBe(false)
  })

  it('is refused when another object stands in its place', async () => {
    const parcels = createParcels(store)
    const mine = await parcels.write(order, pieces(record('contact', ZOE)))
    const other = await parcels.write(order, pieces(record('contact', { id: 'other' })))

    await expect(
      openParcel(store, order.vault, { objectKey: mine.objectKey, sha256: other.sha256 }),
    ).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' })
  })

  it('passes on the vendor’s error and leaves nothing in the store', async () => {
    const broken = new DsrError('VENDOR_TIMEOUT', 'the vendor hung up')
    async function* breaking(): AsyncGenerator<ExportPiece> {
      yield await Promise.resolve(record('contact', ZOE))
      throw broken
    }
    const failing = { ...order, legId: 'leg-broken' } as ParcelOrder

    await expect(createParcels(store).write(failing, breaking())).rejects.toBe(broken)

    expect(await all(store.list('parcels/request-1/leg-broken/'))).toEqual([])
  })

  it('leaves no object after it is deleted', async () => {
    const parcels = createParcels(store)
    const facts = await parcels.write(order, pieces(record('contact', ZOE)))

    await parcels.delete(facts.objectKey)

    expect(await store.head(facts.objectKey)).toBeUndefined()
  })
})

describe('an archive of parcels', () => {
  const depth = [
    { part: 'contact', title: 'Contact', category: 'contact details', origin: 'provided', isRead: true },
    { part: 'score', title: 'Score', category: 'score', origin: 'inferred', isRead: true },
    { part: 'mail', title: 'Mail', category: 'messages', origin: 'provided', isRead: true },
    {
      part: 'logs',
      title: 'Logs',
      category: 'logs',
      origin: 'observed',
      isRead: false,
      why: 'the vendor shows them to nobody',
    },
  ]
  const account = (id: string) => ({
    connector: { manifest: { id, title: id.toUpperCase(), searches: ['email'], depth } },
  })
  const leg = (accountId: string, more = {}) => ({
    accountId,
    searchedAtMs: CREATED_AT_MS,
    parts: [],
    unavailable: [],
    ...more,
  })

  let attempts = 0

  async function build(right: 'access' | 'portability', systems: readonly object[], withheld: readonly object[] = []) {
    const request = { id: 'request-1', right, language: 'en' }
    attempts += 1
    const attempt = `${right}-${String(systems.length)}${attempts > 2 ? `-${String(attempts)}` : ''}`
    const policy = { controllerName: 'Voorbeeld Bouw nv', timeZone: 'Europe/Brussels' }
    const given = {
      ...{ request, policy, vault: order.vault, attempt, withheld },
      systems: systems.map((one) => ({ redactions: [], ...one })),
    } as unknown as ArchiveOrder
    const facts = await createArchives({ objects: store, clock }).build(given)
    const opened = Readable.from((await store.get(facts.objectKey)).body).pipe(
      openStream(objectKey(facts.objectKey), facts.objectKey),
    )
    await store.put(`plain/${attempt}`, opened)
    return { facts, archive: await readArchive(store, `plain/${attempt}`, scratch) }
  }

  it('holds what the parcels hold and tells apart found, nothing, failed and unread', async () => {
    const parcel = await createParcels(store).write(
      order,
      pieces(record('contact', ZOE), record('score', 7), file('contact', 'cv.txt', 'cv'), record('forgotten', 'stray')),
    )
    const { facts, archive } = await build('access', [
      {
        leg: leg('hubspot', { unavailable: [{ part: 'mail', why: 'a scope is missing' }] }),
        account: account('hubspot'),
        parcel,
      },
      { leg: leg('brevo'), account: account('brevo'), parcel: undefined },
      { leg: leg('jira', { searchedAtMs: null }), account: account('jira'), parcel: undefined },
    ])

    expect(archive.json('data/hubspot/contact.json')).toEqual([ZOE])
    expect(archive.json('data/hubspot/forgotten.json')).toEqual(['stray'])
    expect(archive.text('data/hubspot/files/000001.txt')).toBe('cv')
    expect(archive.json('datapackage.json')).toMatchObject({
      systems: [
        { account: 'brevo', state: 'nothing' },
        { account: 'hubspot', state: 'found' },
        { account: 'jira', state: 'failed' },
      ],
    })
    expect(archive.text('index.html')).toContain('a scope is missing')
    expect(archive.text('index.html')).toContain('the vendor shows them to nobody')
    expect(facts.zipBytes).toBe((await readFile(path.join(scratch, 'archive.zip'))).byteLength)
    expect(facts.sha256).toBe((await store.head('plain/access-3'))?.sha256)
  })

  it('holds for portability only what the person provided or what was observed', async () => {
    const parcel = await createParcels(store).write(order, pieces(record('contact', ZOE), record('score', 'hot lead')))
    const { archive } = await build('portability', [{ leg: leg('hubspot'), account: account('hubspot'), parcel }])

    expect(archive.json('data/hubspot/contact.json')).toEqual([ZOE])
    expect(archive.paths.join()).not.toContain('score')
    expect(archive.text('index.html')).not.toContain('hot lead')
  })

  it('leaves out what a reviewer took out: in the data, on the pages and among the files', async () => {
    const written = await createParcels(store).write(
      order,
      pieces(
        record('contact', { name: 'Ada', boss: 'Bea Canary', 'a/b': ['x', 'Bob Canary'] }),
        record('contact', { name: 'Cas Canary' }),
        file('contact', 'canary.txt', 'Dora Canary'),
        file('contact', 'mine.txt', 'mine'),
      ),
    )
    const taken = { part: 'contact', reason: 'third_party', position: 0 } as const
    const redactions = [
      { ...taken, kind: 'field', path: '/boss' },
      { ...taken, kind: 'field', path: '/a~1b/1' },
      { ...taken, kind: 'record', position: 1, path: '' },
      { ...taken, kind: 'attachment', path: '' },
    ]
    const withheld = [{ accountId: 'hubspot', part: 'contact', kind: 'field', reason: 'third_party', count: 2 }]
    const { archive } = await build(
      'access',
      [{ leg: leg('hubspot'), account: account('hubspot'), parcel: written, redactions }],
      withheld,
    )
    const marker = '[redacted: third party, Art. 15(4) GDPR]'
    expect(archive.json('data/hubspot/contact.json')).toEqual([
      { name: 'Ada', boss: marker, 'a/b': ['x', marker] },
      { redacted: marker },
    ])
    expect(archive.json('withheld.json')).toMatchObject([{ account: 'hubspot', kind: 'field', count: 2 }])
    for (const path of archive.paths) expect(archive.text(path)).not.toMatch(/canary/i)
    expect(archive.text('index.html')).toContain('id="withheld"')
    expect(archive.text('data/hubspot/files/000001.txt')).toBe('mine')
  })

  it('never holds credentials, in records or in text files of any length', async () => {
    const key = `ghp_${'aB3'.repeat(12)}`
    const long = `${'words '.repeat(30_000)}${key} ${'more '.repeat(30_000)}`
    const written = await createParcels(store).write(
      order,
      pieces(record('contact', { note: `it is ${key}`, password: 'kaas' }), file('contact', 'log.txt', long)),
    )
    expect(written.counts).toEqual({ contact: { records: 1, attachments: 1, secrets: 3 } })
    const { archive } = await build('access', [{ leg: leg('hubspot'), account: account('hubspot'), parcel: written }])
    for (const path of archive.paths) expect(archive.text(path)).not.toMatch(/aB3aB3|kaas/)
    const text = archive.text('data/hubspot/files/000001.txt')
    expect(text.replace('[redacted: credential or secret]', key)).toBe(long)
  })
})
