import { describe, expect, it } from '@jest/globals'
import { expectList, expectObject, expectText, readJson } from '../../../src/connector/index.ts'

const read = (text: string | Uint8Array, maxDepth?: number) =>
  readJson({ body: Buffer.from(text) }, maxDepth === undefined ? {} : { maxDepth })

const unreadable = { code: 'VENDOR_ANSWER_UNREADABLE' }

describe('readJson', () => {
  it('reads what a vendor sends', () => {
    expect(read('{"results":[{"id":"1","n":1.5}],"next":null}')).toEqual({ results: [{ id: '1', n: 1.5 }], next: null })
  })

  it.each([
    ['an empty body', ''],
    ['torn JSON', '{"results":['],
    ['a page of HTML', '<html></html>'],
    ['two documents', '{}{}'],
    ['ten thousand levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['ten thousand levels behind a quote', `["\\"",${'['.repeat(10_000)}${']'.repeat(10_000)}]`],
    ['a __proto__ key', '{"a":{"__proto__":{"isAdmin":true}}}'],
    ['an escaped __proto__ key', '{"\\u005f_proto__":{"isAdmin":true}}'],
  ])('calls %s unreadable', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining(unreadable))
  })

  it('calls bytes that are not UTF-8 unreadable', () => {
    expect(() => read(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(expect.objectContaining(unreadable))
  })

  it('does not count brackets inside texts as depth', () => {
    expect(read('["[[[[[[", "\\"[["]', 1)).toEqual(['[[[[[[', '"[['])
    expect(() => read('[[1]]', 1)).toThrow(expect.objectContaining(unreadable))
  })

  it('keeps every digit of an id that a number would round', () => {
    expect(read('{"id":9007199254740993,"n":12345678901234567890,"s":1}')).toEqual({
      id: '9007199254740993',
      n: '12345678901234567890',
      s: 1,
    })
  })

  it('takes a text that merely mentions the key for a text', () => {
    expect(read('{"note":"__proto__ is a word"}')).toEqual({ note: '__proto__ is a word' })
  })
})

describe('shape checks', () => {
  it('give the value when it is of the documented shape, and throw otherwise', () => {
    expect([expectObject({ a: 1 }), expectList([1]), expectText('x'), expectText(7)]).toEqual([{ a: 1 }, [1], 'x', '7'])
    for (const wrong of [
      () => expectObject([]),
      () => expectObject(null),
      () => expectList({}),
      () => expectText(undefined),
      () => expectText(true),
    ]) {
      expect(wrong).toThrow(expect.objectContaining(unreadable))
    }
  })
})
