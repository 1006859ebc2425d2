import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { base64Of, bytesOfHex, equalBytes, hexOf, strictBase64, utf8Text } from '../../src/crypto/bytes.ts'

describe('base64', () => {
  it('is that of Node for all bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(base64Of(bytes)).toBe(text)
        expect([...strictBase64(text)!]).toEqual([...bytes])
      }),
      { numRuns: 500 },
    )
  })

  it('has one text for the same bytes: every other one is refused', () => {
    const piece = fc.constantFrom('A', 'B', 'Q', 'g', '/', '+', '=', '-', '_', ' ', '\n', 'é')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('')
        const bytes = Buffer.from(text, 'base64')
        const isStrict = bytes.toString('base64') === text
        expect([text, strictBase64(text) !== undefined]).toEqual([text, isStrict])
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['hKl=', 'QQ=A', 'Q===', '====', 'QQ', 'QQ==\n', 'QR=='])('%j is not strict', (text) => {
    expect(strictBase64(text)).toBeUndefined()
  })
})

describe('hexadecimal', () => {
  it('comes back, in lower case only', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(bytesOfHex(hexOf(bytes))!, bytes)))
    for (const text of ['a', 'AB', '0g', ' 00']) expect(bytesOfHex(text)).toBeUndefined()
  })
})

describe('text', () => {
  it('is undefined for bytes that are no UTF-8, and keeps a byte order mark', () => {
    expect(utf8Text(Buffer.from([0xff]))).toBeUndefined()
    expect(utf8Text(Buffer.from([0xef, 0xbb, 0xbf, 0x41]))).toBe('\ufeffA')
  })
})
