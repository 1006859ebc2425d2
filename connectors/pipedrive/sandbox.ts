import { startSandboxServer } from '../../src/connector/testing.ts'
import type {
  BucketState,
  InventedPerson,
  PlantedPerson,
  Sandbox,
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
import type { Planted } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import type { PricedRoute } from './sandbox/replies.ts'
import { DAY_MS, emptyVendor, isSet, sweep, SWITCHES } from './sandbox/state.ts'
import type { Desk, Vendor } from './sandbox/state.ts'

const TOKEN = '3f0c9a7be1d24c58a6f1sandbox5e7d90b2a4c6e8'

/** Pipedrive over HTTP, by its published documents; what they leave open is a switch. */
export const startSandbox: StartSandbox = async ({ clock, port = 0, speed = 1, seed = 1 }) => {
  const desk: Desk = { vendor: emptyVendor(seed), switches: new Map(), speed, nowMs: () => clock.nowMs() }
  let baseUrl = ''
  const routes = [
    ...personRoutes(desk, () => baseUrl),
    ...flowRoutes(desk),
    ...childRoutes(desk),
    ...businessRoutes(desk),
  ]
  const server = await startSandboxServer({
    routes,
    clock,
    port,
    speed,
    authorise: (request, isRevoked) => authorise(desk, request, isRevoked),
    limits: limitsOf(desk, routes),
    state: {
      save: () => structuredClone(desk.vendor),
      // Only `save` makes what comes back here.
      restore: (saved) => void (desk.vendor = saved as Vendor),
    },
    unknownRoute: notFound(),
  })
  baseUrl = server.baseUrl
  return { ...server, ...people(desk), connector: 'pipedrive', token: TOKEN, switches: SWITCHES, set: setter(desk) }
}

function authorise(desk: Desk, request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  sweep(desk)
  if (!isRevoked && request.headers['x-api-token'] === TOKEN) return undefined
  return refuse(401, 'unauthorized access')
}

function people(desk: Desk): Pick<Sandbox, 'plant' | 'picture' | 'remaining'> {
  const planted = new Map<PlantedPerson, Planted>()
  const known = (person: PlantedPerson): Planted => {
    const found = planted.get(person)
    if (found === undefined) throw new Error('this person was not planted here')
    return found
  }
  return {
    plant: (person: InventedPerson) => {
      const one = plantPerson(desk, person)
      planted.set(one.planted, one)
      return one.planted
    },
    picture: (person) => takePicture(desk, known(person)),
    remaining: (person) => countRemaining(desk, known(person)),
  }
}

function setter(desk: Desk): Sandbox['set'] {
  return (name, value) => {
    const values: readonly string[] = Object.entries(SWITCHES).find(([one]) => one === name)?.[1] ?? []
    if (!values.includes(value)) throw new Error('the sandbox has no such switch or value')
    desk.switches.set(name, value)
  }
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

function tooMany(
  desk: Desk,
  headers: Readonly<Record<string, string>>,
  { resetAtMs, nowMs }: BucketState,
): SandboxReply {
  const seconds = String(Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000)))
  const wait = isSet(desk, 'retry_after', 'present') ? { 'retry-after': seconds } : {}
  return { ...refuse(429, 'request over limit'), headers: { ...headers, ...wait } }
}
