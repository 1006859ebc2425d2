/** Bytes in and out of text, without anything that only one runtime has: these run in Node and in a browser. */

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @returns undefined unless the bytes are UTF-8; a byte order mark is kept as a character. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}

/** Not in constant time: for public bytes only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false
  for (let at = 0; at < a.byteLength; at++) if (a[at] !== b[at]) return false
  return true
}

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => HEX[byte]).join('')
}

/** @returns undefined unless the text is lower-case hexadecimal of whole bytes. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16))
}

/** RFC 4648 §4, padded. */
export function base64Of(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil(bytes.byteLength / 3) * 4).fill(PADDING)
  let to = 0
  for (let at = 0; at < bytes.byteLength; at += 3) {
    const rest = bytes.byteLength - at
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    codes[to] = CODES[group >> 18] ?? 0
    codes[to + 1] = CODES[(group >> 12) & 63] ?? 0
    if (rest > 1) codes[to + 2] = CODES[(group >> 6) & 63] ?? 0
    if (rest > 2) codes[to + 3] = CODES[group & 63] ?? 0
    to += 4
  }
  return decoder.decode(codes)
}

/**
 * Decodes base64 (RFC 4648 §4) only in the one form that encoding gives back: padded, no other characters, no stray bits.
 *
 * @returns undefined for any other text.
 */
export function strictBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  const end = text.length - padding
  let held = 0
  let bits = 0
  let to = 0
  for (let at = 0; at < end; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? -1
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[to++] = held >> bits
  }
  // What is left over must be zero: else a second text would mean the same bytes.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CODES = encoder.encode(ALPHABET)
const PADDING = 61
const VALUES = new Int8Array(128).fill(-1)
for (const [value, code] of CODES.entries()) VALUES[code] = value
