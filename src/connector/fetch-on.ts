import { DsrError } from '../domain/errors.ts'
import type { HttpCall, Transport } from './transport.ts'

export interface FetchOnOptions {
  /** Counts a call by its method and path (with the query): buckets with weights, and whether it may change something. */
  readonly classify: (call: { readonly method: string; readonly path: string }) => Pick<HttpCall, 'buckets' | 'effect'>
  readonly timeoutMs?: number
  readonly maxBytes?: number
}

/**
 * A WHATWG `fetch` over the transport, for SDKs that take one. 401, 429 and 5xx reject with the transport's DsrError, so
 * an SDK's own retries must be off. A form with files is not carried.
 */
export function fetchOn(transport: Transport, options: FetchOnOptions): typeof globalThis.fetch {
  return async (input, init) => {
    const wanted = new Request(input, init)
    const url = new URL(wanted.url)
    const method = methodOf(wanted.method)
    const body = await bytesOf(wanted)
    const reply = await transport.send({
      method,
      // Absolute: the transport lets only the account's origin pass.
      path: url.href,
      headers: Object.fromEntries(wanted.headers.entries()),
      ...(body === undefined ? {} : { body }),
      ...options.classify({ method, path: url.pathname + url.search }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    })
    // These statuses may have no body, not even an empty one (Fetch standard, "null body status").
    const isBodiless = [101, 204, 205, 304].includes(reply.status)
    return new Response(isBodiless ? null : new Uint8Array(reply.body), {
      status: reply.status,
      headers: { ...reply.headers },
    })
  }
}

function methodOf(method: string): HttpCall['method'] {
  switch (method) {
    case 'GET':
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return method
    default:
      throw new DsrError('CONNECTOR_BUG', 'an SDK used a method that the transport does not send')
  }
}

async function bytesOf(wanted: Request): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(await wanted.arrayBuffer())
  return bytes.length === 0 ? undefined : bytes
}
