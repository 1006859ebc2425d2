import { DAY_MS } from '../../src/connector/index.ts'
import { openDesk, openSandbox, secondsToReset } from '../../src/connector/testing.ts'
import type {
  BucketState,
  SandboxLimit,
  SandboxReply,
  SandboxRequest,
  StartSandbox,
} from '../../src/connector/testing.ts'
import { businessRoutes } from './sandbox/business-routes.ts'
import { countRemaining, takePicture } from './sandbox/census.ts'
import { childRoutes } from './sandbox/child-routes.ts'
import { flowRoutes } from './sandbox/flow-routes.ts'
import { personRoutes } from './sandbox/person-routes.ts'
import { plantPerson } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import type { PricedRoute } from './sandbox/replies.ts'
import { emptyVendor, OBJECTION_FIELD, RESTRICTION_FIELD, sweep, SWITCHES } from './sandbox/state.ts'
import type { Desk } from './sandbox/state.ts'

const TOKEN = '3f0c9a7be1d24c58a6f1sandbox5e7d90b2a4c6e8'

/** Pipedrive over HTTP, by its published documents; what they leave open is a switch. */
export const startSandbox: StartSandbox = (options) => {
  const desk = openDesk(options, { vendor: emptyVendor(options.seed ?? 1), switches: SWITCHES })
  const routes = [...personRoutes(desk), ...flowRoutes(desk), ...childRoutes(desk), ...businessRoutes(desk)]
  return openSandbox(desk, options, {
    connector: 'pipedrive',
    token: TOKEN,
    routes,
    authorise,
    limits: limitsOf(desk, routes),
    unknownRoute: notFound(),
    options: { objection_field: OBJECTION_FIELD, restriction_field: RESTRICTION_FIELD },
    sweep: () => sweep(desk),
    plant: (person, extent) => plantPerson(desk, person, extent),
    picture: (person) => takePicture(desk, person),
    remaining: (person) => countRemaining(desk, person),
  })
}

function authorise(request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  if (!isRevoked && request.headers['x-api-token'] === TOKEN) return undefined
  return refuse(401, 'unauthorized access')
}

const BURST_MS = 2_000

/** A smallest company: 30 000 tokens a day, 20 calls in two seconds, 10 of them searches. */
function limitsOf(desk: Desk, routes: readonly PricedRoute[]): readonly SandboxLimit[] {
  const priceOf = pricing(routes)
  const refuseBurst = (state: BucketState): SandboxReply => tooMany(desk, burstHeaders(state), state)
  return [
    {
      bucket: 'burst',
      limit: 20,
      windowMs: BURST_MS,
      weigh: (request) => (priceOf(request).tokens > 0 ? 1 : 0),
      refuse: refuseBurst,
      headers: burstHeaders,
    },
    {
      bucket: 'search',
      limit: 10,
      windowMs: BURST_MS,
      weigh: (request) => (priceOf(request).isSearch ? 1 : 0),
      refuse: refuseBurst,
    },
    {
      bucket: 'tokens',
      limit: 30_000,
      windowMs: DAY_MS,
      weigh: (request) => priceOf(request).tokens,
      // No header tells how many tokens are left.
      refuse: (state) => tooMany(desk, {}, state),
    },
  ]
}

interface Price {
  readonly tokens: number
  readonly isSearch: boolean
}

function pricing(routes: readonly PricedRoute[]): (request: SandboxRequest) => Price {
  const table = routes.map(({ method, path, tokens, isSearch = false }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll(/:[a-z]+/g, '[^/]+')}$`),
    price: { tokens, isSearch },
  }))
  return ({ method, path }) =>
    table.find((route) => route.method === method && route.pattern.test(path))?.price ?? { tokens: 0, isSearch: false }
}

function burstHeaders({ limit, remaining, resetAtMs, nowMs }: BucketState): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, remaining)),
    'x-ratelimit-reset': String(Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000))),
  }
}

function tooMany(desk: Desk, headers: Readonly<Record<string, string>>, state: BucketState): SandboxReply {
  const seconds = secondsToReset(state)
  const wait = desk.switches.is('retry_after', 'present') ? { 'retry-after': seconds } : {}
  return { ...refuse(429, 'request over limit'), headers: { ...headers, ...wait } }
}
