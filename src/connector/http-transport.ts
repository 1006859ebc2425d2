import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { DsrError, isDsrError } from '../domain/errors.ts'
import type { Clock } from './contract.ts'
import { openConnections } from './connections.ts'
import type { Connections } from './connections.ts'
import { cappedBody, headersOf } from './http-body.ts'
import { lostAnswer } from './lost-answer.ts'
import type { BucketLimit, LimiterStore } from './limits.ts'
import { transportGate } from './transport-gate.ts'
import type { Gate } from './transport-gate.ts'
import type { Hold, HttpCall, HttpReply, HttpStream, InterpretHold, Transport } from './transport.ts'

export interface TransportOptions {
  /** The account's `base_url`. */
  readonly baseUrl: string
  /** `network.allow`; not read when `connections` is given. */
  readonly allow?: readonly string[]
  /** Connections shared with other runs of the process; otherwise the transport opens its own, and `close` ends them. */
  readonly connections?: Connections
  readonly limiter: LimiterStore
  /** `manifest.buckets`. */
  readonly buckets: Readonly<Record<string, BucketLimit>>
  /** Owner of a quota by its scope (account id, fingerprint of the credential, egress address); no secret. */
  readonly limiterScopeKey: string | ((scope: BucketLimit['scope']) => string)
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Longest time of one call until its last byte, in ms (30 s by default). A stream has it for each silence. */
  readonly fetchTimeoutMs?: number
  /** Longest time that a call waits for the limiter inside `send`; a longer wait throws RATE_LIMITED at once (2 s by default). */
  readonly maxWaitMs?: number
  /** The connector's `interpretHold`. */
  readonly interpretHold?: InterpretHold
  /** Told of every answered call: bucket names, status, duration. */
  readonly onCall?: (call: { readonly bucket: string; readonly status: number; readonly ms: number }) => void
}

export interface HttpTransport extends Transport {
  /** Ends the connections unless they are shared. */
  close(): Promise<void>
}

const MAX_BYTES = 10 * 1024 * 1024

/** The transport over real HTTP; the guarantees stand at `Transport`. */
export function createTransport(options: TransportOptions): HttpTransport {
  const connections = options.connections ?? openConnections({ allow: options.allow ?? [] })
  const desk: Desk = { options, connections, gate: transportGate(options), base: new URL(options.baseUrl) }
  return {
    send: (call) => send(desk, call),
    stream: (call) => stream(desk, call),
    close: () => (options.connections === undefined ? connections.close() : Promise.resolve()),
  }
}

interface Desk {
  readonly options: TransportOptions
  readonly connections: Connections
  readonly gate: Gate
  readonly base: URL
}

async function send(desk: Desk, call: HttpCall): Promise<HttpReply> {
  const url = await admit(desk, call)
  const deadline = startDeadline(desk, call)
  try {
    const answer = await exchange(desk, call, { url, deadline })
    const reply = { ...answer, body: await buffer(answer.body) }
    await hold(desk, call, desk.options.interpretHold?.(reply, desk.options.clock.nowMs()))
    return reply
  } finally {
    deadline.stop()
  }
}

async function stream(desk: Desk, call: HttpCall): Promise<HttpStream> {
  const url = await admit(desk, call)
  const deadline = startDeadline(desk, call)
  try {
    return await exchange(desk, call, { url, deadline })
  } finally {
    // A long file may take its time; only a silence ends it (`bodyTimeout`), and the run's signal.
    deadline.stop()
  }
}

/** Nothing is sent before this returns. */
async function admit(desk: Desk, call: HttpCall): Promise<URL> {
  const url = urlOf(desk, call)
  await desk.gate.pass(call.buckets, desk.options.signal)
  return url
}

interface Deadline {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  stop(): void
}

function startDeadline({ options }: Desk, call: HttpCall): Deadline {
  const late = new AbortController()
  const timeoutMs = call.timeoutMs ?? options.fetchTimeoutMs ?? 30_000
  const timer = setTimeout(() => late.abort(), timeoutMs)
  return { timeoutMs, signal: late.signal, stop: () => clearTimeout(timer) }
}

interface Dispatch {
  readonly url: URL
  readonly deadline: Deadline
}

/** One call up to its headers; 401, 429 and 5xx are thrown here. */
async function exchange(desk: Desk, call: HttpCall, to: Dispatch): Promise<HttpStream> {
  const startMs = performance.now()
  const answer = await dispatch(desk, call, to)
  const bucket = Object.keys(call.buckets).join('+')
  desk.options.onCall?.({ bucket, status: answer.status, ms: performance.now() - startMs })
  if (answer.status === 429) throw await tooMany(desk, call, answer)
  const refusal = refusalOf(desk, call, answer)
  if (refusal === undefined) return answer
  answer.body.on('error', ignored).destroy()
  throw refusal
}

function refusalOf({ gate }: Desk, call: HttpCall, { status, headers }: HttpStream): DsrError | undefined {
  if (status === 401) return new DsrError('VENDOR_CREDENTIALS_REJECTED', 'the vendor answered 401')
  if (status < 500) return undefined
  const waitMs = gate.retryAfterMs(headers)
  return new DsrError('VENDOR_UNAVAILABLE', `the vendor answered ${status}`, {
    mayHaveArrived: call.effect,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  })
}

async function dispatch({ options, connections }: Desk, call: HttpCall, to: Dispatch): Promise<HttpStream> {
  const explain = (error: unknown): DsrError =>
    lostAnswer(error, {
      effect: call.effect,
      isStopped: options.signal.aborted,
      isLate: to.deadline.signal.aborted,
    })
  try {
    const reply = await connections.agent.request({
      origin: to.url.origin,
      path: to.url.pathname + to.url.search,
      method: call.method,
      headers: { 'accept-encoding': 'gzip', ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
      headersTimeout: to.deadline.timeoutMs,
      bodyTimeout: to.deadline.timeoutMs,
      signal: AbortSignal.any([options.signal, to.deadline.signal]),
    })
    const maxBytes = call.maxBytes ?? MAX_BYTES
    return { status: reply.statusCode, ...cappedBody(reply.body, headersOf(reply.headers), { maxBytes, explain }) }
  } catch (error) {
    throw explain(error)
  }
}

async function tooMany(desk: Desk, call: HttpCall, answer: HttpStream): Promise<DsrError> {
  const reply = { ...answer, body: await refusalBody(answer.body) }
  const asked = desk.options.interpretHold?.(reply, desk.options.clock.nowMs())
  const waitMs = asked?.waitMs ?? desk.gate.retryAfterMs(answer.headers) ?? desk.gate.shortestWindowMs(call.buckets)
  await hold(desk, call, { ...asked, waitMs })
  return new DsrError('RATE_LIMITED', 'the vendor answered 429', { retryAfterMs: waitMs })
}

/** The words beside a 429; when they do not arrive whole, the refusal stands without them. */
async function refusalBody(body: Readable): Promise<Buffer> {
  try {
    return await buffer(body)
  } catch (error) {
    if (isDsrError(error)) return Buffer.alloc(0)
    throw error
  }
}

function ignored(): void {
  return
}

async function hold(desk: Desk, call: HttpCall, asked: Hold | undefined): Promise<void> {
  if (asked === undefined) return
  const buckets = asked.bucket === undefined ? Object.keys(call.buckets) : [asked.bucket]
  await desk.gate.hold(buckets, asked.waitMs)
}

function urlOf({ base }: Desk, call: HttpCall): URL {
  const isBelow = call.path.startsWith('/') && !call.path.startsWith('//')
  const text = isBelow ? base.origin + base.pathname.replace(/\/$/, '') + call.path : call.path
  if (!URL.canParse(text)) throw new DsrError('CONNECTOR_BUG', 'a call has no usable path')
  const url = new URL(text)
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:'
  const isKnown =
    url.origin === base.origin || (call.allowOrigin !== undefined && url.origin === new URL(call.allowOrigin).origin)
  if (!isHttp || !isKnown || url.username !== '' || url.password !== '')
    throw new DsrError('VENDOR_ADDRESS_REFUSED', 'a call leads to another origin than its account')
  return url
}
