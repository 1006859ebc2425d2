import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { buildArchive } from '../../src/adapters/archive/build.ts'
import type { ArchiveSpec } from '../../src/adapters/archive/spec.ts'
import { createDirectoryStore } from '../../src/adapters/objects/directory.ts'
import { openStream, sealStream } from '../../src/crypto/stream.ts'
import type { ObjectStore } from '../../src/ports/objects.ts'
import { dataOf, readArchive, visibleText } from './reading.ts'
import { attachment, CREATED_AT_MS, NOTES, part, spec, system, ZOE } from './specs.ts'

let scratch: string
let store: ObjectStore
let keys = 0

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-archive-'))
  store = createDirectoryStore({ directory: path.join(scratch, 'store'), clock: { nowMs: () => CREATED_AT_MS } })
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

async function build(of: ArchiveSpec) {
  keys += 1
  const key = `archives/${String(keys)}`
  const built = await buildArchive(of, { store, key, seal: new PassThrough() })
  return { built, key, archive: await readArchive(store, key, scratch) }
}

/** In a process of its own: a running one keeps its time zone. */
async function buildInTimeZone(timeZone: string): Promise<string> {
  const [builder, specs] = ['src/adapters/archive/build.ts', 'test/archive/specs.ts'].map((file) =>
    JSON.stringify(path.resolve(file)),
  )
  const script = `const { buildArchive } = await import(${builder!})
    const { spec, system, part, ZOE } = await import(${specs!})
    const { PassThrough } = await import('node:stream')
    const store = { put: async (key, body) => { for await (const chunk of body); } }
    console.log((await buildArchive(spec([system([part([ZOE])])]), { store, key: 'a', seal: new PassThrough() })).sha256)`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, TZ: timeZone } })
  return stdout.trim()
}

describe('an archive', () => {
  it('holds every record unchanged, and every file is listed with its digest', async () => {
    const files = [attachment('Offerte Zoë.pdf', 'offer'), attachment('plan.DWG', 'drawing')]
    const { archive, built } = await build(
      spec([system([part([ZOE], { attachments: files }), part(NOTES, { part: 'notes' })])]),
    )

    expect(archive.json('data/hubspot-main/contact.json')).toEqual([ZOE])
    expect(archive.json('data/hubspot-main/notes.json')).toEqual(NOTES)
    expect(archive.text('data/hubspot-main/files/000001.pdf')).toBe('offer')
    expect(archive.text('data/hubspot-main/files/000002.dwg')).toBe('drawing')

    const listed = archive
      .text('manifest-sha256.txt')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  '))
    expect(new Map(listed.map(([sha256, name]) => [name, sha256]))).toEqual(
      new Map([...archive.sha256].filter(([name]) => name !== 'manifest-sha256.txt')),
    )
    expect(built).toMatchObject({ records: 3, files: archive.paths.length })
  })

  it('describes every data file with its origin, kind, length and digest', async () => {
    const { archive } = await build(spec([system([part([ZOE], { attachments: [attachment('a.pdf', 'offer')] })])]))

    expect(archive.json('datapackage.json')).toMatchObject({
      created: '2026-11-24T09:30:00.000Z',
      systems: [{ account: 'hubspot-main', state: 'found', searched_by: ['email', 'phone'] }],
      resources: [
        {
          path: 'data/hubspot-main/contact.json',
          mediatype: 'application/json',
          records: 1,
          origin: 'provided',
          hash: `sha256:${archive.sha256.get('data/hubspot-main/contact.json')!}`,
        },
        {
          path: 'data/hubspot-main/files/000001.pdf',
          title: 'a.pdf',
          bytes: 5,
          hash: `sha256:${archive.sha256.get('data/hubspot-main/files/000001.pdf')!}`,
        },
      ],
    })
  })

  it('shows every datum and every file on the index page', async () => {
    const files = [attachment('Offerte <Zoë> & co.pdf', 'offer')]
    const { archive } = await build(
      spec([system([part([ZOE], { attachments: files }), part(NOTES, { part: 'notes', title: 'Notes' })])]),
    )
    const seen = visibleText(archive.text('index.html'))

    for (const datum of [...dataOf(ZOE), ...dataOf(NOTES)]) expect(seen).toContain(datum)
    expect(seen).toContain('Offerte <Zoë> & co.pdf')
    for (const name of archive.paths.filter((each) => each !== 'index.html')) expect(seen).toContain(name)
  })

  it('shows every record of a large part on pages that the index links', async () => {
    const records = Array.from({ length: 2345 }, (_, i) => ({ event: `opened-${String(i)}`, at: 1_700_000_000 + i }))
    const { archive } = await build(spec([system([part(records, { part: 'events' })])]))
    const pages = archive.paths.filter((name) => name.endsWith('.html') && name !== 'index.html')
    const seen = new Set(pages.flatMap((name) => visibleText(archive.text(name)).split('\n')))

    expect(pages).toEqual(['0001', '0002', '0003'].map((number) => `data/hubspot-main/events-${number}.html`))
    expect(records.filter(({ event }) => !seen.has(event))).toEqual([])
    for (const name of pages) expect(archive.text('index.html')).toContain(`href="${name}"`)
    expect(archive.json('data/hubspot-main/events.json')).toEqual(records)
  })

  it('lets no vendor text become markup, script, or a connection', async () => {
    const hostile = '</td><script>alert(1)</script><img src=x onerror=alert(1)>"\'><a href="javascript:alert(1)">'
    const name = '"><svg onload=alert(1)>.pdf'
    const { archive } = await build(
      spec(
        [
          system(
            [
              part([{ [hostile]: hostile, control: 'a\0b\u001bc' }], {
                title: hostile,
                attachments: [attachment(name, 'x')],
              }),
            ],
            { title: hostile },
          ),
        ],
        { controllerName: hostile },
      ),
    )
    const html = archive.text('index.html')

    expect(html).not.toMatch(/<(script|img|svg|iframe|object|link|form)/i)
    expect(html.match(/href="[^"]*"/g)?.filter((href) => href.includes(':'))).toEqual([])
    expect(html).toContain("default-src 'none'")
    expect(html).not.toContain('\0')
    expect(visibleText(html)).toContain(hostile)
    expect(visibleText(html)).toContain('a␀b␛c')
  })

  it.each([
    ['climbing', '../../etc/passwd'],
    ['absolute', '/etc/passwd'],
    ['of another system', 'C:\\Windows\\system32\\x.dll'],
    ['with a NUL', 'a\0.pdf'],
    ['very long', `${'x'.repeat(5000)}.pdf`],
    ['without an end', '...'],
    ['empty', ''],
  ])('gives a file that the vendor named %s a safe path', async (_kind, name) => {
    const { archive } = await build(
      spec([system([part([], { part: name, attachments: [attachment(name, 'content')] })], { accountId: name })], {
        requestId: name,
      }),
    )

    const paths = archive.entries.map((entry) => entry.fileName)
    for (const each of paths) expect(each).toMatch(/^dsr-[a-z0-9-]+(\/[a-z0-9._-]+)+$|^dsr-[a-z0-9-]+\/README\.txt$/)
    expect(Math.max(...paths.map((each) => each.length))).toBeLessThanOrEqual(100)
    expect(archive.paths.filter((each) => each.includes('/files/'))).toHaveLength(1)
  })

  it('keeps the names of people and files out of the paths', async () => {
    const { archive } = await build(
      spec([system([part([ZOE], { attachments: [attachment('CV Zoë Gross 1988.pdf', 'x')] })])]),
    )

    expect(archive.paths.join()).not.toMatch(/zo|gross|1988|cv/i)
    expect(archive.paths).toContain('data/hubspot-main/files/000001.pdf')
  })

  it('keeps apart systems and parts whose names become alike', async () => {
    const one = system([part([{ n: 1 }], { part: 'A b' }), part([{ n: 2 }], { part: 'a-b' })], {
      accountId: 'hub spot',
    })
    const two = system([part([{ n: 3 }], { part: 'a'.repeat(60) }), part([{ n: 4 }], { part: `${'a'.repeat(60)}b` })], {
      accountId: 'hub-spot',
    })
    const { archive } = await build(spec([one, two]))

    const data = archive.paths.filter((name) => name.startsWith('data/'))
    expect(new Set(data).size).toBe(4)
    expect(data.map((name) => archive.json(name))).toEqual(
      expect.arrayContaining([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }], [{ n: 4 }]]),
    )
  })

  it.each([
    ['nl', 'Niet gevonden onder deze kenmerken, op deze plaatsen, op dit moment.', 'De map data'],
    ['fr', 'Non trouvé sous ces identifiants, à ces endroits, à ce moment.', 'Le dossier data'],
    ['en', 'Not found under these identifiers, in these places, at this time.', 'The folder data'],
  ] as const)('says in %s where nothing was found and what could not be read', async (language, nothing, readme) => {
    const systems = [
      system([], { accountId: 'brevo', title: 'Brevo' }),
      system([], { accountId: 'jira', title: 'Jira', state: 'failed' }),
    ]
    const { archive } = await build(spec(systems, { language }))
    const html = archive.text('index.html')

    expect(html).toContain(`<html lang="${language}">`)
    expect(visibleText(html)).toContain(nothing)
    expect(html).toContain('class="state failed"')
    expect(archive.text('README.txt')).toContain(readme)
  })

  it('is complete for a person of whom nothing is known', async () => {
    const { archive, built } = await build(spec([]))

    expect(archive.paths).toEqual(['datapackage.json', 'index.html', 'README.txt', 'manifest-sha256.txt'])
    expect(archive.json('datapackage.json')).toMatchObject({ systems: [], resources: [] })
    expect(built.records).toBe(0)
  })

  it('holds for portability only what the person provided or what was observed', async () => {
    const opened: string[] = []
    const secret = {
      name: 'score.pdf',
      mediaType: 'application/pdf',
      open: () => Promise.resolve(Readable.from([Buffer.from(String(opened.push('score')))])),
    }
    const parts = [
      part([{ email: 'zoe@example.com' }], { part: 'contact' }),
      part([{ page: '/roofs' }], { part: 'visits', origin: 'observed' }),
      part([{ score: 'hot lead' }], { part: 'score', origin: 'inferred', attachments: [secret] }),
      part([{ total: 'calculated' }], { part: 'totals', origin: 'derived' }),
      part([{ by: 'a colleague' }], { part: 'remarks', origin: 'third_party' }),
    ]
    const { archive } = await build(spec([system(parts)], { profile: 'portability' }))

    expect(archive.paths.filter((name) => name.startsWith('data/'))).toEqual([
      'data/hubspot-main/contact.json',
      'data/hubspot-main/visits.json',
    ])
    expect(archive.text('index.html')).not.toMatch(/hot lead|calculated|a colleague/)
    expect(archive.text('datapackage.json')).not.toMatch(/score|totals|remarks/)
    expect(opened).toEqual([])
  })

  it('has the same bytes for the same facts, in whatever order', async () => {
    const systems = [
      system([part([ZOE]), part(NOTES, { part: 'notes' })]),
      system([part([{ a: 1 }])], { accountId: 'brevo', title: 'Brevo' }),
    ]
    const turned = systems.toReversed().map((each) => ({ ...each, parts: each.parts.toReversed() }))

    expect((await build(spec(turned))).built.sha256).toBe((await build(spec(systems))).built.sha256)
  })

  it('has the same bytes in every time zone of the machine', async () => {
    const digests = await Promise.all(['UTC', 'Pacific/Kiritimati', 'America/St_Johns'].map(buildInTimeZone))

    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(digests).size).toBe(1)
  })

  it('is sealed on its way and opens to the plain archive whose digest is told', async () => {
    const key = randomBytes(32)
    const plain = await build(spec([system([part([ZOE])])]))
    const built = await buildArchive(spec([system([part([ZOE])])]), {
      store,
      key: 'archives/sealed',
      seal: sealStream(key, 'archives/sealed'),
    })

    const { body } = await store.get('archives/sealed')
    const opened: Buffer[] = []
    for await (const chunk of Readable.from(body).pipe(openStream(key, 'archives/sealed'))) opened.push(chunk as Buffer)

    expect(built.sha256).toBe(plain.built.sha256)
    expect(built.zipBytes).toBe(Buffer.concat(opened).byteLength)
    expect(built.object.sha256).not.toBe(built.sha256)
  })
})
