import { createHash } from 'node:crypto'

/** SHA-256 as 64 lower-case hexadecimal digits; text is taken as UTF-8. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Whether the text is a SHA-256 in the form that `sha256Hex` writes. */
export function isSha256Hex(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

/** SHA-256 and size of bytes that arrive in pieces. */
export interface RunningDigest {
  update(piece: Uint8Array): void
  /** Ends the digest; a second call throws. */
  finish(): { readonly sha256: string; readonly byteCount: number }
}

export function runningDigest(): RunningDigest {
  const hash = createHash('sha256')
  let byteCount = 0
  return {
    update(piece) {
      hash.update(piece)
      byteCount += piece.byteLength
    },
    finish: () => ({ sha256: hash.digest('hex'), byteCount }),
  }
}

/** Passes pieces on unchanged while `digest` sees them; fits into `stream.pipeline` between source and sink. */
export function throughDigest(
  digest: RunningDigest,
): (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
  return async function* (source) {
    for await (const piece of source) {
      digest.update(piece)
      yield piece
    }
  }
}
