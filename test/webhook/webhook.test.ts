import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { createWebhooks } from '../../src/adapters/webhook.ts'
import { MockAgent, type Agent } from 'undici'
import { NotConnected } from '../../src/connector/connections.ts'
import { secretOf } from '../../src/connector/secret.ts'
import { WEBHOOK_RETRIES_MS, type NotifyEvent, type WebhookOrder, type Webhooks } from '../../src/ports/notify.ts'
import { Receiver } from './receiver.ts'

const NOW_MS = Date.UTC(2026, 10, 24, 9, 30)
const KEY = Buffer.alloc(32, 9)
const secret = secretOf(`whsec_${KEY.toString('base64')}`)
const event: NotifyEvent = {
  id: '0b5f3d5e-8f9c-4c3e-9c55-0e3f4f1f2a11',
  type: 'eu.habeas.request.completed.v1',
  subject: '6d1f7a1e-1c0b-4f0e-8a39-2f6f6c9a7b10',
  atMs: NOW_MS - 61_000,
  data: { state: 'answered', legs: 7 },
}

let receiver: Receiver
let webhooks: Webhooks
beforeEach(async () => {
  receiver = await Receiver.start()
  webhooks = open(['127.0.0.1'])
})
afterEach(async () => {
  await webhooks.close()
  await receiver.stop()
})

function open(allow: readonly string[], timeoutMs = 5000): Webhooks {
  return createWebhooks({ allow, source: 'https://privacy.example.com', clock: { nowMs: () => NOW_MS }, timeoutMs })
}

function order(fields: Partial<WebhookOrder> = {}): WebhookOrder {
  return { url: receiver.url, secret, event, ...fields }
}

describe('a webhook', () => {
  it('is one POST of a CloudEvent', async () => {
    expect(await webhooks.send(order())).toEqual({ kind: 'delivered' })
    expect(receiver.received).toHaveLength(1)
    const [post] = receiver.received
    expect(post).toMatchObject({ method: 'POST', path: '/dsr/callback' })
    expect(post?.headers['content-type']).toMatch(/^application\/cloudevents\+json/)
    expect(JSON.parse(post!.body)).toEqual({
      specversion: '1.0',
      id: event.id,
      source: 'https://privacy.example.com',
      type: event.type,
      subject: event.subject,
      time: '2026-11-24T09:28:59.000Z',
      datacontenttype: 'application/json',
      data: { state: 'answered', legs: 7 },
    })
  })

  it('is signed over id, time and the very bytes, as Standard Webhooks asks', async () => {
    await webhooks.send(order())
    const { headers, body } = receiver.received[0]!
    const at = String(NOW_MS / 1000)
    expect(headers).toMatchObject({ 'webhook-id': event.id, 'webhook-timestamp': at })
    const mac = createHmac('sha256', KEY).update(`${event.id}.${at}.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${mac}`)
  })

  it.each([200, 201, 202, 204])('is delivered by %d', async (status) => {
    receiver.answer = { status }
    expect(await webhooks.send(order())).toEqual({ kind: 'delivered' })
  })

  it('wants no further try after 410', async () => {
    receiver.answer = { status: 410 }
    expect(await webhooks.send(order())).toEqual({ kind: 'gone' })
  })

  it.each([400, 401, 404, 408, 500, 502, 503])('is tried again after %d', async (status) => {
    receiver.answer = { status }
    expect(await webhooks.send(order())).toEqual({ kind: 'retry', waitMs: undefined })
  })

  it.each([
    ['120', 120_000],
    [new Date(NOW_MS + 90_000).toUTCString(), 90_000],
  ])('waits as long as the receiver asks (%s)', async (retryAfter, waitMs) => {
    receiver.answer = { status: 503, headers: { 'retry-after': retryAfter } }
    expect(await webhooks.send(order())).toEqual({ kind: 'retry', waitMs })
  })

  it('follows no redirect', async () => {
    const other = await Receiver.start()
    receiver.answer = { status: 307, headers: { location: other.url } }
    expect(await webhooks.send(order())).toEqual({ kind: 'retry', waitMs: undefined })
    expect(other.received).toEqual([])
    await other.stop()
  })

  it('is tried again when nobody answers in time', async () => {
    const impatient = open(['127.0.0.1'], 150)
    receiver.answer = { status: 200, isSilent: true }
    expect(await impatient.send(order())).toEqual({ kind: 'retry', waitMs: undefined })
    await impatient.close()
  })

  it('is tried again when nobody is there', async () => {
    const gone = await Receiver.start()
    const { url } = gone
    await gone.stop()
    expect(await webhooks.send(order({ url }))).toEqual({ kind: 'retry', waitMs: undefined })
  })

  it('reads no endless answer', async () => {
    receiver.answer = { status: 200, body: 'x'.repeat(5_000_000) }
    expect((await webhooks.send(order())).kind).not.toBe('refused')
  })
})

describe('a webhook goes nowhere', () => {
  it.each([
    ['a private address', 'https://10.0.0.1/hook'],
    ['the metadata service of a cloud', 'https://169.254.169.254/latest'],
    ['plain HTTP', 'http://hooks.example.com/'],
    ['another scheme', 'ftp://hooks.example.com/'],
    ['a login in the address', 'https://user:pw@hooks.example.com/'],
    ['what is no address', 'hooks'],
  ])('near %s', async (_, url) => {
    const strict = open([])
    expect(await strict.send(order({ url }))).toEqual({ kind: 'refused' })
    await strict.close()
  })

  it('near this machine unless it is allowed', async () => {
    const strict = open([])
    expect(await strict.send(order())).toEqual({ kind: 'refused' })
    expect(receiver.received).toEqual([])
    await strict.close()
  })

  it('near a name that leads to a private address', async () => {
    const agent = new MockAgent()
    agent
      .get('https://rebound.example.com')
      .intercept({ path: '/', method: 'POST' })
      .replyWithError(new NotConnected(true))
    const shared = { agent: agent as unknown as Agent, close: () => agent.close() }
    const clock = { nowMs: () => NOW_MS }
    const strict = createWebhooks({ allow: [], source: 'https://privacy.example.com', clock, connections: shared })
    expect(await strict.send(order({ url: 'https://rebound.example.com/' }))).toEqual({ kind: 'refused' })
    await shared.close()
  })

  it('with an id that would break the signature', async () => {
    await expect(webhooks.send(order({ event: { ...event, id: 'a.b' } }))).rejects.toMatchObject({
      code: 'FIELD_INVALID',
    })
  })
})

it('is tried for three days, in the steps of Standard Webhooks', () => {
  expect(WEBHOOK_RETRIES_MS.map((ms) => ms / 1000)).toEqual([
    5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ])
})
