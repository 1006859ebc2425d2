import { describe, expect, it } from '@jest/globals'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { canonicalize as jsonCanonicalize } from 'json-canonicalize'
import { canonicalBytes, jcsBytes, parseStrictJson } from '../../src/crypto/canonical.ts'
import { sha256Hex } from '../../src/crypto/digest.ts'
import type { JsonValue } from '../../src/domain/json.ts'
import { thrown } from './thrown.ts'

// RFC 8785 §3.2.2, the sample object.
const RFC_SAMPLE = String.raw`{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`

const wellFormed = fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text))
const asciiKey = fc.string({ unit: 'grapheme-ascii' })
const { profileValue } = fc.letrec<{ profileValue: JsonValue }>((tie) => ({
  profileValue: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    wellFormed,
    fc.array(tie('profileValue'), { maxLength: 5 }),
    fc.dictionary(asciiKey, tie('profileValue'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
const { jsonValue } = fc.letrec<{ jsonValue: JsonValue }>((tie) => ({
  jsonValue: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    wellFormed,
    fc.array(tie('jsonValue'), { maxLength: 5 }),
    fc.dictionary(wellFormed, tie('jsonValue'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

/** What the profile refuses, however it got past the type. */
function codeOf(value: unknown): Promise<{ code: string }> {
  return thrown(() => canonicalBytes(value as JsonValue))
}

describe('canonical bytes', () => {
  it('are those of two independent JCS libraries for every value of the record profile', () => {
    fc.assert(
      fc.property(profileValue, (value) => {
        const ours = textOf(canonicalBytes(value))
        expect(ours).toBe(canonicalize(value))
        expect(ours).toBe(jsonCanonicalize(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('are those of the two libraries for every JSON value when the profile is lifted', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const ours = textOf(jcsBytes(value))
        expect(ours).toBe(canonicalize(value))
        expect(ours).toBe(jsonCanonicalize(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('have the digest that RFC 8785 implies for its sample', () => {
    const bytes = jcsBytes(parseStrictJson(Buffer.from(RFC_SAMPLE)))
    expect(sha256Hex(bytes)).toBe('2d5e01a318d0f0879ab568c4be289c8b1f64ef8921a53c6277d5e069978baacb')
  })

  it('do not depend on the order in which keys were set', () => {
    expect(canonicalBytes({ b: 1, a: { d: 2, c: 3 } })).toEqual(canonicalBytes({ a: { c: 3, d: 2 }, b: 1 }))
  })

  it('come back as the same bytes after strict parsing', () => {
    fc.assert(
      fc.property(profileValue, (value) => {
        const bytes = canonicalBytes(value)
        expect(canonicalBytes(parseStrictJson(bytes))).toEqual(bytes)
      }),
    )
  })

  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  it.each<[string, unknown]>([
    ['a fraction', 0.5],
    ['an integer beyond 2^53-1', 2 ** 53],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a hole in an array', Array(2)],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a symbol key', { [Symbol('x')]: 1 }],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', Buffer.from('x')],
    [
      'an instance of a class',
      new (class Reading {
        readonly found = 1
      })(),
    ],
    ['a lone high surrogate', '\ud800'],
    ['a lone low surrogate', 'a\udc00b'],
    ['a lone surrogate in a key', { '\ud800': 1 }],
    ['a key that is not ASCII', { é: 1 }],
    ['a control character in a key', { 'a\u0000': 1 }],
    ['a cycle', cyclic],
  ])('are refused for %s', async (_name, value) => {
    expect(await codeOf(value)).toMatchObject({ code: 'CANONICAL_VALUE_REFUSED' })
    expect(await codeOf([{ deep: value }])).toMatchObject({ code: 'CANONICAL_VALUE_REFUSED' })
  })

  it('are refused with the place of the fault, not its value', async () => {
    expect(await codeOf({ legs: [{ found: 1 }, { found: 1.5 }] })).toMatchObject({ field: '$.legs[1].found' })
  })

  it('keep a key that JavaScript treats specially', () => {
    const value = parseStrictJson(Buffer.from('{"__proto__":{"a":1}}'))
    expect(textOf(canonicalBytes(value))).toBe('{"__proto__":{"a":1}}')
  })
})

describe('strict JSON', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['a duplicate key', '{"a":1,"a":2}'],
    ['a duplicate key written differently', '{"a":1,"\\u0061":2}'],
    ['a duplicate key with space before the colon', '{"a":1,"a" \n:2}'],
    ['a duplicate key deep inside', '[{"x":{"b":[],"c":"b","b":{}}}]'],
    ['a lone surrogate escape', '{"a":"\\ud83d"}'],
    ['a lone surrogate in a key', '{"\\udc00":1}'],
    ['a byte order mark', '\ufeff{}'],
    ['trailing text', '{} {}'],
    ['nothing', ''],
    ['a comment', '{/**/}'],
    ['depth beyond 64', '['.repeat(65) + ']'.repeat(65)],
    ['absurd depth', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('refuses %s', async (_name, text) => {
    expect(await thrown(() => parseStrictJson(Buffer.from(text)))).toMatchObject({ code: 'JSON_INVALID' })
  })

  it('refuses bytes that are not UTF-8, and texts above 16 MiB', async () => {
    expect(await thrown(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22])))).toMatchObject({ code: 'JSON_INVALID' })
    const long = Buffer.alloc(16 * 1024 * 1024 + 1, ' ')
    long.write('1')
    expect(await thrown(() => parseStrictJson(long))).toMatchObject({ code: 'JSON_INVALID' })
  })

  it('lets the same key stand in siblings, and a key appear as a value', () => {
    expect(parseStrictJson(Buffer.from('[{"a":"a","b":"a"},{"a":"\\"a\\":"}]'))).toEqual([
      { a: 'a', b: 'a' },
      { a: '"a":' },
    ])
  })
})
