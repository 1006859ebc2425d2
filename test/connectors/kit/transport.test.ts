import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from '@jest/globals'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { BUCKETS, closeAll, get, openServer, openTransport, post, realClock } from './transport-lab.ts'

afterEach(closeAll)

describe('an answer', () => {
  it('comes back whatever its status, with lower-case headers', async () => {
    const server = await openServer([
      { method: 'GET', path: '/teapot', handle: () => ({ status: 418, headers: { 'X-Brew': 'tea' }, body: 'short' }) },
    ])
    const reply = await openTransport(server.baseUrl).send(get('/teapot'))
    expect([reply.status, reply.headers['x-brew'], reply.body.toString()]).toEqual([418, 'tea', 'short'])
  })

  it('comes unpacked when it was packed', async () => {
    const server = await openServer([], { gzip: true })
    const reply = await openTransport(server.baseUrl).send(get('/hello'))
    expect(reply.body.toString()).toBe('{"hello":"world"}')
    expect(reply.headers).not.toHaveProperty('content-encoding')
  })

  it('is a redirect when the vendor redirects: nothing follows it', async () => {
    const elsewhere = await openServer()
    const server = await openServer([
      {
        method: 'GET',
        path: '/moved',
        handle: () => ({ status: 302, headers: { location: `${elsewhere.baseUrl}/hello` } }),
      },
    ])
    const reply = await openTransport(server.baseUrl).send(get('/moved'))
    expect(reply.status).toBe(302)
    expect(elsewhere.calls()).toEqual([])
  })

  it('keeps the path below the base URL', async () => {
    const server = await openServer([
      { method: 'GET', path: '/api/v2/me', handle: () => ({ status: 200, body: 'me' }) },
    ])
    const transport = openTransport(`${server.baseUrl}/api/v2`)
    expect((await transport.send(get('/me'))).status).toBe(200)
    expect((await transport.send(get(`${server.baseUrl}/api/v2/me`))).status).toBe(200)
  })

  it('streams as long as it may, and no longer', async () => {
    const server = await openServer([
      { method: 'GET', path: '/file', handle: () => ({ status: 200, body: 'x'.repeat(100_000) }) },
    ])
    const transport = openTransport(server.baseUrl)
    const { body } = await transport.stream({ ...get('/file'), maxBytes: 100_000 })
    expect(await text(body)).toHaveLength(100_000)
    const short = await transport.stream({ ...get('/file'), maxBytes: 99_999 })
    await expect(text(short.body)).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
  })

  it('is refused when it is too large, also only after unpacking', async () => {
    const packed = gzipSync('x'.repeat(1_000_000))
    const server = await openServer([
      {
        method: 'GET',
        path: '/bomb',
        handle: () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: packed }),
      },
      { method: 'GET', path: '/long', handle: () => ({ status: 200, body: 'x'.repeat(20_001) }) },
    ])
    const transport = openTransport(server.baseUrl)
    for (const path of ['/bomb', '/long']) {
      await expect(transport.send({ ...get(path), maxBytes: 20_000 })).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    }
  })

  it('is unreadable when it does not unpack', async () => {
    const server = await openServer([
      {
        method: 'GET',
        path: '/torn',
        handle: () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'no gzip' }),
      },
    ])
    await expect(openTransport(server.baseUrl).send(get('/torn'))).rejects.toMatchObject({
      code: 'VENDOR_ANSWER_UNREADABLE',
    })
  })

  it('is never written into an error, nor are headers, paths and addresses', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl)
    const path = '/things?email=jane.doe%40example.com'
    const headers = { authorization: 'Bearer very-secret-token' }
    for (const what of [
      { kind: 'status', status: 401, body: 'jane.doe@example.com' },
      { kind: 'status', status: 429, body: 'jane.doe@example.com' },
      { kind: 'status', status: 500, body: 'jane.doe@example.com' },
      { kind: 'reset_before' },
    ] as const) {
      server.arm({ times: 1, what })
      const error: unknown = await transport.send({ ...post(path), headers }).catch((caught: unknown) => caught)
      const shown = inspect(error, { depth: 10, showHidden: true })
      expect(error).toBeInstanceOf(Error)
      for (const word of ['jane', 'very-secret', '127.0.0.1', 'things']) expect(shown).not.toContain(word)
    }
  })
})

describe('a failure', () => {
  it.each([
    [{ kind: 'reset_before' }, 'VENDOR_UNAVAILABLE', true],
    [{ kind: 'reset_after' }, 'VENDOR_UNAVAILABLE', true],
    [{ kind: 'status', status: 503 }, 'VENDOR_UNAVAILABLE', true],
    [{ kind: 'status_after', status: 502 }, 'VENDOR_UNAVAILABLE', true],
    [{ kind: 'status', status: 401 }, 'VENDOR_CREDENTIALS_REJECTED', false],
    [{ kind: 'status', status: 429 }, 'RATE_LIMITED', false],
    [{ kind: 'slow', delayMs: 5_000 }, 'VENDOR_TIMEOUT', true],
  ] as const)('%j of an effect is %s; it may have arrived: %s', async (what, code, mayHaveArrived) => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl, { fetchTimeoutMs: 200 })
    server.arm({ times: 1, what })
    await expect(transport.send(post('/things'))).rejects.toMatchObject({ code, mayHaveArrived })
  })

  it('never may have arrived when the call changes nothing', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl)
    for (const what of [{ kind: 'reset_after' }, { kind: 'status', status: 500 }] as const) {
      server.arm({ times: 1, what })
      await expect(transport.send(get('/hello'))).rejects.toMatchObject({ mayHaveArrived: false })
    }
  })

  it('cannot have arrived when nobody listens or the name is unknown', async () => {
    const vacant = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => vacant.once('listening', resolve))
    const { port } = vacant.address() as AddressInfo
    await new Promise((resolve) => vacant.close(resolve))
    for (const baseUrl of [`http://127.0.0.1:${port}`, 'http://no-such-host.invalid']) {
      const sent = openTransport(baseUrl).send(post('/things'))
      await expect(sent).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE', mayHaveArrived: false })
    }
  })

  it('sends a call once, whatever becomes of it', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl)
    await transport.send(post('/things'))
    server.arm({ times: 1, what: { kind: 'reset_after' } })
    await expect(transport.send(post('/things'))).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' })
    expect(server.done()).toBe(2)
  })

  it('ends a stream that falls silent', async () => {
    const half = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => half.once('listening', resolve))
    const { port } = half.address() as AddressInfo
    const transport = openTransport(`http://127.0.0.1:${port}`, { fetchTimeoutMs: 300 })
    const { body } = await transport.stream(get('/file'))
    await expect(text(body)).rejects.toMatchObject({ code: 'VENDOR_TIMEOUT' })
    await transport.close()
    half.close()
  })
})

describe('a run that is stopped', () => {
  it('ends its call at once, which may have arrived', async () => {
    const server = await openServer()
    const stop = new AbortController()
    const transport = openTransport(server.baseUrl, { signal: stop.signal })
    server.arm({ times: 1, what: { kind: 'slow', delayMs: 10_000 } })
    setTimeout(() => stop.abort(), 100)
    await expect(transport.send(post('/things'))).rejects.toMatchObject({
      code: 'VENDOR_TIMEOUT',
      mayHaveArrived: true,
    })
  }, 4_000)

  it('sends nothing any more', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl, { signal: AbortSignal.abort() })
    await expect(transport.send(post('/things'))).rejects.toMatchObject({
      code: 'VENDOR_TIMEOUT',
      mayHaveArrived: false,
    })
    await expect(transport.send({ ...post('/things'), buckets: {} })).rejects.toMatchObject({ mayHaveArrived: false })
    expect(server.calls()).toEqual([])
  })
})

describe('the limiter', () => {
  it('lets a call wait a little, and refuses one that would wait long', async () => {
    const server = await openServer()
    const limiter = memoryLimiter(realClock)
    const transport = openTransport(server.baseUrl, { limiter, maxWaitMs: 2_000 })
    await limiter.hold('acme/account/second', Date.now() + 300)
    await transport.send(get('/hello'))
    await limiter.hold('acme/credential/hour', Date.now() + 60_000)
    const refused = transport.send({ ...get('/hello'), buckets: { second: 1, hour: 1 } })
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED', mayHaveArrived: false })
    expect(server.calls()).toHaveLength(1)
  })

  it.each([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': new Date(Date.now() + 90_000).toUTCString() }, 80_000],
    [{}, 1_000],
  ])('holds every bucket of a call that was answered 429 with %j', async (headers, atLeastMs) => {
    const server = await openServer()
    const limiter = memoryLimiter(realClock)
    const transport = openTransport(server.baseUrl, { limiter, maxWaitMs: 0 })
    server.arm({ times: 1, what: { kind: 'status', status: 429, headers } })
    const both = { ...get('/hello'), buckets: { second: 1, hour: 1 } }
    const error = (await transport.send(both).catch((caught: unknown) => caught)) as { retryAfterMs: number }
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(atLeastMs)
    for (const buckets of [{ second: 1 }, { hour: 1 }]) {
      await expect(transport.send({ ...get('/hello'), buckets })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    }
    expect(server.calls()).toHaveLength(1)
  })

  it('believes the vendor’s own words before the header, and holds the bucket that they name', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl, {
      maxWaitMs: 0,
      interpretHold: ({ status, body }) =>
        status === 429 && body.toString().includes('DAILY') ? { bucket: 'hour', waitMs: 7_200_000 } : undefined,
    })
    server.arm({ times: 1, what: { kind: 'status', status: 429, headers: { 'retry-after': '1' }, body: 'DAILY' } })
    const both = { ...get('/hello'), buckets: { second: 1, hour: 1 } }
    await expect(transport.send(both)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 7_200_000 })
    expect((await transport.send(get('/hello'))).status).toBe(200)
    await expect(transport.send(both)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('holds a bucket that a good answer calls used up', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl, {
      maxWaitMs: 0,
      interpretHold: ({ status }) => (status === 200 ? { bucket: 'second', waitMs: 60_000 } : undefined),
    })
    expect((await transport.send(get('/hello'))).status).toBe(200)
    await expect(transport.send(get('/hello'))).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('refuses a bucket that the manifest does not list', async () => {
    const server = await openServer()
    const transport = openTransport(server.baseUrl)
    await expect(transport.send({ ...get('/hello'), buckets: { toString: 1 } })).rejects.toMatchObject({
      code: 'CONNECTOR_BUG',
    })
    expect(server.calls()).toEqual([])
  })

  it('keeps to 80 % over real time, whatever is asked at once', async () => {
    const server = await openServer()
    const buckets = { ...BUCKETS, second: { ...BUCKETS.second, limit: 10 } }
    const transport = openTransport(server.baseUrl, { buckets, maxWaitMs: 5_000 })
    await Promise.all(Array.from({ length: 20 }, () => transport.send(get('/hello'))))
    const times = server.calls().map(({ atMs }) => atMs)
    const worst = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 950).length))
    // Eight by the limiter; the way to the server may push two groups a little together, never over the published limit.
    expect(worst).toBeLessThanOrEqual(10)
  })
})

describe('an address', () => {
  it('has to be public unless it is listed', async () => {
    const server = await openServer()
    const { port } = new URL(server.baseUrl)
    const hosts = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '[::1]', '2130706433', '0x7f.1', '127.1', '0.0.0.0']
    for (const host of hosts) {
      const transport = openTransport(`http://${host}:${port}`, { allow: [] })
      await expect(transport.send(post('/things'))).rejects.toMatchObject({
        code: 'VENDOR_ADDRESS_REFUSED',
        mayHaveArrived: false,
      })
    }
    expect(server.calls()).toEqual([])
  })

  it('is allowed by network, by address with port, and by name', async () => {
    const server = await openServer()
    const { port } = new URL(server.baseUrl)
    for (const allow of ['127.0.0.0/8', `127.0.0.1:${port}`, '127.0.0.1']) {
      expect((await openTransport(server.baseUrl, { allow: [allow] }).send(get('/hello'))).status).toBe(200)
    }
    const named = openTransport(`http://localhost:${port}`, { allow: [`localhost:${port}`] })
    expect((await named.send(get('/hello'))).status).toBe(200)
    const otherPort = openTransport(server.baseUrl, { allow: [`127.0.0.1:${Number(port) - 1}`] })
    await expect(otherPort.send(get('/hello'))).rejects.toMatchObject({ code: 'VENDOR_ADDRESS_REFUSED' })
  })

  it('stays that of the account, or the one that the call names', async () => {
    const server = await openServer()
    const other = await openServer()
    const transport = openTransport(server.baseUrl, { allow: ['127.0.0.0/8'] })
    const away = get(`${other.baseUrl}/hello`)
    await expect(transport.send(away)).rejects.toMatchObject({ code: 'VENDOR_ADDRESS_REFUSED' })
    for (const path of [
      '//127.0.0.1/hello',
      'file:///etc/hosts',
      `http://me:too@${new URL(server.baseUrl).host}/hello`,
    ]) {
      await expect(transport.send(get(path))).rejects.toMatchObject({ mayHaveArrived: false })
    }
    expect((await transport.send({ ...away, allowOrigin: other.baseUrl })).status).toBe(200)
    expect(server.calls()).toEqual([])
  })
})
