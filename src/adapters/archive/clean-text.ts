import { scanText } from '../../domain/secret-scan.ts'

const BLOCK = 64 * 1024
/** A private key is shorter; one that was begun is waited for so long. */
const LONGEST_KEY = 16 * 1024
const KEY_BEGIN = '-----BEGIN '
const KEY_END = '-----END '
const TEXTUAL =
  /^(?:text\/|application\/(?:json|xml|x-ndjson|x-sh|yaml|x-yaml|x-pem-file|pgp-keys)|[^;]+\+(?:json|xml)(?:;|$))/i

/** Whether a file of this kind is read as text by people. */
export function isTextual(mediaType: string): boolean {
  return TEXTUAL.test(mediaType.trim())
}

/**
 * The bytes of a text without credentials, in bounded memory. Every other byte stays as it is, whatever the encoding: only ASCII is
 * looked at. `count` tells afterwards how many were taken out.
 */
export async function* cleanText(
  source: AsyncIterable<Uint8Array>,
  counter: { count: number },
): AsyncGenerator<Uint8Array> {
  let waiting = ''
  const cleaned = (text: string): Uint8Array => {
    const { clean, count } = scanText(text)
    counter.count += count
    return Buffer.from(clean, 'latin1')
  }
  for await (const chunk of source) {
    waiting += Buffer.from(chunk).toString('latin1')
    if (waiting.length < BLOCK) continue
    const cut = cutOf(waiting)
    yield cleaned(waiting.slice(0, cut))
    waiting = waiting.slice(cut)
  }
  if (waiting !== '') yield cleaned(waiting)
}

/** Where a text may be cut without cutting a credential: between words, and not within a key that has begun. */
function cutOf(text: string): number {
  const space = Math.max(text.lastIndexOf('\n'), text.lastIndexOf(' '))
  const cut = space > text.length / 2 ? space + 1 : text.length
  const begun = text.lastIndexOf(KEY_BEGIN, cut)
  const isOpen = begun >= 0 && !text.slice(begun, cut).includes(KEY_END) && text.length - begun < LONGEST_KEY
  return isOpen && begun > 0 ? begun : cut
}
