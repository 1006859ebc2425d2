import { DsrError, expectObject, readJson } from '../../src/connector/index.ts'
import type { Context, HttpCall, HttpReply, JsonObject } from '../../src/connector/index.ts'
import { trafficOf } from './costs.ts'
import { BLOCK_WAIT_MS, isBlocked } from './limits.ts'
import { optionsOf } from './options.ts'

/** What the SDK's axios hands to its adapter, as far as we read it. */
export interface SdkRequest {
  readonly url?: string
  readonly method?: string
  readonly data?: unknown
}

/** What the SDK's axios wants back. */
export interface SdkReply {
  readonly data: JsonObject
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string>>
  readonly config: SdkRequest
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

/**
 * The SDK's way to the transport. What the SDK does to answers (drops the status, rejects with raw bodies) never comes to
 * pass: a refusal is thrown here, before its interceptors see an answer, and a success has been read with the kit's care.
 */
export function sdkAdapter(context: Context): (request: SdkRequest) => Promise<SdkReply> {
  return async (request) => {
    const reply = await send(context, {
      method: methodOf(request.method ?? ''),
      path: request.url ?? '',
      ...(typeof request.data === 'string' ? { body: request.data } : {}),
    })
    const data = expectObject(readJson(reply))
    if (data.success !== true) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the answer does not say that it worked')
    return { data, status: reply.status, statusText: '', headers: reply.headers, config: request }
  }
}

async function send(context: Context, call: Pick<HttpCall, 'method' | 'path' | 'body'>): Promise<HttpReply> {
  const reply = await context.transport.send({
    ...call,
    headers: {
      ...credentialOf(context),
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...trafficOf(call, optionsOf(context).budget),
    maxBytes: MAX_BYTES,
  })
  if (reply.status >= 200 && reply.status < 300) return reply
  if (isBlocked(reply))
    throw new DsrError('RATE_LIMITED', 'the vendor shut this address out for a while', { retryAfterMs: BLOCK_WAIT_MS })
  throw new StatusError(reply.status)
}

/** The header that carries the credential; the SDK never gets to see it. */
export function credentialOf({ secret }: Context): Readonly<Record<string, string>> {
  return { 'x-api-token': secret.reveal() }
}

function methodOf(text: string): HttpCall['method'] {
  const method = text.toUpperCase()
  switch (method) {
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return method
    default:
      throw new DsrError('CONNECTOR_BUG', 'the SDK asked for a method that the transport does not have')
  }
}
