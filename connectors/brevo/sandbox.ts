import { openDesk, openSandbox, secondsToReset } from '../../src/connector/testing.ts'
import type { BucketState, SandboxLimit, SandboxRequest, StartSandbox } from '../../src/connector/testing.ts'
import { countRemaining, takePicture } from './sandbox/census.ts'
import { contactRoutes } from './sandbox/contact-routes.ts'
import { crmRoutes } from './sandbox/crm-routes.ts'
import { DEVIATIONS } from './sandbox/deviations.ts'
import { mailRoutes } from './sandbox/mail-routes.ts'
import { otherRoutes } from './sandbox/other-routes.ts'
import { plantPerson } from './sandbox/plant.ts'
import { refuse } from './sandbox/replies.ts'
import { SWITCHES, emptyVendor, sweep } from './sandbox/state.ts'
import type { Desk } from './sandbox/state.ts'

const TOKEN = 'xkeysib-sandbox-0123456789abcdef-Brevo'

/** Brevo over HTTP, by its published document and its newer SDK; what they leave open is a switch. */
export const startSandbox: StartSandbox = (options) => {
  const { clock, seed = 1 } = options
  const desk: Desk = openDesk(options, { vendor: emptyVendor(seed, clock.nowMs()), switches: SWITCHES })
  return openSandbox(desk, options, {
    connector: 'brevo',
    token: TOKEN,
    routes: [...contactRoutes(desk), ...mailRoutes(desk), ...crmRoutes(desk), ...otherRoutes(desk)],
    authorise: ({ headers }, isRevoked) =>
      !isRevoked && headers['api-key'] === TOKEN ? undefined : refuse(401, 'unauthorized', 'Key not found'),
    limits: LIMITS.map((limit) => limitOf(desk, limit)),
    unknownRoute: refuse(404, 'document_not_found', 'Route not found'),
    deviations: DEVIATIONS,
    sweep: () => sweep(desk),
    plant: (person, extent) => plantPerson(desk, person, extent),
    picture: (planted) => takePicture(desk, planted),
    remaining: (planted) => countRemaining(desk, planted),
  })
}

const HOUR_MS = 60 * 60 * 1000

interface Published {
  readonly bucket: string
  readonly limit: number
  readonly windowMs: number
  readonly isCounted: (request: SandboxRequest) => boolean
}

const isContacts = ({ path }: SandboxRequest) => path.startsWith('/v3/contacts')
const isMailLog = ({ path }: SandboxRequest) => path === '/v3/smtp/emails'
const isBlockedList = ({ path, method }: SandboxRequest) => path === '/v3/smtp/blockedContacts' && method === 'GET'
const isSmtp = ({ path }: SandboxRequest) => path.startsWith('/v3/smtp/')
const isApi = ({ path }: SandboxRequest) => path.startsWith('/v3/')

/** The limits of a General plan (developers.brevo.com/docs/api-limits, August 2026). */
const LIMITS: readonly Published[] = [
  { bucket: 'contacts a second', limit: 10, windowMs: 1_000, isCounted: isContacts },
  { bucket: 'contacts an hour', limit: 36_000, windowMs: HOUR_MS, isCounted: isContacts },
  { bucket: 'mail log a second', limit: 2, windowMs: 1_000, isCounted: isMailLog },
  { bucket: 'mail log an hour', limit: 7_200, windowMs: HOUR_MS, isCounted: isMailLog },
  { bucket: 'blocked contacts', limit: 1_000, windowMs: 1_000, isCounted: isBlockedList },
  {
    bucket: 'other smtp',
    limit: 300,
    windowMs: HOUR_MS,
    isCounted: (request) => isSmtp(request) && !isMailLog(request) && !isBlockedList(request),
  },
  {
    bucket: 'everything else',
    limit: 100,
    windowMs: HOUR_MS,
    isCounted: (request) => isApi(request) && !isSmtp(request) && !isContacts(request),
  },
]

/** Seconds until the reset in a header of its own, and no Retry-After. */
function limitOf(desk: Desk, { bucket, limit, windowMs, isCounted }: Published): SandboxLimit {
  const headers = (state: BucketState) => ({
    'x-sib-ratelimit-limit': String(state.limit),
    'x-sib-ratelimit-remaining': String(state.remaining),
    'x-sib-ratelimit-reset': secondsToReset(state),
  })
  return {
    bucket,
    limit,
    windowMs,
    weigh: (request) => (isCounted(request) ? 1 : 0),
    headers,
    refuse: (state) => ({
      ...refuse(429, 'too_many_requests', 'API rate limit exceeded'),
      headers: {
        ...headers(state),
        ...(desk.switches.is('retry_after', 'present') ? { 'retry-after': secondsToReset(state) } : {}),
      },
    }),
  }
}
