import type { Clock, LimiterStore } from '../../../src/connector/index.ts'
import { createTransport } from '../../../src/connector/http-transport.ts'
import type { HttpTransport, TransportOptions } from '../../../src/connector/http-transport.ts'
import { memoryLimiter } from '../../../src/connector/memory-limiter.ts'
import { startSandboxServer } from '../../../src/connector/testing.ts'
import type { SandboxRoute, SandboxServer, SandboxServerOptions } from '../../../src/connector/testing.ts'

export const BUCKETS = {
  second: { limit: 100, windowMs: 1_000, scope: 'account', source: 'test' },
  hour: { limit: 100, windowMs: 3_600_000, scope: 'credential', source: 'test' },
} as const

export const realClock: Clock = { nowMs: () => Date.now() }

const opened: { stop(): Promise<void> }[] = []

/** A vendor that counts what it did. */
export async function openServer(
  routes: readonly SandboxRoute[] = [],
  options: Partial<SandboxServerOptions> = {},
): Promise<SandboxServer & { readonly done: () => number }> {
  let done = 0
  const server = await startSandboxServer({
    clock: realClock,
    authorise: () => undefined,
    state: { save: () => done, restore: (saved) => void (done = Number(saved)) },
    routes: [
      ...routes,
      { method: 'GET', path: '/hello', handle: () => ({ status: 200, json: { hello: 'world' } }) },
      { method: 'POST', path: '/things', handle: () => ({ status: 201, json: { id: (done += 1) } }) },
    ],
    ...options,
  })
  opened.push(server)
  return { ...server, done: () => done }
}

export function openTransport(baseUrl: string, options: Partial<TransportOptions> = {}): HttpTransport {
  const limiter: LimiterStore = options.limiter ?? memoryLimiter(options.clock ?? realClock)
  const transport = createTransport({
    baseUrl,
    allow: [new URL(baseUrl).host],
    buckets: BUCKETS,
    limiterScopeKey: (scope) => `acme/${scope}`,
    clock: realClock,
    signal: new AbortController().signal,
    fetchTimeoutMs: 5_000,
    ...options,
    limiter,
  })
  opened.push({ stop: () => transport.close() })
  return transport
}

export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.stop()
}

export const get = (path: string) => ({ method: 'GET', path, buckets: { second: 1 }, effect: false }) as const
export const post = (path: string) =>
  ({ method: 'POST', path, buckets: { second: 1 }, effect: true, body: '{}' }) as const
