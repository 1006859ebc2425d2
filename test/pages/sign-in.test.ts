import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createSignInLink } from '../../src/http/access/sessions.ts'
import { HOUR, MINUTE } from '../kit/sim/clock.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { TestServer, type TestServerOptions } from '../http/kit.ts'
import { Visitor } from './visitor.ts'

let server: TestServer

async function start(options: TestServerOptions = {}): Promise<void> {
  server = await TestServer.start(options)
}
beforeEach(() => start())
afterEach(async () => server.close())

async function link(): Promise<string> {
  const order = { publicUrl: server.url, role: 'ops', controllerId: CONTROLLER } as const
  const { pathname, search } = new URL(await createSignInLink(server.ports.store, order))
  return `${pathname}${search}`
}

describe('a one-time link', () => {
  it('changes nothing when it is opened, however often', async () => {
    const path = await link()
    const before = server.rig.store.rows('apiKey')
    const visitor = new Visitor(server)
    await visitor.get(path)
    const page = await visitor.get(path)
    expect(page.status).toBe(200)
    expect(visitor.cookie).toBeUndefined()
    expect(server.rig.store.rows('apiKey')).toEqual(before)
  })

  it('signs in once, at the press of a button', async () => {
    const path = await link()
    const visitor = new Visitor(server)
    const page = await visitor.get(path)
    const done = await visitor.submit(page, '/ops/sign-in')
    expect([done.status, done.headers.get('location')]).toEqual([303, '/ops'])
    expect((await visitor.get('/ops')).status).toBe(200)
    const second = new Visitor(server)
    expect((await second.submit(page, '/ops/sign-in')).status).toBe(401)
    expect(second.cookie).toBeUndefined()
  })

  it('is too old after a quarter of an hour', async () => {
    const visitor = new Visitor(server)
    const page = await visitor.get(await link())
    server.rig.clock.advance(16 * MINUTE)
    expect((await visitor.submit(page, '/ops/sign-in')).status).toBe(401)
  })

  it('leaves no trace in the log', async () => {
    const path = await link()
    await new Visitor(server).get(path)
    expect(server.logged.join('\n')).toContain('/ops/sign-in')
    expect(server.logged.join('\n')).not.toMatch(/hbs_|token/)
  })
})

describe('a session', () => {
  it('lives in a cookie that no script and no other site can use', async () => {
    const answer = await new Visitor(server).post('/ops/sign-in', { key: server.keys.ops })
    const cookie = answer.headers.getSetCookie()[0] ?? ''
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).toMatch(/Max-Age=28800/)
  })

  it('is bound to https and the host where the server is reached by https', async () => {
    await server.close()
    await start({ publicUrl: 'https://dsr.example.com' })
    const answer = await new Visitor(server).post('/ops/sign-in', { key: server.keys.ops })
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-habeas=.*Secure/)
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age/)
  })

  it('ends after eight hours', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    server.rig.clock.advance(8 * HOUR)
    expect((await visitor.get('/ops')).status).toBe(200)
    server.rig.clock.advance(1)
    const answer = await visitor.get('/ops')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/ops/sign-in'])
  })

  it('ends at once when the person signs out', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    const { cookie } = visitor
    const page = await visitor.get('/ops')
    expect((await visitor.submit(page, '/ops/sign-out')).status).toBe(303)
    const stolen = await fetch(`${server.url}/ops`, { headers: { cookie: cookie ?? '' }, redirect: 'manual' })
    expect(stolen.status).toBe(303)
  })

  it('ends when the key it was started with is revoked', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    const [, id = ''] = server.keys.ops.split('_')
    await server.ports.store.transact((tx) => tx.apiKey.update(id, { revokedAtMs: 1 }))
    expect((await visitor.get('/ops')).status).toBe(303)
  })

  it('is not started by a wrong key, a key of the portal, or a form of another site', async () => {
    const visitor = new Visitor(server)
    expect((await visitor.post('/ops/sign-in', { key: 'wrong' })).status).toBe(401)
    expect((await visitor.post('/ops/sign-in', { key: server.keys.portal })).status).toBe(401)
    const foreign = await visitor.post('/ops/sign-in', { key: server.keys.ops }, { 'sec-fetch-site': 'cross-site' })
    expect(foreign.status).toBe(403)
    expect(visitor.cookie).toBeUndefined()
  })

  it('is not guessed: a source that was wrong too often must wait', async () => {
    await server.close()
    await start({ limits: { failures: 2 } })
    const visitor = new Visitor(server)
    await visitor.post('/ops/sign-in', { key: 'wrong-1' })
    await visitor.post('/ops/sign-in', { key: 'wrong-2' })
    const answer = await visitor.post('/ops/sign-in', { key: server.keys.ops })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).not.toBeNull()
  })
})
