import type { InventedPerson, PlantedPerson, Sandbox, SandboxOptions } from '../../src/connector/testing.ts'
import { startSandboxServer } from '../../src/connector/testing/server.ts'
import type { SandboxLimit } from '../../src/connector/testing/limits.ts'
import type { SandboxReply, SandboxRequest, SandboxRoute } from '../../src/connector/testing/routes.ts'
import { deviations } from './sandbox/deviations.ts'
import { contactRoutes } from './sandbox/contacts.ts'
import { settle } from './sandbox/jobs.ts'
import { pictureOf, remainingOf } from './sandbox/look.ts'
import { activityRoutes, logRoutes } from './sandbox/messages.ts'
import { plantContactOnly, plantMessages, plantPerson } from './sandbox/plant.ts'
import { FORBIDDEN, NOT_FOUND, refusal } from './sandbox/replies.ts'
import { legacyRoutes, settingsRoutes } from './sandbox/settings.ts'
import { SUBUSER, newWorld } from './sandbox/state.ts'
import type { Vendor, World } from './sandbox/state.ts'
import { suppressionRoutes } from './sandbox/suppressions.ts'
import { changed, switches } from './sandbox/switches.ts'

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
  const world = newWorld(options.seed ?? 1, options.speed ?? 1)
  const token = `SG.sandbox-${world.seed}.accepted-by-nobody-else`
  const server = await startSandboxServer({
    routes: routesOf(world),
    clock: options.clock,
    ...(options.port === undefined ? {} : { port: options.port }),
    speed: world.speed,
    authorise: (request, isRevoked) => authorise(world, request, { token, isRevoked }),
    limits: limitsOf(world),
    unknownRoute: NOT_FOUND,
    state: {
      save: () => structuredClone(world.vendor),
      // The server gives back what `save` gave it.
      restore: (saved) => void (world.vendor = saved as Vendor),
    },
  })
  const account = () => world.vendor.tenants.get('')
  return {
    connector: 'sendgrid',
    baseUrl: server.baseUrl,
    token,
    subuser: SUBUSER,
    plant: (person, extent = 'everywhere') =>
      extent === 'contact'
        ? plantContactOnly(world, person, options.clock.nowMs())
        : plantPerson(world, person, options.clock.nowMs()),
    plantMessages: (person, count) => {
      const tenant = account()
      if (tenant !== undefined) plantMessages(tenant, { world, person, atMs: options.clock.nowMs() }, count)
    },
    picture: (person) => {
      settle(world, options.clock.nowMs())
      return pictureOf(world, person)
    },
    pictureInSubuser: (person) => {
      const alone = { ...world, vendor: { ...world.vendor, tenants: new Map([...world.vendor.tenants].slice(1)) } }
      return pictureOf(alone, person)
    },
    remaining: (person) => {
      settle(world, options.clock.nowMs())
      return remainingOf(world, person)
    },
    switches,
    deviations,
    set: (name, value) => void (world.switches = changed(world.switches, name, value)),
    arm: (fault) => server.arm(fault),
    calls: () => server.calls(),
    revoke: (isRevoked) => server.revoke(isRevoked),
    stop: () => server.stop(),
  }
}

function routesOf(world: World): readonly SandboxRoute[] {
  // Marketing Campaigns, Email Activity and the legacy database do not exist at the EU host.
  const globalOnly = [...contactRoutes(world), ...activityRoutes(world), ...legacyRoutes(world)].map((route) => ({
    ...route,
    handle: (request: SandboxRequest) => (world.switches.region === 'eu' ? NOT_FOUND : route.handle(request)),
  }))
  const all = [...globalOnly, ...suppressionRoutes(world), ...logRoutes(world), ...settingsRoutes(world)]
  return all.map((route) => ({
    ...route,
    handle: (request) => {
      settle(world, request.atMs)
      return route.handle(request)
    },
  }))
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
  const atSeconds =
    world.switches.rate_limit_reset === 'unix' ? state.resetAtMs / 1_000 : (state.resetAtMs - state.nowMs) / 1_000
  return {
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-remaining': String(Math.max(0, state.remaining)),
    'x-ratelimit-reset': String(Math.ceil(atSeconds)),
  }
}
