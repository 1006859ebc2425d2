import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createWebhooks } from '../../src/adapters/webhook.ts'
import { openConnections, type Connections } from '../../src/connector/connections.ts'
import { createTransport } from '../../src/connector/http-transport.ts'
import { memoryLimiter } from '../../src/connector/memory-limiter.ts'
import { secretOf } from '../../src/connector/secret.ts'
import { isDsrError } from '../../src/domain/errors.ts'
import type { NotifyEvent } from '../../src/ports/notify.ts'
import { aConfiguration, aController, anAccount, read, SIGNING_SECRET } from '../config/example.ts'
import { Receiver } from '../webhook/receiver.ts'
import { watchAttempts, type Attempts } from './attempts.ts'
import { HOSTILE_PLACES, type HostilePlace } from './places.ts'
import { resolverOf } from './resolver.ts'

const clock = { nowMs: () => Date.UTC(2026, 10, 24) }
const event: NotifyEvent = {
  id: 'b9f4c1c2',
  type: 'eu.habeas.request.state_changed.v1',
  subject: '0b5f3d5e-8f9c-4c3e-9c55-0e3f4f1f2a11',
  atMs: clock.nowMs(),
  data: {},
}
const places = HOSTILE_PLACES.map((place) => [place.why, place] as const)

let attempts: Attempts
let connections: Connections | undefined
beforeEach(() => {
  attempts = watchAttempts()
})
afterEach(async () => {
  attempts.stop()
  await connections?.close()
})

/** What becomes of an account with this `base_url`: refused when the configuration is read, or when it is called. */
async function callOfAccount({ url, answers }: HostilePlace): Promise<string> {
  connections = openConnections({ allow: [], resolve: resolverOf(answers ?? [['127.0.0.1']]) })
  try {
    read(aConfiguration({ controllers: [aController({ accounts: [anAccount({ base_url: url })] })] }))
    await transportTo(url).send({ method: 'GET', path: '/', buckets: {}, effect: false })
    return 'answered'
  } catch (error) {
    if (isDsrError(error)) return error.code
    throw error
  }
}

function transportTo(baseUrl: string) {
  return createTransport({
    baseUrl,
    ...(connections === undefined ? {} : { connections }),
    limiter: memoryLimiter(clock),
    buckets: {},
    limiterScopeKey: 'account',
    clock,
    signal: new AbortController().signal,
  })
}

async function sendTo(url: string): Promise<string> {
  const shared = connections === undefined ? {} : { connections }
  const webhooks = createWebhooks({ allow: [], source: 'https://privacy.example.com', clock, ...shared })
  const outcome = await webhooks.send({ url, secret: secretOf(SIGNING_SECRET), event })
  return outcome.kind
}

it('knows at least 200 hostile addresses, each another', () => {
  const kinds = new Set(HOSTILE_PLACES.map(({ url, answers }) => JSON.stringify([url, answers])))
  expect(kinds.size).toBe(HOSTILE_PLACES.length)
  expect(HOSTILE_PLACES.length * 3).toBeGreaterThanOrEqual(200)
})

describe('a base_url of an account', () => {
  it.each(places)('is refused before any connection: %s', async (_, place) => {
    expect(['CONFIG_INVALID', 'VENDOR_ADDRESS_REFUSED']).toContain(await callOfAccount(place))
    expect(attempts.addresses).toEqual([])
  })
})

describe('a transport, whatever was configured', () => {
  const web = places.filter(([, { url }]) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''))
  const unlisted = web.filter(([, { answers }]) => answers?.[0]?.[0] !== '93.184.215.14')

  it.each(unlisted)('opens no connection: %s', async (_, { url, answers }) => {
    connections = openConnections({ allow: [], resolve: resolverOf(answers ?? [['127.0.0.1']]) })
    const call = { method: 'GET', path: '/', buckets: {}, effect: false } as const
    await expect(transportTo(url).send(call)).rejects.toMatchObject({ code: 'VENDOR_ADDRESS_REFUSED' })
    expect(attempts.addresses).toEqual([])
  })
})

describe('a callback of a request', () => {
  it.each(places)('is refused before any connection: %s', async (_, { url, answers }) => {
    connections = openConnections({ allow: [], resolve: resolverOf(answers ?? [['127.0.0.1']]) })
    expect(await sendTo(url)).toBe('refused')
    expect(attempts.addresses).toEqual([])
  })
})

describe('a webhook of an owner', () => {
  it.each(places)('is refused before any connection: %s', async (_, { url, answers }) => {
    connections = openConnections({ allow: [], resolve: resolverOf(answers ?? [['127.0.0.1']]) })
    const owner = { webhook_url: url, webhook_secret: SIGNING_SECRET }
    let kind: string
    try {
      read(aConfiguration({ controllers: [aController({ owner })] }))
      kind = await sendTo(url)
    } catch (error) {
      kind = isDsrError(error) ? error.code : 'thrown'
    }
    expect(['CONFIG_INVALID', 'refused']).toContain(kind)
    expect(attempts.addresses).toEqual([])
  })
})

describe('a host that is allowed', () => {
  let vendor: Receiver
  beforeAll(async () => {
    vendor = await Receiver.start()
  })
  afterAll(() => vendor.stop())

  const call = { method: 'GET', path: '/', buckets: {}, effect: false } as const
  const port = () => new URL(vendor.url).port

  it('is reached, and seen by this test', async () => {
    connections = openConnections({ allow: ['127.0.0.1'] })
    await transportTo(`http://127.0.0.1:${port()}`).send(call)
    expect(attempts.addresses).toEqual(['127.0.0.1'])
  })

  it.each([301, 302, 303, 307, 308])('leads nowhere else by %d', async (status) => {
    connections = openConnections({ allow: ['127.0.0.1'] })
    vendor.answer = { status, headers: { location: 'http://127.0.0.2:9/' } }
    const reply = await transportTo(`http://127.0.0.1:${port()}`).send(call)
    expect(reply.status).toBe(status)
    expect(await sendTo(vendor.url)).not.toBe('delivered')
    expect(attempts.addresses).not.toContain('127.0.0.2')
    vendor.answer = { status: 200 }
  })

  it.each(['//127.0.0.2/', 'http://127.0.0.2/', 'http://127.0.0.1:1/', 'http://u:p@127.0.0.1/', '\\\\127.0.0.2\\'])(
    'lends its name to no path that leads elsewhere: %s',
    async (path) => {
      connections = openConnections({ allow: ['127.0.0.0/8'] })
      await expect(transportTo(`http://127.0.0.1:${port()}`).send({ ...call, path })).rejects.toMatchObject({
        code: expect.stringMatching(/^(VENDOR_ADDRESS_REFUSED|CONNECTOR_BUG)$/),
      })
      expect(attempts.addresses).toEqual([])
    },
  )

  it('is no way in when its name leads elsewhere a moment later', async () => {
    connections = openConnections({ allow: ['127.0.0.1'], resolve: resolverOf([['127.0.0.1'], ['127.0.0.2']]) })
    const transport = transportTo(`http://vendor.example.com:${port()}`)
    vendor.answer = { status: 200, headers: { connection: 'close' } }
    await transport.send(call)
    await expect(transport.send(call)).rejects.toMatchObject({ code: 'VENDOR_ADDRESS_REFUSED' })
    expect(attempts.addresses).toEqual(['127.0.0.1'])
  })

  it('is connected to where it was checked, not where it leads on a second look', async () => {
    connections = openConnections({
      allow: ['127.0.0.1'],
      resolve: resolverOf([['127.0.0.1'], ['127.0.0.2'], ['127.0.0.2']]),
    })
    vendor.answer = { status: 200 }
    await transportTo(`http://vendor.example.com:${port()}`).send(call)
    expect(attempts.addresses).toEqual(['127.0.0.1'])
  })
})
