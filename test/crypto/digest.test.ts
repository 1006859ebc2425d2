import { describe, expect, it } from '@jest/globals'
import { isSha256Hex, runningDigest, sha256Hex, throughDigest } from '../../src/crypto/digest.ts'

// FIPS 180-2, appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

describe('digests', () => {
  it('match the published value for text and for bytes', () => {
    expect(sha256Hex('abc')).toBe(ABC)
    expect(sha256Hex(Buffer.from('abc'))).toBe(ABC)
  })

  it('count and hash pieces as one text, and pass them on unchanged', async () => {
    async function* source() {
      await Promise.resolve()
      yield Buffer.from('a')
      yield Buffer.from('bc')
    }
    const digest = runningDigest()
    const passed: Uint8Array[] = []
    for await (const piece of throughDigest(digest)(source())) passed.push(piece)
    expect(Buffer.concat(passed).toString()).toBe('abc')
    expect(digest.finish()).toEqual({ sha256: ABC, byteCount: 3 })
  })

  it('are recognised in their one written form only', () => {
    expect([ABC, ABC.toUpperCase(), ABC.slice(1), `${ABC}\n`].map(isSha256Hex)).toEqual([true, false, false, false])
  })
})
