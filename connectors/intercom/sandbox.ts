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
import { countRemaining, takePicture } from './sandbox/census.ts'
import { contactRoutes } from './sandbox/contact-routes.ts'
import { conversationRoutes } from './sandbox/conversation-routes.ts'
import { DEVIATIONS } from './sandbox/deviations.ts'
import { otherRoutes } from './sandbox/other-routes.ts'
import { plantPerson } from './sandbox/plant.ts'
import type { Planted } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import { SWITCHES, emptyVendor, isSet, sweep } from './sandbox/state.ts'
import type { Desk, Vendor } from './sandbox/state.ts'

const TOKEN = 'dG9rOnNhbmRib3gtaW50ZXJjb20='

/** Intercom over HTTP, by its published documents of version 2.16; what they leave open is a switch. */
export const startSandbox: StartSandbox = async ({ clock, port = 0, speed = 1, seed = 1 }) => {
  const desk: Desk = {
    vendor: emptyVendor(seed),
    switches: new Map(),
    speed,
    baseUrl: '',
    nowMs: () => clock.nowMs(),
  }
  const server = await startSandboxServer({
    routes: [...contactRoutes(desk), ...conversationRoutes(desk), ...otherRoutes(desk)],
    clock,
    port,
    speed,
    authorise: (request, isRevoked) => authorise(desk, request, isRevoked),
    limits: [limitOf(desk)],
    state: {
      save: () => structuredClone(desk.vendor),
      // Only `save` makes what comes back here.
      restore: (saved) => void (desk.vendor = saved as Vendor),
    },
    unknownRoute: notFound(),
  })
  desk.baseUrl = server.baseUrl
  return {
    ...server,
    ...people(desk),
    connector: 'intercom',
    token: TOKEN,
    switches: SWITCHES,
    set: setter(desk),
    deviations: DEVIATIONS,
  }
}

function authorise(desk: Desk, request: SandboxRequest, isRevoked: boolean): SandboxReply | undefined {
  sweep(desk)
  if (!isRevoked && request.headers.authorization === `Bearer ${TOKEN}`) return undefined
  return refuse(401, 'unauthorized', 'Access Token Invalid')
}

function people(desk: Desk): Pick<Sandbox, 'plant' | 'picture' | 'remaining'> {
  const planted = new Map<PlantedPerson, Planted>()
  const known = (person: PlantedPerson): Planted => {
    const found = planted.get(person)
    if (found === undefined) throw new Error('this person was not planted here')
    return found
  }
  return {
    plant: (person: InventedPerson, extent?: PlantExtent) => {
      const one = plantPerson(desk, person, extent)
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
      const seconds = String(Math.max(1, Math.ceil((state.resetAtMs - state.nowMs) / 1_000)))
      const wait = isSet(desk, 'retry_after', 'present') ? { 'retry-after': seconds } : {}
      return { ...reply, headers: { ...headers(state), ...wait } }
    },
  }
}
