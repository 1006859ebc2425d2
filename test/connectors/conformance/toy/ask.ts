import { DsrError, expectList, expectObject, expectText, pages, readJson } from '../../../../src/connector/index.ts'
import type { Context, HttpCall, JsonObject } from '../../../../src/connector/index.ts'
import type { Flaw } from './flaws.ts'

type Asked = Pick<HttpCall, 'method' | 'path'> & { readonly json?: JsonObject }

export interface ToyReply {
  readonly status: number
  readonly body: Buffer
}

// A careless connector keeps what it should get from its context.
let keptToken: string | undefined

/** One call to the toy vendor; statuses other than the expected ones are errors. */
export async function askToy(context: Context, flaw: Flaw | undefined, asked: Asked): Promise<ToyReply> {
  if (flaw === 'prints_address') console.log(`calling ${asked.path}`)
  if (flaw === 'shares_state') keptToken ??= context.secret.reveal()
  try {
    return await context.transport.send({
      method: asked.method,
      path: asked.path,
      headers: {
        authorization: `Bearer ${(flaw === 'shares_state' ? keptToken : undefined) ?? context.secret.reveal()}`,
        'content-type': 'application/json',
      },
      ...(asked.json === undefined ? {} : { body: JSON.stringify(asked.json) }),
      buckets: flaw === 'counts_nothing' ? {} : { second: 1 },
      effect: asked.method !== 'GET' && flaw !== 'calls_changes_reads',
    })
  } catch (error) {
    throw flawed(context, flaw, { error, asked })
  }
}

function flawed(
  context: Context,
  flaw: Flaw | undefined,
  { error, asked }: { readonly error: unknown; readonly asked: Asked },
): unknown {
  switch (flaw) {
    case 'leaks_token_in_error':
      return new DsrError('VENDOR_UNAVAILABLE', `failed with ${context.secret.reveal()}`)
    case 'leaks_address_in_cause':
      return new DsrError('VENDOR_UNAVAILABLE', 'failed', { cause: new Error(`GET ${asked.path}`) })
    case 'throws_plain_errors':
      return new Error('failed')
    default:
      return error
  }
}

export async function readToy(context: Context, flaw: Flaw | undefined, path: string): Promise<JsonObject | undefined> {
  const reply = await askToy(context, flaw, { method: 'GET', path })
  if (reply.status === 404) return undefined
  if (reply.status !== 200) throw new DsrError('VENDOR_REFUSED', 'the toy vendor refused')
  return expectObject(readJson(reply))
}

/** All entries of a list over its pages. */
export async function* listToy(context: Context, flaw: Flaw | undefined, path: string): AsyncGenerator<JsonObject> {
  const separator = path.includes('?') ? '&' : '?'
  if (flaw === 'follows_cursor_for_ever') {
    yield* endless(context, path)
    return
  }
  const fetchPage = async (cursor: string | undefined) => {
    const page = await pageOf(context, flaw, cursor === undefined ? path : `${path}${separator}cursor=${cursor}`)
    const isLast = page.next === undefined || (flaw === 'drops_last_page' && cursor !== undefined)
    return {
      entries: expectList(page.results).map(expectObject),
      ...(isLast ? {} : { next: expectText(page.next) }),
    }
  }
  yield* pages(fetchPage)
}

async function pageOf(context: Context, flaw: Flaw | undefined, path: string): Promise<JsonObject> {
  const nothing = { results: [] }
  try {
    return (await readToy(context, flaw, path)) ?? nothing
  } catch (error) {
    const code = error instanceof DsrError ? error.code : ''
    if (flaw === 'reads_401_as_nothing' && code === 'VENDOR_CREDENTIALS_REJECTED') return nothing
    if (flaw === 'reads_stop_as_nothing' && code === 'VENDOR_TIMEOUT') return nothing
    if (flaw === 'reads_broken_as_nothing' && code === 'VENDOR_ANSWER_UNREADABLE') return nothing
    throw error
  }
}

async function* endless(context: Context, path: string): AsyncGenerator<JsonObject> {
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const separator: string = path.includes('?') ? '&' : '?'
    const page: JsonObject =
      (await readToy(context, undefined, cursor === '' ? path : `${path}${separator}cursor=${cursor}`)) ?? {}
    yield* expectList(page.results ?? []).map(expectObject)
    cursor = page.next === undefined ? undefined : expectText(page.next)
  }
}
