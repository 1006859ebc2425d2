import type { Readable } from 'node:stream'

/** One HTTP call to a vendor, as a connector describes it. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the account's base URL, starting with `/`, query included; or an absolute URL on the same origin. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Names of the manifest's buckets that the call is counted in, with its weight in each (1 by default). */
  readonly buckets: Readonly<Record<string, number>>
  /** Whether the call may change something: decides what a lost answer means (`mayHaveArrived`). */
  readonly effect: boolean
  readonly timeoutMs?: number
  /** Largest answer that is read, in bytes; more throws LIMIT_REACHED. */
  readonly maxBytes?: number
  /** Absolute origins besides the account's that this call may go to (signed file URLs); checked like the base URL. */
  readonly allowOrigin?: string
}

export interface HttpReply {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface HttpStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** At most `maxBytes`; the reader destroys it when done early. */
  readonly body: Readable
}

/**
 * The one way to a vendor. Guarantees: waits for or is refused by the limiter before a byte is sent; never follows a
 * redirect; connects only to addresses that the installation allows, checked after resolution; bounds time and size;
 * an answer of any status is returned, not thrown, except 429, 401 and 5xx as below; no URL, header, body or identifier
 * in an error.
 *
 * @throws DsrError `RATE_LIMITED` (429 or the limiter; `retryAfterMs` set; nothing was done) ·
 *   `VENDOR_CREDENTIALS_REJECTED` (401) · `VENDOR_UNAVAILABLE` (5xx, reset, refused) · `VENDOR_TIMEOUT` ·
 *   `VENDOR_ADDRESS_REFUSED` · `LIMIT_REACHED` (too large). Those of an effect whose bytes may have arrived carry
 *   `mayHaveArrived: true`.
 */
export interface Transport {
  send(call: HttpCall): Promise<HttpReply>
  stream(call: HttpCall): Promise<HttpStream>
}

/** What a vendor's answer says about waiting. */
export interface Hold {
  /** The bucket of the manifest that is used up; absent = every bucket of the call. */
  readonly bucket?: string
  readonly waitMs: number
}

/**
 * Reads a vendor's own words about its limits (`X-RateLimit-Reset`, a policy name in the body …) from an answer of any
 * status, before it is returned or thrown. The transport then holds the bucket for all workers. A 429 is thrown as
 * RATE_LIMITED with this wait, or else Retry-After, or else the shortest window of the call's buckets. Pure: no I/O;
 * `nowMs` is the clock's.
 */
export type InterpretHold = (reply: HttpReply, nowMs: number) => Hold | undefined
