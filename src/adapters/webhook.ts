import { CloudEvent, HTTP } from 'cloudevents'
import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import { openConnections, type Connections } from '../connector/connections.ts'
import type { Clock } from '../connector/contract.ts'
import { judgePlace } from '../connector/places.ts'
import { retryAfterMs } from '../connector/retry-after.ts'
import { DsrError } from '../domain/errors.ts'
import type { NotifyEvent, WebhookOrder, WebhookOutcome, Webhooks } from '../ports/notify.ts'

export interface WebhookSettings {
  /** `network.allow` of the configuration. */
  readonly allow: readonly string[]
  /** The installation's public address: the `source` of its events. */
  readonly source: string
  readonly clock: Clock
  readonly timeoutMs?: number
  /** Connections shared with others; otherwise it opens its own, and `close` ends them. */
  readonly connections?: Connections
}

const TIMEOUT_MS = 15_000

/** What a receiver says in its body is nobody's business; so much is read to keep the connection. */
const BODY_BYTES = 16_384

/** Sends events as CloudEvents 1.0, signed as Standard Webhooks 1.0.0. */
export function createWebhooks(settings: WebhookSettings): Webhooks {
  const connections =
    settings.connections ??
    openConnections({ allow: settings.allow, connectTimeoutMs: settings.timeoutMs ?? TIMEOUT_MS })
  return {
    send: (order) => send(order, settings, connections),
    close: () => (settings.connections === undefined ? connections.close() : Promise.resolve()),
  }
}

async function send(order: WebhookOrder, settings: WebhookSettings, { agent }: Connections): Promise<WebhookOutcome> {
  const { body, contentType } = messageOf(order.event, settings.source)
  const url = URL.parse(order.url)
  if (url === null || !isPermitted(url, settings.allow)) return { kind: 'refused' }
  const nowMs = settings.clock.nowMs()
  try {
    const reply = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': contentType, 'user-agent': 'habeas', ...signed(order, body, nowMs) },
      body,
      signal: AbortSignal.timeout(settings.timeoutMs ?? TIMEOUT_MS),
    })
    await reply.body.dump({ limit: BODY_BYTES })
    return outcomeOf(reply.statusCode, retryAfterMs(headerOf(reply.headers['retry-after']), nowMs))
  } catch (error) {
    if (isRefusedAddress(error)) return { kind: 'refused' }
    return { kind: 'retry', waitMs: undefined }
  }
}

/** The structured form: type, subject and time are in the body, and so under the signature. */
function messageOf(event: NotifyEvent, source: string): { readonly body: string; readonly contentType: string } {
  // The signature joins id, time and body with dots.
  if (!/^[\w-]{1,128}$/.test(event.id)) throw new DsrError('FIELD_INVALID', 'the id of an event has a bad character')
  const { id, type, subject, data } = event
  const time = new Date(event.atMs).toISOString()
  const message = HTTP.structured(
    new CloudEvent({ id, source, type, subject, time, datacontenttype: 'application/json', data }),
  )
  return { body: String(message.body), contentType: String(message.headers['content-type']) }
}

function signed({ event, secret }: WebhookOrder, body: string, nowMs: number): Record<string, string> {
  const at = new Date(nowMs)
  return {
    'webhook-id': event.id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': new Webhook(secret.reveal()).sign(event.id, at, body),
  }
}

function isPermitted(url: URL, allow: readonly string[]): boolean {
  const isPlain = url.username === '' && url.password === '' && /^https?:$/.test(url.protocol)
  return isPlain && judgePlace(url.href, allow) === 'allowed'
}

function outcomeOf(status: number, waitMs: number | undefined): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status === 410) return { kind: 'gone' }
  // A wrong answer is often a deployment under way, and a redirect is a wrong answer: the schedule ends, not the status.
  return { kind: 'retry', waitMs }
}

function headerOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0]
}

function isRefusedAddress(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'isRefusedAddress' in error && error.isRefusedAddress === true
}
