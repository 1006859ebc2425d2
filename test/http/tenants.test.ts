import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OTHER, TestServer } from './kit.ts'

/** Bodies with which each order would get as far as the request itself. */
const BODIES: Readonly<Record<string, unknown>> = {
  'verify-identity': { method: 'account_login' },
  decide: { decisions: [{ record_id: '11111111-1111-4111-8111-111111111111', decision: 'subject' }] },
  approve: { plan_hash: 'a'.repeat(64) },
  refuse: { reason: 'not the person' },
  redact: {
    redactions: [{ leg_id: '11111111-1111-4111-8111-111111111111', kind: 'record', part: 'notes', position: 0 }],
  },
  restore: { redaction_ids: ['11111111-1111-4111-8111-111111111111'] },
}
/** Queries without which a route does not get that far. */
const QUERIES: Readonly<Record<string, string>> = {
  file: '?leg_id=11111111-1111-4111-8111-111111111111&part=notes&position=0',
}
const UNKNOWN = '99999999-9999-4999-8999-999999999999'

interface Route {
  readonly method: string
  readonly path: string
}

let server: TestServer
let routes: readonly Route[]

beforeAll(async () => {
  server = await TestServer.start()
  const { body } = await server.get('/openapi.json')
  routes = Object.entries(body.paths)
    .filter(([path]) => path.includes('{id}'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })))
})
afterAll(async () => server.close())

describe('a request of another controller', () => {
  it('answers on every route exactly like one that does not exist', async () => {
    const foreign = await server.foreignRequest()
    expect(routes.length).toBeGreaterThanOrEqual(12)
    for (const { method, path } of routes) {
      const body = BODIES[path.split('/').at(-1) ?? ''] ?? (method === 'POST' ? {} : undefined)
      const query = QUERIES[path.split('/').at(-1) ?? ''] ?? ''
      const theirs = await server.call(method, path.replace('{id}', foreign) + query, { body })
      const nobodys = await server.call(method, path.replace('{id}', UNKNOWN) + query, { body })
      expect({ path, status: theirs.status, code: theirs.body.code }).toEqual({ path, status: 404, code: 'NOT_FOUND' })
      expect(theirs.text).toBe(nobodys.text)
      expect(namesOf(theirs.headers)).toEqual(namesOf(nobodys.headers))
    }
    expect(server.rig.request(foreign).state).toBe('discovering')
  })

  it('is found on every route by its own controller’s key', async () => {
    const foreign = await server.foreignRequest()
    const key = await server.keyFor('admin', OTHER)
    const answer = await server.get(`/v1/requests/${foreign}`, { key })
    expect(answer.body).toMatchObject({ subject_request_id: foreign, controller_id: 'northwind' })
  })

  it('is in no list but its own', async () => {
    const foreign = await server.foreignRequest()
    const mine = await server.get('/v1/requests?limit=200')
    expect(mine.text).not.toContain(foreign)
    const theirs = await server.get('/v1/requests?limit=200', { key: await server.keyFor('portal', OTHER) })
    expect(theirs.text).toContain(foreign)
    const named = await server.get('/v1/requests?controller_id=northwind')
    const unknown = await server.get('/v1/requests?controller_id=nobody')
    expect(named.status).toBe(404)
    expect(named.text).toBe(unknown.text)
  })

  it('shows up nowhere among the accounts', async () => {
    const mine = await server.get('/v1/connectors')
    expect(mine.text).not.toContain('northwind')
    expect(mine.body.accounts).toHaveLength(1)
  })

  it('is not counted for a key that sees one controller', async () => {
    expect((await server.get('/metrics')).body).toMatchObject({ code: 'FORBIDDEN' })
    const all = await server.get('/metrics', { key: await server.keyFor('ops', null) })
    expect(all.status).toBe(200)
  })
})

function namesOf(headers: Headers): readonly string[] {
  return [...headers.keys()].sort()
}
