/**
 * What `src/crypto/platform.ts` is in Node, by the browser's own cryptography. That one answers later and the verifier asks at
 * once, so a question without an answer is thrown; `settled` gets the answer and asks again. The verifier is pure and quick, and
 * a proof needs some thirty answers.
 */

const answers = new Map()

class Unanswered extends Error {
  constructor(key, ask) {
    super('not answered yet')
    this.key = key
    this.ask = ask
  }
}

/** Runs the work until the browser has answered all that it asks. */
export async function settled(work) {
  for (;;) {
    try {
      return work()
    } catch (question) {
      if (!(question instanceof Unanswered)) throw question
      answers.set(question.key, await question.ask())
    }
  }
}

export function sha256(...parts) {
  const bytes = joined(parts)
  return answered(['sha256', bytes], async () => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

export function hmacSha256(key, bytes) {
  return answered(['hmac', key, bytes], async () => {
    const made = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', made, bytes))
  })
}

export function hkdfSha256(key, info) {
  return answered(['hkdf', key, info], async () => {
    const made = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits'])
    const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
    return new Uint8Array(await crypto.subtle.deriveBits(how, made, 256))
  })
}

export function isEd25519Signature(publicKey, bytes, signature) {
  if (publicKey.byteLength !== 32 || signature.byteLength !== 64) return false
  return answered(['ed25519', publicKey, bytes, signature], async () => {
    const made = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    return crypto.subtle.verify('Ed25519', made, signature, bytes)
  })
}

export function openAesGcm(key, { iv, sealed, aad }) {
  return answered(['gcm', key, iv, sealed, aad], async () => {
    const made = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
    try {
      return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: aad }, made, sealed))
    } catch {
      // The tag does not fit.
      return undefined
    }
  })
}

function answered(question, ask) {
  const key = question.map((part) => (typeof part === 'string' ? part : Array.from(part).join())).join('|')
  if (!answers.has(key)) throw new Unanswered(key, ask)
  return answers.get(key)
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}
