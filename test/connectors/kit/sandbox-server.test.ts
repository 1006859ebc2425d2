import { afterEach, describe, expect, it } from '@jest/globals'
import { fetchOn } from '../../../src/connector/index.ts'
import { inventPerson, seededRandom } from '../../../src/connector/testing.ts'
import { closeAll, openServer, openTransport, realClock } from './transport-lab.ts'

afterEach(closeAll)

describe('a sandbox server', () => {
  it('answers 404 to what no route knows, and logs every call', async () => {
    const server = await openServer()
    expect((await fetch(`${server.baseUrl}/nowhere?a=1`)).status).toBe(404)
    expect(server.calls()).toMatchObject([
      { method: 'GET', path: '/nowhere', query: '?a=1', status: 404, isChange: false },
    ])
  })

  it('decodes path parameters and keeps encoded slashes in one', async () => {
    const server = await openServer([
      {
        method: 'GET',
        path: '/people/:email/files/:rest*',
        handle: ({ params }) => ({ status: 200, json: { ...params } }),
      },
    ])
    const reply = await fetch(`${server.baseUrl}/people/a%2Fb%40example.com/files/x/y.txt`)
    expect(await reply.json()).toEqual({ email: 'a/b@example.com', rest: 'x/y.txt' })
  })

  it('lies: says that it did it, and undoes it', async () => {
    const server = await openServer()
    server.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'lie' } })
    const make = () => fetch(`${server.baseUrl}/things`, { method: 'POST' })
    expect([(await make()).status, server.done()]).toEqual([201, 0])
    expect([(await make()).status, server.done()]).toEqual([201, 1])
  })

  it('loses the answer before or after the effect', async () => {
    const server = await openServer()
    const make = () => fetch(`${server.baseUrl}/things`, { method: 'POST' })
    server.arm({ times: 1, what: { kind: 'reset_before' } })
    await expect(make()).rejects.toThrow()
    expect(server.done()).toBe(0)
    server.arm({ times: 1, what: { kind: 'reset_after' } })
    await expect(make()).rejects.toThrow()
    expect(server.done()).toBe(1)
    server.arm({ times: 1, what: { kind: 'status_after', status: 502 } })
    expect([(await make()).status, server.done()]).toEqual([502, 2])
    server.arm({ times: 1, what: { kind: 'status', status: 500 } })
    expect([(await make()).status, server.done()]).toEqual([500, 2])
  })

  it('hits only the calls that a fault matches, so many times', async () => {
    const server = await openServer()
    server.arm({ match: { method: 'GET', path: /hel+o/g }, times: 2, what: { kind: 'garbage', body: 'what?' } })
    const texts: string[] = []
    for (const path of ['/hello', '/nowhere', '/hello', '/hello'])
      texts.push(await (await fetch(server.baseUrl + path)).text())
    expect(texts).toEqual(['what?', '{}', 'what?', '{"hello":"world"}'])
  })

  it('refuses by its limits as the vendor does, and lets go when the window has moved', async () => {
    let nowMs = 1_000
    const server = await openServer([], {
      clock: { nowMs: () => nowMs },
      limits: [
        {
          bucket: 'second',
          limit: 2,
          windowMs: 1_000,
          weigh: ({ path }) => (path === '/hello' ? 1 : 0),
          refuse: ({ resetAtMs }) => ({ status: 429, headers: { 'x-reset': String(resetAtMs) } }),
          headers: ({ remaining }) => ({ 'x-remaining': String(remaining) }),
        },
      ],
    })
    const ask = () => fetch(`${server.baseUrl}/hello`)
    expect([(await ask()).headers.get('x-remaining'), (await ask()).headers.get('x-remaining')]).toEqual(['1', '0'])
    const refused = await ask()
    expect([refused.status, refused.headers.get('x-reset')]).toEqual([429, '2000'])
    nowMs = 2_000
    expect((await ask()).status).toBe(200)
  })

  it('asks for credentials before anything else, but not on open routes', async () => {
    const server = await openServer(
      [{ method: 'GET', path: '/signed', isOpen: true, handle: () => ({ status: 200, body: 'file' }) }],
      { authorise: ({ headers }, isRevoked) => (headers.key === 'k' && !isRevoked ? undefined : { status: 401 }) },
    )
    const status = async (path: string, key: string) =>
      (await fetch(server.baseUrl + path, { headers: { key } })).status
    expect([await status('/hello', 'k'), await status('/hello', 'x'), await status('/nowhere', 'x')]).toEqual([
      200, 401, 401,
    ])
    server.revoke(true)
    expect([await status('/hello', 'k'), await status('/signed', 'x')]).toEqual([401, 200])
  })
})

describe('fetchOn', () => {
  it('carries an SDK’s fetch over the transport, counted and guarded', async () => {
    const server = await openServer([
      {
        method: 'POST',
        path: '/echo',
        handle: (request) => ({ status: 200, json: { got: request.json() ?? null, key: request.headers.key ?? '' } }),
      },
      { method: 'DELETE', path: '/thing', handle: () => ({ status: 204 }) },
    ])
    const counted: string[] = []
    const doFetch = fetchOn(openTransport(server.baseUrl, { clock: realClock }), {
      classify: ({ method, path }) => {
        counted.push(`${method} ${path}`)
        return { buckets: { second: 1 }, effect: method !== 'GET' }
      },
    })
    const reply = await doFetch(`${server.baseUrl}/echo?x=1`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { key: 'k' },
    })
    expect(await reply.json()).toEqual({ got: { a: 1 }, key: 'k' })
    expect((await doFetch(`${server.baseUrl}/thing`, { method: 'DELETE' })).status).toBe(204)
    expect(counted).toEqual(['POST /echo?x=1', 'DELETE /thing'])
    await expect(doFetch('https://elsewhere.example.com/')).rejects.toMatchObject({ code: 'VENDOR_ADDRESS_REFUSED' })
    server.arm({ times: 1, what: { kind: 'status', status: 401 } })
    await expect(doFetch(`${server.baseUrl}/hello`)).rejects.toMatchObject({ code: 'VENDOR_CREDENTIALS_REJECTED' })
  })
})

describe('invented people', () => {
  it('share no identifier, with others or within themselves, and come out the same for a seed', () => {
    const people = Array.from({ length: 300 }, (_, seed) => inventPerson(seed))
    const values = people.flatMap(({ key, email, secondEmail, phone, externalId }) => [
      key,
      email,
      secondEmail,
      phone,
      externalId,
    ])
    expect(new Set(values).size).toBe(values.length)
    expect(inventPerson(7)).toEqual(inventPerson(7))
    for (const { email, secondEmail, phone } of people) {
      expect([email, secondEmail].join(' ')).toMatch(/^\S+@example\.com \S+@example\.org$/)
      expect(phone).toMatch(/^\+32\d{9}$/)
    }
  })

  it('may bear the name of another', () => {
    const person = inventPerson(1)
    const namesake = inventPerson(2, { namesake: person })
    expect([namesake.firstName, namesake.lastName]).toEqual([person.firstName, person.lastName])
    expect(namesake.email).not.toBe(person.email)
  })

  it('come from numbers that a seed repeats', () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)]
    const rows = [one, same, other].map((random) => Array.from({ length: 5 }, random))
    expect(rows[0]).toEqual(rows[1])
    expect(rows[0]).not.toEqual(rows[2])
  })
})
