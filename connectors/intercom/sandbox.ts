import { openDesk, openSandbox, secondsToReset } from '../../src/connector/testing.ts'
import type {
  BucketState,
  SandboxLimit,
  SandboxReply,
  SandboxRequest,
  StartSandbox,
} from '../../src/connector/testing.ts'
import { countRemaining, takePicture } from './sandbox/census.ts'
import { contactRoutes } from './sandbox/contact-routes.ts'
import { conversationRoutes } from './sandbox/conversation-routes.ts'
import { DEVIATIONS } from './sandbox/deviations.ts'
import { otherRoutes } from './sandbox/other-routes.ts'
import { plantPerson } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import { SWITCHES, emptyVendor, sweep } from './sandbox/state.ts'
import type { Desk } from './sandbox/state.ts'

const TOKEN = 'dG9rOnNhbmRib3gtaW50ZXJjb20='

/** Intercom over HTTP, by its published documents of version 2.16; what they leave open is a switch. */
export const startSandbox: StartSandbox = (options) => {
  const desk = openDesk(options, { vendor: emptyVendor(options.seed ?? 1), switches: SWITCHES })
  const routes = [...contactRoutes(desk), ...conversationRoutes(desk), ...otherRoutes(desk)]
  return openSandbox(desk, options, {
    connector: 'intercom',
    token: TOKEN,
    routes,
    authorise,
    limits: [limitOf(desk)],
    unknownRoute: notFound(),
    deviations: DEVIATIONS,
    sweep: () => sweep(desk),
    plant: (person, extent) => plantPerson(desk, person, extent),
    picture: (person) => takePicture(desk, person),
    remaining: (person) => countRemaining(desk, person),
  })
}

function authorise(request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  if (!isRevoked && request.headers.authorization === `Bearer ${TOKEN}`) return undefined
  return refuse(401, 'unauthorized', 'Access Token Invalid')
}

/** 10,000 calls a minute, spread over windows of ten seconds. */
function limitOf(desk: Desk): SandboxLimit {
  const headers = ({ limit, remaining, resetAtMs }: BucketState) => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil(resetAtMs / 1_000)),
  })
  return {
    bucket: 'ten_seconds',
    limit: 1_667,
    windowMs: 10_000,
    weigh: () => 1,
    headers,
    refuse: (state) => {
      const reply = refuse(429, 'rate_limit_exceeded', `Exceeded rate limit of ${state.limit} in 10_seconds`)
      const seconds = secondsToReset(state)
      const wait = desk.switches.is('retry_after', 'present') ? { 'retry-after': seconds } : {}
      return { ...reply, headers: { ...headers(state), ...wait } }
    },
  }
}
