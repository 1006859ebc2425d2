import { Client } from '@sendgrid/client'
import { DsrError, isDsrError, readJson } from '../../src/connector/index.ts'
import type { Context, HttpCall, HttpReply, JsonValue } from '../../src/connector/index.ts'

/** One call, as the vendor's documents describe it. */
export interface Ask {
  readonly method: HttpCall['method']
  /** Path from `/v3/`; variable segments already encoded. */
  readonly path: string
  /** Texts only: the SDK would write a list as `ids[]=`, which SendGrid refuses (sendgrid-nodejs#1185). */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonValue
  readonly bucket: string
  /** Whether it changes something. */
  readonly effect?: boolean
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body as JSON; undefined when it is empty or not JSON. */
  readonly json: JsonValue | undefined
}

/** SendGrid as one account or subuser sees it. */
export interface SendGrid {
  readonly context: Context
  /** '' = the account of the key itself. */
  readonly subuser: string
  /** @throws DsrError as `Transport.send`; any other status is returned. */
  ask(ask: Ask): Promise<Reply>
}

/** What the SDK hands to its HTTP adapter (an axios adapter). */
interface SdkCall {
  readonly url?: string
  readonly method?: string
  readonly params?: Readonly<Record<string, string>>
  readonly data?: unknown
  readonly headers?: unknown
}

type Adapter = (call: SdkCall) => Promise<object>
type SdkRequest = Parameters<Client['createRequest']>[0]

/** The vendor's client builds headers, body and impersonation; the kit's transport does the sending. */
class TransportClient extends Client {
  readonly #adapter: Adapter

  constructor(adapter: Adapter) {
    super()
    this.#adapter = adapter
  }

  override createRequest(ask: SdkRequest): SdkRequest {
    // The answer stays text: the SDK's own parser would throw an error that holds the key.
    const options = {
      ...super.createRequest(ask),
      adapter: this.#adapter,
      transformResponse: (body: unknown) => body,
    }
    return options
  }
}

export function openSendGrid(context: Context, subuser: string): SendGrid {
  return { context, subuser, ask: (ask) => send({ context, subuser }, ask) }
}

async function send({ context, subuser }: Pick<SendGrid, 'context' | 'subuser'>, ask: Ask): Promise<Reply> {
  refuseDeleteAll(ask)
  let reply: HttpReply | undefined
  const client = new TransportClient(async (call) => {
    reply = await context.transport.send({
      method: ask.method,
      path: pathOf(call),
      headers: headersOf(call.headers),
      ...(typeof call.data === 'string' ? { body: call.data } : {}),
      buckets: { [ask.bucket]: 1 },
      effect: ask.effect ?? false,
    })
    return { status: reply.status, statusText: '', headers: reply.headers, data: '', config: call }
  })
  // A default header instead of setApiKey, which resets the base address and warns about keys of gateways.
  client.setDefaultHeader('Authorization', `Bearer ${context.secret.reveal()}`)
  if (subuser !== '') client.setImpersonateSubuser(subuser)
  await client.request({
    method: ask.method,
    url: ask.path,
    ...(ask.query === undefined ? {} : { qs: ask.query }),
    ...(ask.body === undefined ? {} : { body: ask.body }),
  })
  if (reply === undefined) throw new DsrError('CONNECTOR_BUG', 'the SDK did not send the call')
  return { status: reply.status, headers: reply.headers, json: parsed(reply) }
}

/** Two words in one call would empty the whole account: they never leave. */
function refuseDeleteAll(ask: Ask): void {
  const words = `${Object.keys(ask.query ?? {}).join(' ')} ${namesOf(ask.body).join(' ')}`
  if (words.includes('delete_all')) throw new DsrError('CONNECTOR_BUG', 'a call would delete everything of the account')
}

function namesOf(body: JsonValue | undefined): readonly string[] {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.keys(body) : []
}

function pathOf(call: SdkCall): string {
  const query = new URLSearchParams(call.params).toString()
  return query === '' ? (call.url ?? '') : `${call.url ?? ''}?${query}`
}

/** The SDK's headers as plain texts; lengths and encodings are the transport's. */
function headersOf(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) return {}
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !/^(content-length|accept-encoding)$/i.test(name) ? [[name, value] as const] : [],
    ),
  )
}

function parsed(reply: HttpReply): JsonValue | undefined {
  if (reply.body.length === 0) return undefined
  try {
    return readJson(reply)
  } catch (error) {
    // Not JSON is for the reader to judge: nothing is read from it.
    if (isDsrError(error, 'VENDOR_ANSWER_UNREADABLE')) return undefined
    throw error
  }
}
