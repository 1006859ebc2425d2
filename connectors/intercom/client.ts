import { IntercomClient } from 'intercom-client'
import { DsrError, fetchOn, isDsrError } from '../../src/connector/index.ts'
import type { Context, HttpCall, HttpReply, JsonValue } from '../../src/connector/index.ts'
import { optionsOf } from './options.ts'
import type { AccountOptions } from './options.ts'

/** The version that every call names; an unnamed one would be whatever the workspace's app was made with. */
export const INTERCOM_VERSION = '2.16'

/** A call that the SDK lacks or cannot make. */
export interface RawCall {
  readonly method: HttpCall['method']
  /** From `/`; variable segments already encoded. */
  readonly path: string
  readonly body?: JsonValue
}

/** Intercom as one account sees it. */
export interface Intercom {
  readonly context: Context
  readonly options: AccountOptions
  /**
   * Lets the SDK build one call and gives back what Intercom answered, read by nobody yet.
   *
   * @throws DsrError as `Transport.send`, and `CONNECTOR_BUG` for a call that must never leave.
   */
  sdk(build: (client: IntercomClient) => PromiseLike<unknown>): Promise<HttpReply>
  /** The same for a call that we build ourselves. */
  raw(call: RawCall): Promise<HttpReply>
}

const TIMEOUT_MS = 60_000

export function openIntercom(context: Context): Intercom {
  return {
    context,
    options: optionsOf(context),
    sdk: (build) => sendBySdk(context, build),
    raw: ({ method, path, body }) => {
      refuseDangerous(method, path)
      return context.transport.send({
        method,
        path,
        headers: {
          authorization: `Bearer ${context.secret.reveal()}`,
          'intercom-version': INTERCOM_VERSION,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...classify({ method, path }),
        timeoutMs: TIMEOUT_MS,
      })
    },
  }
}

/**
 * The SDK builds address, headers and body; the kit's transport sends. The SDK is shown an empty object in place of the
 * answer: its parser loses digits of long ids, its errors quote bodies, and it keeps a timer running for each call that fails.
 */
async function sendBySdk(
  context: Context,
  build: (client: IntercomClient) => PromiseLike<unknown>,
): Promise<HttpReply> {
  let reply: HttpReply | undefined
  let failure: unknown
  const send = fetchOn(context.transport, { classify, timeoutMs: TIMEOUT_MS })
  const client = new IntercomClient({
    // Without a token the SDK would take one from the environment.
    token: context.secret.reveal(),
    baseUrl: context.account.baseUrl,
    maxRetries: 0,
    headers: { 'Intercom-Version': INTERCOM_VERSION },
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

function classify({ method, path }: { readonly method: string; readonly path: string }) {
  const isSearch = (path.split('?')[0] ?? '').endsWith('/search')
  return { buckets: { ten_seconds: 1 }, effect: method !== 'GET' && !isSearch }
}

/**
 * Three kinds of call never leave: with an id that is missing (the SDK writes `undefined` into the path, and an empty one
 * makes the address of the whole collection), archiving or blocking (both hide a person and erase nothing), and bulk.
 */
function refuseDangerous(method: string, path: string): void {
  const segments = (path.split('?')[0] ?? '').split('/').slice(1)
  if (segments.some((segment) => segment === '' || segment === 'undefined' || segment === 'null'))
    throw new DsrError('CONNECTOR_BUG', 'a call lacks an id')
  const isOfContacts = method !== 'GET' && segments.includes('contacts')
  if (isOfContacts && segments.some((segment) => ['archive', 'block', 'bulk'].includes(segment)))
    throw new DsrError('CONNECTOR_BUG', 'a call would hide a person instead of erasing')
}

/** An id as part of a path. @throws DsrError `CONNECTOR_BUG` for an empty one. */
export function idPath(id: string): string {
  if (id === '' || id === 'undefined' || id === 'null') throw new DsrError('CONNECTOR_BUG', 'a call lacks an id')
  return encodeURIComponent(id)
}
