import { describe, expect, it } from '@jest/globals'
import { createHmac } from 'node:crypto'
import { deriveKey, lookupDigest, requestKeyId, subjectCommitment } from '../../src/crypto/commitment.ts'
import { thrown } from './thrown.ts'

const key = Buffer.alloc(32, 7)
const otherKey = Buffer.alloc(32, 8)

/** HKDF-SHA-256 spelled out from RFC 5869 §2 for one block, as an oracle. */
function hkdfByHand(ikm: Buffer, info: string): Buffer {
  const prk = createHmac('sha256', Buffer.alloc(32)).update(ikm).digest()
  return createHmac('sha256', prk).update(info).update(Buffer.of(1)).digest()
}

describe('key derivation', () => {
  it('is HKDF-SHA-256 with the label as info', () => {
    for (const label of ['commit', 'seal', 'kid'] as const)
      expect(deriveKey(key, label)).toEqual(hkdfByHand(key, label))
  })

  it('refuses a key that is not 32 bytes', async () => {
    expect(await thrown(() => deriveKey(Buffer.alloc(16), 'seal'))).toMatchObject({ code: 'INTERNAL' })
  })

  it('gives the key id that a record shows', () => {
    expect(requestKeyId(key)).toBe(hkdfByHand(key, 'kid').toString('hex'))
  })
})

describe('a subject commitment', () => {
  it('is the HMAC of the identifier under the commit key', () => {
    const expected = createHmac('sha256', hkdfByHand(key, 'commit')).update('subject\0ada@example.com').digest('hex')
    expect(subjectCommitment(key, 'ada@example.com')).toBe(expected)
  })

  it('differs between requests, so that records of one person cannot be linked', () => {
    expect(subjectCommitment(key, 'ada@example.com')).not.toBe(subjectCommitment(otherKey, 'ada@example.com'))
  })
})

describe('a lookup digest', () => {
  it('finds the same value again, and only under the same controller and purpose', () => {
    const digest = lookupDigest(key, 'duplicate', 'ada@example.com')
    expect(lookupDigest(key, 'duplicate', 'ada@example.com')).toBe(digest)
    const others = [
      lookupDigest(otherKey, 'duplicate', 'ada@example.com'),
      lookupDigest(key, 'suppression', 'ada@example.com'),
      lookupDigest(key, 'duplicate', 'bob@example.org'),
      subjectCommitment(key, 'ada@example.com'),
    ]
    expect(new Set([digest, ...others]).size).toBe(5)
  })
})
