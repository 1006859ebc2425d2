import { createCloudClient, createServiceDeskClient } from 'jira.js'
import type { SendRequestOptions } from 'jira.js/core'
import { DsrError, readJson } from '../../src/connector/index.ts'
import type { Context, HttpCall, HttpReply, JsonObject, JsonValue } from '../../src/connector/index.ts'
import { classify } from './limits.ts'
import { optionsOf } from './options.ts'

/** Jira as one account sees it: the SDK's clients and our own calls, all on the kit's transport. */
export type Jira = ReturnType<typeof openJira>

/** A call that the SDK lacks. */
export interface RawCall {
  readonly method: HttpCall['method']
  /** From `/`; variable segments already checked or encoded. Absolute for the gateway. */
  readonly path: string
  readonly body?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  readonly allowOrigin?: string
}

/** The vendor answered with a status that is no success. Never leaves this folder: `answers.ts` translates it. */
export class StatusError extends Error {
  readonly status: number

  constructor(status: number) {
    super('the vendor answered with an error status')
    this.status = status
  }
}

const TIMEOUT_MS = 60_000
const MAX_BYTES = 64 * 1024 * 1024

/** Opens the account for one run: it shares no state with another's. */
export function openJira(context: Context) {
  // The SDK takes any client that can send, and then brings neither its own fetch nor its retries.
  const sender = { sendRequest: <Answer>(call: SendRequestOptions<Answer>) => sendBySdk<Answer>(context, call) }
  return {
    context,
    options: optionsOf(context),
    /** What a run learns about the site once. */
    known: {} as { cloudId?: string },
    cloud: createCloudClient(sender),
    desk: createServiceDeskClient(sender),
    /** @throws StatusError, and DsrError as the transport. */
    raw: async (call: RawCall): Promise<JsonValue | undefined> => valueIn(await send(context, call)),
  }
}

/** The SDK describes a call; the kit's transport makes it. The SDK's schemas are not asked: they let everything through. */
async function sendBySdk<Answer>(context: Context, call: SendRequestOptions<Answer>): Promise<Answer> {
  const reply = await send(context, {
    method: methodOf(call.method ?? 'GET'),
    path: call.url + queryOf(call.searchParams ?? {}),
    ...(call.body === undefined || call.body === null ? {} : { text: JSON.stringify(call.body) }),
    headers: call.headers ?? {},
  })
  // The border: what the SDK's types promise is checked by whoever reads it.
  return valueIn(reply) as Answer
}

async function send(
  context: Context,
  { body, text, allowOrigin, ...call }: RawCall & { readonly text?: string },
): Promise<HttpReply> {
  refuseLoosePaths(call.path)
  const bytes = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const traffic = classify(call)
  const reply = await context.transport.send({
    ...call,
    headers: {
      accept: 'application/json',
      ...(bytes === undefined ? {} : { 'content-type': 'application/json' }),
      ...credentialOf(context),
      ...call.headers,
    },
    ...(bytes === undefined ? {} : { body: bytes }),
    ...(allowOrigin === undefined ? {} : { allowOrigin }),
    ...traffic,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  })
  expectKnownCaller(reply, traffic.effect)
  if (reply.status >= 200 && reply.status < 300) return reply
  throw new StatusError(reply.status)
}

/**
 * Jira answers a revoked token as if nobody had logged in: 200 and empty lists. Only this header tells (jira.js issue 418).
 *
 * @throws DsrError `VENDOR_CREDENTIALS_REJECTED`.
 */
export function expectKnownCaller({ status, headers }: Pick<HttpReply, 'status' | 'headers'>, isEffect: boolean): void {
  const reason = headers['x-seraph-loginreason'] ?? ''
  if (!/AUTHENTICATED_FAILED|AUTHENTICATION_DENIED/.test(reason)) return
  throw new DsrError(
    'VENDOR_CREDENTIALS_REJECTED',
    'the vendor did not accept the credential and answered as to nobody',
    {
      mayHaveArrived: isEffect && status < 300,
    },
  )
}

/** `email:token` is Basic, anything else a bearer token (OAuth, service account). The SDK never sees it. */
export function credentialOf({ secret }: Context): Readonly<Record<string, string>> {
  const text = secret.reveal()
  const isBasic = /^[^\s:@]+@[^\s:]+:./.test(text)
  return { authorization: isBasic ? `Basic ${Buffer.from(text).toString('base64')}` : `Bearer ${text}` }
}

/** The SDK does not encode path parameters: a path that leads elsewhere, or lacks an id, never leaves. */
function refuseLoosePaths(path: string): void {
  const segments = (path.split('?')[0] ?? '')
    .replace(/^https?:\/\/[^/]+/, '')
    .split('/')
    .slice(1)
  const isLoose = segments.some((one) => ['', '.', '..', 'undefined', 'null'].includes(one) || /[#\\\s]/.test(one))
  if (isLoose) throw new DsrError('CONNECTOR_BUG', 'a call lacks an id')
}

function valueIn(reply: HttpReply): JsonValue | undefined {
  // An empty answer is one to a change only; whoever reads expects more and says so.
  return reply.body.length === 0 ? undefined : readJson(reply)
}

function queryOf(params: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value]
    for (const one of all) if (one !== undefined && one !== null) query.append(name, textOf(one))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function methodOf(method: string): HttpCall['method'] {
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

/** Where forms live: on the common gateway for a site's own address, else beside the account's address. */
export function gatewayOf({ account }: Context): string {
  const { hostname, origin } = new URL(account.baseUrl)
  return hostname.endsWith('.atlassian.net') ? 'https://api.atlassian.com' : origin
}

export function isStatus(error: unknown, ...statuses: readonly number[]): error is StatusError {
  return error instanceof StatusError && statuses.includes(error.status)
}
