import { openDesk, openSandbox, secondsToReset } from '../../src/connector/testing.ts'
import type {
  BucketState,
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
import { notFound, refuse } from './sandbox/replies.ts'
import { emptyVendor, RESTRICTION_PROPERTY, sweep, SWITCHES } from './sandbox/state.ts'
import type { Desk } from './sandbox/state.ts'

const TOKEN = 'pat-eu1-sandbox-0d6f2b1c'

/** HubSpot over HTTP, by its published documents; what they leave open is a switch. */
export const startSandbox: StartSandbox = (options) => {
  const desk = openDesk(options, { vendor: emptyVendor(options.seed ?? 1), switches: SWITCHES })
  furnish(desk)
  const routes = [
    ...crmRoutes(desk),
    ...associationRoutes(desk),
    ...placeRoutes(desk),
    ...addressRoutes(desk),
    ...contentRoutes(desk),
  ]
  return openSandbox(desk, options, {
    connector: 'hubspot',
    token: TOKEN,
    routes,
    authorise,
    limits: limitsOf(desk),
    unknownRoute: notFound(),
    options: { restriction_property: RESTRICTION_PROPERTY },
    sweep: () => sweep(desk),
    plant: (person, extent) => (extent === 'contact' ? plantContactOnly : plantPerson)(desk, person),
    picture: (person) => takePicture(desk, person),
    remaining: (person) => countRemaining(desk, person),
  })
}

function authorise(request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  if (!isRevoked && request.headers.authorization === `Bearer ${TOKEN}`) return undefined
  return refuse(401, 'INVALID_AUTHENTICATION', { message: 'Authentication credentials not found.' })
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

function tooMany(desk: Desk, policyName: string, state: BucketState): SandboxReply {
  const seconds = secondsToReset(state)
  const reply = refuse(429, 'RATE_LIMITS', {
    message: 'You have reached your limit.',
    errorType: 'RATE_LIMIT',
    policyName,
  })
  return desk.switches.is('retry_after', 'present') ? { ...reply, headers: { 'retry-after': seconds } } : reply
}
