import { afterEach, describe, expect, it } from '@jest/globals'
import { requestId } from '../../src/domain/ids.ts'
import { forget } from '../../src/flow/watch/forget.ts'
import { DAY } from '../kit/sim/clock.ts'
import { createBody, TestServer, type Answer } from './kit.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let server: TestServer
afterEach(async () => server.close())

async function sealedAccess(): Promise<string> {
  server = await TestServer.start()
  const { body } = await server.post('/v1/requests', createBody({ right: 'access' }))
  await server.rig.settle()
  const seal = server.rig.store.rows('seal').find((row) => row.requestId === body.subject_request_id)!
  await server.ports.store.transact((tx) => tx.seal.update(seal.id, { archiveBytes: server.archive.byteLength }))
  return body.subject_request_id
}

interface Link {
  readonly path: string
  readonly code: string
}

async function makeLink(id: string): Promise<Link> {
  const { status, body } = await server.post(`/v1/requests/${id}/archive`, {}, { key: server.keys.portal })
  expect(status).toBe(201)
  return { path: new URL(body.url).pathname, code: body.code }
}

async function enter(path: string, code: string): Promise<Answer> {
  return server.call('POST', path, { key: '', raw: `code=${code}`, headers: FORM })
}

function cookieOf(answer: Answer): string {
  return /^[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? ''
}

async function fetchZip(path: string, cookie: string, headers: Record<string, string> = {}): Promise<Answer> {
  return server.call('GET', `${path}/zip`, { key: '', headers: { cookie, ...headers } })
}

function wrong(code: string): string {
  return code === '00000000' ? '00000001' : '00000000'
}

describe('a link to an archive', () => {
  it('hands the archive to who has link and code', async () => {
    const id = await sealedAccess()
    const { path, code } = await makeLink(id)
    const opened = await enter(path, `${code.slice(0, 4)} ${code.slice(4)}`)
    expect(opened).toMatchObject({ status: 303 })
    expect(opened.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    const zip = await fetchZip(path, cookieOf(opened))
    expect(zip.status).toBe(200)
    expect(zip.text).toBe(server.archive.toString())
    const { body } = await server.get(`/v1/requests/${id}`)
    expect(body.timeline.slice(-2)).toMatchObject([
      { kind: 'archive.link_made', by: { role: 'portal' } },
      { kind: 'archive.link_used', by: { role: 'person' } },
    ])
  })

  it('changes nothing when its address is opened, as mail scanners do', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    const before = server.rig.store.rows('archiveLink')
    for (let times = 0; times < 3; times += 1) expect((await server.get(path, { key: '' })).status).toBe(200)
    expect((await server.get(`${path}/zip`, { key: '' })).status).toBe(401)
    expect(server.rig.store.rows('archiveLink')).toEqual(before)
    expect((await enter(path, code)).status).toBe(303)
  })

  it('opens once', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    const first = await enter(path, code)
    expect((await enter(path, code)).status).toBe(401)
    expect((await fetchZip(path, cookieOf(first))).status).toBe(200)
  })

  it('opens once for two who come at the same moment', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    const answers = await Promise.all([enter(path, code), enter(path, code)])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401])
  })

  it('stays open for fifteen minutes, also for a download that broke off', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    const cookie = cookieOf(await enter(path, code))
    const whole = await fetchZip(path, cookie)
    const range = { range: 'bytes=4-', 'if-range': whole.headers.get('etag')! }
    const rest = await fetchZip(path, cookie, range)
    expect(rest).toMatchObject({ status: 206, text: whole.text.slice(4) })
    expect(rest.headers.get('content-range')).toBe(`bytes 4-${whole.text.length - 1}/${whole.text.length}`)
    server.rig.clock.advance(15 * 60_000 + 1)
    expect((await fetchZip(path, cookie)).status).toBe(401)
  })

  it('opens nothing after five wrong codes, not even with the right one', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    for (let tries = 0; tries < 5; tries += 1) expect((await enter(path, wrong(code))).status).toBe(401)
    expect((await enter(path, code)).status).toBe(401)
  })

  it('ends when another is made, and when its time is over', async () => {
    const id = await sealedAccess()
    const first = await makeLink(id)
    const second = await makeLink(id)
    expect((await enter(first.path, first.code)).status).toBe(401)
    server.rig.clock.advance(15 * DAY)
    expect((await enter(second.path, second.code)).status).toBe(401)
  })

  it('ends a session of another link', async () => {
    const id = await sealedAccess()
    const first = await makeLink(id)
    const cookie = cookieOf(await enter(first.path, first.code))
    const second = await makeLink(id)
    expect((await fetchZip(first.path, cookie)).status).toBe(401)
    expect((await fetchZip(second.path, cookie)).status).toBe(401)
  })

  it('answers alike whether it was guessed, refused, used, revoked or has expired', async () => {
    const id = await sealedAccess()
    const revoked = await makeLink(id)
    const used = await makeLink(id)
    await enter(used.path, used.code)
    const blocked = await makeLink(id)
    const guessed = { path: `/archive/${'x'.repeat(43)}`, code: '12345678' }
    const seen = async ({ path, code }: Link) => {
      const [form, answer] = [await server.get(path, { key: '' }), await enter(path, code)]
      return [form.status, form.text, answer.status, answer.text].join('\n').replaceAll(path, '')
    }
    const expected = await seen(guessed)
    expect(await seen({ ...blocked, code: wrong(blocked.code) })).toBe(expected)
    expect(await seen(revoked)).toBe(expected)
    expect(await seen(used)).toBe(expected)
    const late = await makeLink(id)
    server.rig.clock.advance(31 * DAY)
    expect(await seen(late)).toBe(expected)
  })

  it('holds nothing from which link or code could be made', async () => {
    const { path, code } = await makeLink(await sealedAccess())
    const rows = JSON.stringify([server.rig.store.rows('archiveLink'), server.rig.store.rows('journal')])
    expect(rows).not.toContain(path.split('/').at(-1))
    expect(rows).not.toContain(code)
    expect(server.logged.join('\n')).not.toContain(path.split('/').at(-1))
  })

  it('is for the portal and the admin to make', async () => {
    const id = await sealedAccess()
    for (const role of ['ops', 'approver', 'auditor'] as const) {
      const answer = await server.post(`/v1/requests/${id}/archive`, {}, { key: server.keys[role] })
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
    }
  })

  it('goes with the request’s personal data', async () => {
    const id = await sealedAccess()
    await makeLink(id)
    expect(server.rig.store.rows('archiveLink')).toHaveLength(1)
    await server.rig.after(40 * DAY)
    server.rig.clock.advance(400 * DAY)
    await forget(server.ports)
    expect(server.rig.request(requestId(id)).masterKeyId).toBe('destroyed')
    expect(server.rig.store.rows('archiveLink')).toEqual([])
  })
})

describe('a range of an archive', () => {
  it.each([
    ['bytes=0-3', 206],
    ['bytes=-4', 206],
    ['bytes=2-100000000', 206],
    ['bytes=100000000-', 416],
    ['bytes=-0', 416],
    ['bytes=3-1', 200],
    ['bytes=0-1,4-5', 200],
    ['items=0-1', 200],
  ])('%s is answered by %d', async (range, status) => {
    const id = await sealedAccess()
    expect((await server.get(`/v1/requests/${id}/archive`, { headers: { range } })).status).toBe(status)
  })

  it('of another archive than before is sent as a whole', async () => {
    const id = await sealedAccess()
    const headers = { range: 'bytes=0-3', 'if-range': '"other"' }
    expect((await server.get(`/v1/requests/${id}/archive`, { headers })).status).toBe(200)
  })
})
