import { Transform, pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DsrError } from '../domain/errors.ts'

export interface CappedBody {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

export interface CapOptions {
  readonly maxBytes: number
  /** Turns whatever breaks the body into the error that its reader sees. */
  readonly explain: (error: Error) => Error
}

/**
 * Unpacks gzip and stops after `maxBytes`, counted before and after unpacking, so that neither a long answer nor a small
 * one that unpacks to a long one fills the memory. Headers no longer say what is no longer so.
 */
export function cappedBody(raw: Readable, headers: Readonly<Record<string, string>>, options: CapOptions): CappedBody {
  const { 'content-encoding': encoding, 'content-length': length, ...rest } = headers
  // An answer without a body may still name an encoding.
  const isZipped = encoding?.trim().toLowerCase() === 'gzip' && length !== '0'
  const last = lastCap(options)
  // Every stream is destroyed with the first error; the reader meets it at the last one.
  if (isZipped) pipeline(raw, cap(options.maxBytes), createGunzip(), last, ignored)
  else pipeline(raw, last, ignored)
  return { headers: isZipped ? rest : headers, body: last }
}

/** The reader sees the error on the stream itself; the pipeline's copy has no other reader. */
function ignored(): void {
  return
}

function lastCap({ maxBytes, explain }: CapOptions): Transform {
  const stream = cap(maxBytes)
  stream._destroy = (error, done) => done(error === null ? null : explain(error))
  return stream
}

function cap(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) done(new DsrError('LIMIT_REACHED', 'the answer is larger than the call allows'))
      else done(null, chunk)
    },
  })
}

/** Lower-case names; repeated headers joined as HTTP says. */
export function headersOf(
  raw: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  )
}
