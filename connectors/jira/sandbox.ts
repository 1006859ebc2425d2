import { openDesk, openSandbox, secondsToReset } from '../../src/connector/testing.ts'
import type { BucketState, SandboxLimit, SandboxRequest, StartSandbox } from '../../src/connector/testing.ts'
import { toNobody } from './sandbox/anonymous.ts'
import { countRemaining, takePicture } from './sandbox/census.ts'
import { childRoutes } from './sandbox/child-routes.ts'
import { DEVIATIONS } from './sandbox/deviations.ts'
import { deskRoutes } from './sandbox/desk-routes.ts'
import { issueRoutes } from './sandbox/issue-routes.ts'
import { peopleRoutes } from './sandbox/people-routes.ts'
import { plantPerson } from './sandbox/plant.ts'
import { notFound, refuse } from './sandbox/replies.ts'
import { emptyVendor, sweep, SWITCHES } from './sandbox/state.ts'
import type { Desk } from './sandbox/state.ts'

const TOKEN = 'habeas-bot@staff.example.net:ATATT3xSandboxTokenOfHabeas'

/** Jira Cloud with Jira Service Management over HTTP, by the published document; what it leaves open is a switch. */
export const startSandbox: StartSandbox = (options) => {
  const desk = openDesk(options, { vendor: emptyVendor(options.seed ?? 1), switches: SWITCHES })
  const credential = `Basic ${Buffer.from(TOKEN).toString('base64')}`
  return openSandbox(desk, options, {
    connector: 'jira',
    token: TOKEN,
    routes: [...childRoutes(desk), ...issueRoutes(desk), ...peopleRoutes(desk), ...deskRoutes(desk)],
    authorise: (request, isRevoked) =>
      !isRevoked && request.headers.authorization === credential ? undefined : toNobody(desk, request),
    limits: limitsOf(desk),
    unknownRoute: notFound(),
    deviations: DEVIATIONS,
    sweep: () => sweep(desk),
    plant: (person, extent) => plantPerson(desk, person, extent),
    picture: (known) => takePicture(desk, known),
    remaining: (known) => countRemaining(desk, known),
  })
}

/** Bursts by method, and the narrow gate of the search for customers. */
function limitsOf(desk: Desk): readonly SandboxLimit[] {
  const isCustomers = ({ method, path }: SandboxRequest): boolean =>
    method === 'GET' && /^\/rest\/servicedeskapi\/servicedesk\/[^/]+\/customer$/.test(path)
  const perSecond = (bucket: string, limit: number, isCounted: (request: SandboxRequest) => boolean): SandboxLimit => ({
    bucket,
    limit,
    windowMs: 1_000,
    weigh: (request) => (isCounted(request) ? 1 : 0),
    headers: ({ remaining }) => ({ 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining) }),
    refuse: (state) => tooMany(desk, state),
  })
  return [
    perSecond('customers', 5, isCustomers),
    perSecond('reads', 100, ({ method }) => method === 'GET'),
    perSecond('posts', 100, ({ method }) => method === 'POST'),
    perSecond('puts', 50, ({ method }) => method === 'PUT'),
    perSecond('deletes', 50, ({ method }) => method === 'DELETE'),
  ]
}

function tooMany(desk: Desk, state: BucketState) {
  const wait = desk.switches.is('retry_after', 'present') ? { 'retry-after': secondsToReset(state) } : {}
  return {
    ...refuse(429, 'Rate limit exceeded.'),
    headers: {
      ...wait,
      'ratelimit-reason': 'jira-burst-based',
      'x-ratelimit-reset': new Date(state.resetAtMs).toISOString(),
    },
  }
}
