import { startSandboxServer } from '../../src/connector/testing.ts'
import type {
  BucketState,
  InventedPerson,
  PlantExtent,
  PlantedPerson,
  Sandbox,
  SandboxLimit,
  SandboxReply,
  SandboxRequest,
  StartSandbox,
} from '../../src/connector/testing.ts'
import { addressRoutes } from './sandbox/address-routes.ts'
import { associationRoutes } from './sandbox/association-routes.ts'
import { countRemaining, takePicture } from './sandbox/census.ts'
import { contentRoutes } from './sandbox/content-routes.ts'
import { crmRoutes } from './sandbox/crm-routes.ts'
import { placeRoutes } from './sandbox/place-routes.ts'
import { furnish } from './sandbox/plant-places.ts'
import { plantContactOnly, plantPerson } from './sandbox/plant.ts'
import type { Planted } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import { emptyVendor, isSet, sweep, SWITCHES } from './sandbox/state.ts'
import type { Desk, Vendor } from './sandbox/state.ts'

const TOKEN = 'pat-eu1-sandbox-0d6f2b1c'

/** HubSpot over HTTP, by its published documents; what they leave open is a switch. */
export const startSandbox: StartSandbox = async ({ clock, port = 0, speed = 1, seed = 1 }) => {
  const desk: Desk = {
    vendor: emptyVendor(seed),
    switches: new Map(),
    speed,
    nowMs: () => clock.nowMs(),
  }
  furnish(desk)
  let baseUrl = ''
  const server = await startSandboxServer({
    routes: [
      ...crmRoutes(desk),
      ...associationRoutes(desk),
      ...placeRoutes(desk),
      ...addressRoutes(desk),
      ...contentRoutes(desk, () => baseUrl),
    ],
    clock,
    port,
    speed,
    authorise: (request, isRevoked) => authorise(desk, request, isRevoked),
    limits: limitsOf(desk),
    state: {
      save: () => structuredClone(desk.vendor),
      // Only `save` makes what comes back here.
      restore: (saved) => void (desk.vendor = saved as Vendor),
    },
    unknownRoute: notFound(),
  })
  baseUrl = server.baseUrl
  return { ...server, ...people(desk), connector: 'hubspot', token: TOKEN, switches: SWITCHES, set: setter(desk) }
}

function authorise(desk: Desk, request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  sweep(desk)
  if (!isRevoked && request.headers.authorization === `Bearer ${TOKEN}`) return undefined
  return refuse(401, 'INVALID_AUTHENTICATION', { message: 'Authentication credentials not found.' })
}

function people(desk: Desk): Pick<Sandbox, 'plant' | 'picture' | 'remaining'> {
  const planted = new Map<PlantedPerson, Planted>()
  const known = (person: PlantedPerson): Planted => {
    const found = planted.get(person)
    if (found === undefined) throw new Error('this person was not planted here')
    return found
  }
  return {
    plant: (person: InventedPerson, extent: PlantExtent = 'everywhere') => {
      const one = extent === 'contact' ? plantContactOnly(desk, person) : plantPerson(desk, person)
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

const TEN_SECONDS_MS = 10_000
const DAY_MS = 24 * 60 * 60 * 1000

function limitsOf(desk: Desk): readonly SandboxLimit[] {
  const isSearch = ({ path }: SandboxRequest): boolean => path.endsWith('/search')
  const refusal = (policyName: string) => (state: BucketState) => tooMany(desk, policyName, state)
  return [
    {
      bucket: 'ten_seconds',
      limit: 100,
      windowMs: TEN_SECONDS_MS,
      // Search is exempt and carries no headers.
      weigh: (request) => (isSearch(request) ? 0 : 1),
      refuse: refusal('TEN_SECONDLY_ROLLING'),
      headers: ({ limit, remaining }) => ({
        'x-hubspot-ratelimit-interval-milliseconds': String(TEN_SECONDS_MS),
        'x-hubspot-ratelimit-max': String(limit),
        'x-hubspot-ratelimit-remaining': String(remaining),
      }),
    },
    {
      bucket: 'search',
      limit: 5,
      windowMs: 1_000,
      weigh: (request) => (isSearch(request) ? 1 : 0),
      refuse: refusal('SECONDLY'),
    },
    {
      bucket: 'associations',
      limit: 100,
      windowMs: TEN_SECONDS_MS,
      weigh: ({ path }) => (path.startsWith('/crm/v4/associations/') ? 1 : 0),
      refuse: refusal('TEN_SECONDLY_ROLLING'),
    },
    { bucket: 'day', limit: 250_000, windowMs: DAY_MS, weigh: () => 1, refuse: refusal('DAILY') },
  ]
}

function tooMany(desk: Desk, policyName: string, { resetAtMs, nowMs }: BucketState): SandboxReply {
  const seconds = String(Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000)))
  const reply = refuse(429, 'RATE_LIMITS', {
    message: 'You have reached your limit.',
    errorType: 'RATE_LIMIT',
    policyName,
  })
  return isSet(desk, 'retry_after', 'present') ? { ...reply, headers: { 'retry-after': seconds } } : reply
}
