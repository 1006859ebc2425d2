import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { JsonValue } from '../../domain/json.ts'
import type { Clock } from '../contract.ts'
import type { Fault, SandboxCall } from '../testing.ts'
import { faultLayer } from './faults.ts'
import { limitCounter } from './limits.ts'
import type { SandboxLimit } from './limits.ts'
import { isChange, routeFinder } from './routes.ts'
import type { MatchedRoute, SandboxReply, SandboxRequest, SandboxRoute } from './routes.ts'

export interface SandboxServerOptions {
  readonly routes: readonly SandboxRoute[]
  readonly clock: Clock
  /** 0 or absent = any free port. */
  readonly port?: number
  /** Multiplies the limits; the vendor folder divides its own waits. */
  readonly speed?: number
  /** The vendor's refusal when the credential is wrong (or revoked), else undefined. Not asked for open routes. */
  readonly authorise: (request: SandboxRequest, isRevoked: boolean) => SandboxReply | undefined
  readonly limits?: readonly SandboxLimit[]
  /** Takes the vendor's whole state and puts it back, so that a lie can run a handler and undo it. */
  readonly state: { save(): unknown; restore(saved: unknown): void }
  /** The vendor's answer to an unknown path; 404 with an empty object by default. */
  readonly unknownRoute?: SandboxReply
  /** Compresses answers for callers that accept gzip. */
  readonly gzip?: boolean
}

export interface SandboxServer {
  /** `http://127.0.0.1:PORT`. */
  readonly baseUrl: string
  arm(fault: Fault): void
  calls(): readonly SandboxCall[]
  revoke(isRevoked: boolean): void
  stop(): Promise<void>
}

const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Starts a vendor's HTTP interface on 127.0.0.1, with faults, limits and a call log. Unknown routes are 404. */
export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const desk = createDesk(options)
  const server = createServer((message, response) => {
    serve(desk, message, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  })
  const port = await listen(server, options.port ?? 0)
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    arm: (fault) => desk.faults.arm(fault),
    calls: () => desk.log,
    revoke: (isRevoked) => void (desk.isRevoked = isRevoked),
    stop: () => stop(server),
  }
}

type Desk = ReturnType<typeof createDesk>

function createDesk(options: SandboxServerOptions) {
  return {
    options,
    find: routeFinder(options.routes),
    count: limitCounter(options.limits ?? [], options.speed ?? 1),
    faults: faultLayer(),
    log: [] as SandboxCall[],
    isRevoked: false,
  }
}

async function serve(desk: Desk, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://sandbox.invalid')
  const matched = desk.find(message.method ?? 'GET', url.pathname)
  const request = await readRequest(desk, message, { url, params: matched?.params ?? {} })
  const fault = desk.faults.strike({
    method: request.method,
    path: url.pathname + url.search,
    isChange: matched !== undefined && isChange(matched.route),
  })
  const reply = answer(desk, request, { matched, fault })
  record(desk, request, { url, reply, struck: { matched, fault } })
  if (fault?.kind === 'slow') await napUnlessGone(response, fault.delayMs)
  if (reply === 'cut') message.socket.destroy()
  else write(desk, request, { response, reply })
}

/** Ends early when the caller has gone, so that nothing outlives a stopped sandbox. */
async function napUnlessGone(response: ServerResponse, delayMs: number): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  await sleep(delayMs, undefined, { signal: gone.signal }).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error
  })
}

interface Struck {
  readonly matched: MatchedRoute | undefined
  readonly fault: Fault['what'] | undefined
}

/** What the vendor sends, or `cut` when the connection breaks instead. */
function answer(desk: Desk, request: SandboxRequest, { matched, fault }: Struck): SandboxReply | 'cut' {
  switch (fault?.kind) {
    case undefined:
    case 'slow':
      return handle(desk, request, matched)
    case 'status':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' }
    case 'garbage':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: fault.body }
    case 'reset_before':
      return 'cut'
    case 'reset_after':
      handle(desk, request, matched)
      return 'cut'
    case 'status_after':
      handle(desk, request, matched)
      return { status: fault.status, body: '' }
    case 'lie':
      return lie(desk, request, matched)
  }
}

function handle(desk: Desk, request: SandboxRequest, matched: MatchedRoute | undefined): SandboxReply {
  if (matched?.route.isOpen !== true) {
    const refusal = desk.options.authorise(request, desk.isRevoked)
    if (refusal !== undefined) return refusal
  }
  if (matched === undefined) return desk.options.unknownRoute ?? { status: 404, json: {} }
  const verdict = desk.count(request)
  if (verdict.refusal !== undefined) return verdict.refusal
  const reply = matched.route.handle(request)
  return { ...reply, headers: { ...verdict.headers, ...reply.headers } }
}

function lie(desk: Desk, request: SandboxRequest, matched: MatchedRoute | undefined): SandboxReply {
  if (matched?.route.lie !== undefined) {
    return desk.options.authorise(request, desk.isRevoked) ?? matched.route.lie(request)
  }
  const saved = desk.options.state.save()
  const reply = handle(desk, request, matched)
  desk.options.state.restore(saved)
  return reply
}

async function readRequest(
  desk: Desk,
  message: IncomingMessage,
  { url, params }: { readonly url: URL; readonly params: Readonly<Record<string, string>> },
): Promise<SandboxRequest> {
  const body = await readBody(message)
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    params,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body,
    atMs: desk.options.clock.nowMs(),
    json: () => parsed(body),
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new Error('the call is larger than a sandbox reads')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(body: Buffer): JsonValue | undefined {
  if (body.length === 0) return undefined
  try {
    // JSON.parse gives what JSON can say; this is the border.
    return JSON.parse(body.toString()) as JsonValue
  } catch (error) {
    // Broken JSON is a caller's mistake that the route answers as its vendor does.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Answered {
  readonly url: URL
  readonly reply: SandboxReply | 'cut'
  readonly struck: Struck
}

function record(desk: Desk, request: SandboxRequest, { url, reply, struck: { matched, fault } }: Answered): void {
  desk.log.push({
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: request.headers,
    requestBody: request.body.toString(),
    status: reply === 'cut' ? 0 : reply.status,
    replyBody: reply === 'cut' ? '' : bytesOf(reply).toString(),
    atMs: request.atMs,
    isChange: matched !== undefined && isChange(matched.route),
    ...(fault === undefined ? {} : { fault: fault.kind }),
  })
}

function write(
  desk: Desk,
  request: SandboxRequest,
  { response, reply }: { readonly response: ServerResponse; readonly reply: SandboxReply },
): void {
  const plain = bytesOf(reply)
  const isZipped =
    desk.options.gzip === true && plain.length > 0 && (request.headers['accept-encoding'] ?? '').includes('gzip')
  const bytes = isZipped ? gzipSync(plain) : plain
  const isBodiless = reply.status === 204 || reply.status === 304
  response.writeHead(reply.status, {
    ...(reply.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(isBodiless ? {} : { 'content-length': String(bytes.length) }),
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    ...reply.headers,
  })
  response.end(isBodiless ? undefined : bytes)
}

function bytesOf(reply: SandboxReply): Buffer {
  if (reply.json !== undefined) return Buffer.from(JSON.stringify(reply.json))
  return Buffer.from(reply.body ?? '')
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sandbox has no port')
  return address.port
}

async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
