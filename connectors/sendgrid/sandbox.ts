import { openDesk, openSandbox } from '../../src/connector/testing.ts'
import type {
  InventedPerson,
  PlantedPerson,
  Sandbox,
  SandboxLimit,
  SandboxOptions,
  SandboxReply,
  SandboxRequest,
  SandboxRoute,
} from '../../src/connector/testing.ts'
import { deviations } from './sandbox/deviations.ts'
import { contactRoutes } from './sandbox/contacts.ts'
import { settle } from './sandbox/jobs.ts'
import { pictureOf, remainingOf } from './sandbox/look.ts'
import { activityRoutes, logRoutes } from './sandbox/messages.ts'
import { plantContactOnly, plantMessages, plantPerson } from './sandbox/plant.ts'
import { FORBIDDEN, NOT_FOUND, refusal } from './sandbox/replies.ts'
import { legacyRoutes, settingsRoutes } from './sandbox/settings.ts'
import { SUBUSER, emptyVendor } from './sandbox/state.ts'
import type { World } from './sandbox/state.ts'
import { suppressionRoutes } from './sandbox/suppressions.ts'
import { switches } from './sandbox/switches.ts'

/** SendGrid's sandbox: besides what every sandbox does, it has a subuser and can plant many messages. */
export interface SendGridSandbox extends Sandbox {
  /** The subuser that every planted person is also in. */
  readonly subuser: string
  /** The records of a planted person in that subuser, as text. */
  pictureInSubuser(person: PlantedPerson): string
  plantMessages(person: InventedPerson, count: number): void
}

/** Starts SendGrid over HTTP on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions): Promise<SendGridSandbox> {
  const seed = options.seed ?? 1
  const world: World = { ...openDesk(options, { vendor: emptyVendor(), switches }), seed }
  const token = `SG.sandbox-${seed}.accepted-by-nobody-else`
  const sandbox = await openSandbox(world, options, {
    connector: 'sendgrid',
    token,
    routes: routesOf(world),
    authorise: (request, isRevoked) => authorise(world, request, { token, isRevoked }),
    limits: limitsOf(world),
    unknownRoute: NOT_FOUND,
    deviations,
    sweep: () => settle(world, world.nowMs()),
    plant: (person, extent) => {
      const plant = extent === 'contact' ? plantContactOnly : plantPerson
      return { planted: plant(world, person, world.nowMs()) }
    },
    picture: ({ planted }) => pictureOf(world, planted),
    remaining: ({ planted }) => remainingOf(world, planted),
  })
  return {
    ...sandbox,
    subuser: SUBUSER,
    plantMessages: (person, count) => {
      const tenant = world.vendor.tenants.get('')
      if (tenant !== undefined) plantMessages(tenant, { world, person, atMs: world.nowMs() }, count)
    },
    pictureInSubuser: (person) => {
      const alone = { ...world, vendor: { ...world.vendor, tenants: new Map([...world.vendor.tenants].slice(1)) } }
      return pictureOf(alone, person)
    },
  }
}

function routesOf(world: World): readonly SandboxRoute[] {
  // Marketing Campaigns, Email Activity and the legacy database do not exist at the EU host.
  const globalOnly = [...contactRoutes(world), ...activityRoutes(world), ...legacyRoutes(world)].map((route) => ({
    ...route,
    handle: (request: SandboxRequest) => (world.switches.is('region', 'eu') ? NOT_FOUND : route.handle(request)),
  }))
  return [...globalOnly, ...suppressionRoutes(world), ...logRoutes(world), ...settingsRoutes(world)]
}

function authorise(
  world: World,
  request: SandboxRequest,
  { token, isRevoked }: { readonly token: string; readonly isRevoked: boolean },
): SandboxReply | undefined {
  if (isRevoked || request.headers.authorization !== `Bearer ${token}`) return refusal(401, 'authorization required')
  return world.vendor.tenants.has(request.headers['on-behalf-of'] ?? '') ? undefined : FORBIDDEN
}

/** What SendGrid publishes: six Email Activity calls and a hundred erasure jobs a minute. */
function limitsOf(world: World): readonly SandboxLimit[] {
  const limit = (bucket: string, most: number, isCounted: (request: SandboxRequest) => boolean): SandboxLimit => ({
    bucket,
    limit: most,
    windowMs: 60_000,
    weigh: (request) => (isCounted(request) ? 1 : 0),
    headers: (state) => headersOf(world, state),
    refuse: (state) => ({ ...refusal(429, 'too many requests'), headers: headersOf(world, state) }),
  })
  return [
    limit('email_activity', 6, ({ path }) => path.startsWith('/v3/messages')),
    limit('erasejob', 100, ({ path }) => path === '/v3/recipients/erasejob'),
  ]
}

/** The time of the reset is a unix time by one page, and seconds from now by another. */
function headersOf(
  world: World,
  state: { readonly limit: number; readonly remaining: number; readonly resetAtMs: number; readonly nowMs: number },
): Readonly<Record<string, string>> {
  const atSeconds = world.switches.is('rate_limit_reset', 'unix')
    ? state.resetAtMs / 1_000
    : (state.resetAtMs - state.nowMs) / 1_000
  return {
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-remaining': String(Math.max(0, state.remaining)),
    'x-ratelimit-reset': String(Math.ceil(atSeconds)),
  }
}
