import { ResponseContext } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { DsrError, expectObject, readJson } from '../../src/connector/index.ts'
import type { Context, HttpCall, HttpReply } from '../../src/connector/index.ts'

/** What the generated API classes hand to their HTTP library: every package has its own class of this shape. */
export interface SdkRequest {
  getUrl(): string
  getHttpMethod(): string
  getHeaders(): Record<string, string>
  getBody(): unknown
}

/** The vendor answered with a status that is no success. Never leaves this folder: `answers.ts` translates it. */
export class StatusError extends Error {
  readonly status: number

  constructor(status: number) {
    super('the vendor answered with an error status')
    this.status = status
  }
}

const MAX_BYTES = 64 * 1024 * 1024
const LOCKED_WAIT_MS = 2_000

/**
 * Sends one call with the account's credential and counts it in its buckets.
 *
 * @returns the reply when its status is a success.
 * @throws StatusError for other statuses, DsrError as the transport does, and for HubSpot's own "later": 423 and 477.
 */
export async function send(context: Context, call: Pick<HttpCall, 'method' | 'path' | 'body'>): Promise<HttpReply> {
  const reply = await context.transport.send({
    ...call,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${context.secret.reveal()}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...trafficOf(call),
    maxBytes: MAX_BYTES,
  })
  if (reply.status >= 200 && reply.status < 300) return reply
  throw statusError(reply)
}

/** The generated classes' way to the transport: no limiter, retry or console output of the SDK is in it. */
export async function sendForSdk(context: Context, request: SdkRequest): Promise<ResponseContext> {
  const body = request.getBody()
  const reply = await send(context, {
    method: methodOf(request.getHttpMethod()),
    path: request.getUrl(),
    ...(typeof body === 'string' ? { body } : {}),
  })
  // The SDK parses without any check: it gets what the kit has read with all of its own.
  const text = reply.status === 204 ? '' : JSON.stringify(expectObject(readJson(reply)))
  return new ResponseContext(
    reply.status,
    { ...reply.headers, 'content-type': 'application/json' },
    { text: () => Promise.resolve(text), binary: () => Promise.resolve(Buffer.from(text)) },
  )
}

/** Buckets of a call and whether it changes something. Reads by POST end in `read` or `search`. */
function trafficOf({ method, path }: Pick<HttpCall, 'method' | 'path'>): Pick<HttpCall, 'buckets' | 'effect'> {
  const bare = path.split('?')[0] ?? ''
  const isReadByPost = /\/(batch\/read|search|access-token-info)$/.test(bare)
  const isSearch = bare.endsWith('/search')
  return {
    effect: method !== 'GET' && !isReadByPost,
    buckets: {
      day: 1,
      // Search is exempt from the ten-second limit and has one of its own.
      ...(isSearch ? { search: 1 } : { ten_seconds: 1 }),
      ...(bare.includes('/crm/v4/associations/') ? { associations: 1 } : {}),
    },
  }
}

function statusError(reply: HttpReply): Error {
  const seconds = Number(reply.headers['retry-after'] ?? '')
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
  switch (reply.status) {
    case 423:
      return new DsrError('RATE_LIMITED', 'the vendor is changing this record; wait', {
        retryAfterMs: Math.max(asked, LOCKED_WAIT_MS),
      })
    case 477:
      return new DsrError('VENDOR_UNAVAILABLE', 'the vendor is moving the account to another data centre', {
        retryAfterMs: asked > 0 ? asked : 60 * 60 * 1000,
      })
    default:
      return new StatusError(reply.status)
  }
}

function methodOf(text: string): HttpCall['method'] {
  switch (text) {
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return text
    default:
      throw new DsrError('CONNECTOR_BUG', 'the SDK asked for a method that the transport does not have')
  }
}
