import { BrevoClient } from '@getbrevo/brevo'
import { DsrError, fetchOn, isDsrError } from '../../src/connector/index.ts'
import type { Context, HttpReply } from '../../src/connector/index.ts'
import { HourOfCalls } from './hour.ts'
import { trafficOf } from './limits.ts'
import { optionsOf } from './options.ts'
import type { AccountOptions } from './options.ts'

/** Brevo as one account sees it. */
export interface Brevo {
  readonly context: Context
  readonly options: AccountOptions
  /** What this run has reserved of the hour's hundred calls. */
  readonly hour: HourOfCalls
  /**
   * Lets the SDK build one call and gives back what Brevo answered, read by nobody yet.
   *
   * @throws DsrError as `Transport.send`, and `CONNECTOR_BUG` for a call that must never leave.
   */
  send(build: (client: BrevoClient) => PromiseLike<unknown>): Promise<HttpReply>
}

const TIMEOUT_S = 60
// A page of 5,000 events of some hundred bytes each.
const MAX_BYTES = 32 * 1024 * 1024

export function openBrevo(context: Context): Brevo {
  const hour = new HourOfCalls()
  return { context, options: optionsOf(context), hour, send: (build) => sendBySdk(context, hour, build) }
}

/**
 * The SDK builds address, headers and body; the kit's transport sends. The SDK is shown an empty object in place of the
 * answer: its errors quote whole bodies, it repeats changing calls by itself, and it knows a 429 from some calls only.
 */
async function sendBySdk(
  context: Context,
  hour: HourOfCalls,
  build: (client: BrevoClient) => PromiseLike<unknown>,
): Promise<HttpReply> {
  let reply: HttpReply | undefined
  let failure: unknown
  const send = fetchOn(context.transport, {
    classify: (call) => trafficOf(call, hour),
    timeoutMs: TIMEOUT_S * 1_000,
    maxBytes: MAX_BYTES,
  })
  const client = new BrevoClient({
    apiKey: context.secret.reveal(),
    baseUrl: addressOf(context),
    maxRetries: 0,
    timeoutInSeconds: TIMEOUT_S,
    fetch: async (input, init) => {
      try {
        const wanted = new Request(input, init)
        refuseDangerous(wanted.method, new URL(wanted.url).pathname)
        const answer = await send(wanted)
        const body = Buffer.from(await answer.arrayBuffer())
        reply = { status: answer.status, headers: Object.fromEntries(answer.headers.entries()), body }
      } catch (error) {
        failure = error
      }
      return Response.json({})
    },
  })
  try {
    await build(client)
  } catch (error) {
    failure ??= error
  }
  if (isDsrError(failure)) throw failure
  // Anything else is a call that cannot be built; its text may quote the call, so it is not kept.
  if (reply === undefined) throw new DsrError('CONNECTOR_BUG', 'the SDK did not send the call')
  return reply
}

/** The configuration may name the host with or without the version. */
function addressOf({ account }: Context): string {
  return `${account.baseUrl.replace(/\/+$/, '').replace(/\/v3$/, '')}/v3`
}

/** What a deletion may be aimed at, always by an id of its own. */
const DELETABLE = /\/v3\/(contacts|smtp\/log|crm\/notes|crm\/tasks|crm\/files)\/[^/]+$/

/** What else may be changed. Nothing of a whole list, and never the transactional blocklist: both reach people who did not ask. */
const CHANGEABLE =
  /\/v3\/(contacts|contacts\/batch|contacts\/[^/]+|crm\/notes\/[^/]+|crm\/tasks\/[^/]+|crm\/deals\/[^/]+|crm\/deals\/link-unlink\/[^/]+|companies\/[^/]+|companies\/link-unlink\/[^/]+|objects\/[^/]+\/batch\/delete)$/

function refuseDangerous(method: string, path: string): void {
  if (
    path
      .split('/')
      .slice(1)
      .some((segment) => segment === '' || segment === 'undefined' || segment === 'null')
  )
    throw new DsrError('CONNECTOR_BUG', 'a call lacks an id')
  if (method === 'GET') return
  if (!(method === 'DELETE' ? DELETABLE : CHANGEABLE).test(path))
    throw new DsrError('CONNECTOR_BUG', 'a call would change more than one person’s data')
}

/** Brevo's number behind one of our refs. @throws DsrError `CONNECTOR_BUG`. */
export function numberOf(ref: string): number {
  if (!/^\d{1,15}$/.test(ref)) throw new DsrError('CONNECTOR_BUG', 'a reference is not a number of the vendor’s')
  return Number(ref)
}
