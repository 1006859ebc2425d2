import { describe, expect, it } from '@jest/globals'
import { type Leaf, LEAF_KINDS, leafBytes, readLeaf } from '../../src/ledger/leaf.ts'
import { thrown } from '../crypto/thrown.ts'

const record_sha256 = 'ab'.repeat(32)

describe('a log entry', () => {
  it('has the bytes of the specification', () => {
    expect(Buffer.from(leafBytes({ kind: 'completed', record_sha256 })).toString()).toBe(
      `{"kind":"completed","record_sha256":"${record_sha256}","v":1}`,
    )
  })

  it.each(LEAF_KINDS)('of kind %s is at most 300 bytes and can be read', (kind) => {
    const bytes = leafBytes({ kind, record_sha256 })
    expect(bytes.byteLength).toBeLessThanOrEqual(300)
    expect(readLeaf(bytes)).toEqual({ kind, record_sha256 })
  })

  it('carries nothing else', async () => {
    const leaf = { kind: 'completed', record_sha256, person: 'Ada' } as Leaf
    expect(Buffer.from(leafBytes(leaf)).toString()).not.toContain('Ada')
    const unknownKind = { kind: 'deleted', record_sha256 } as unknown as Leaf
    expect(await thrown(() => leafBytes(unknownKind))).toEqual({ code: 'FIELD_INVALID', field: '$.kind' })
    expect(await thrown(() => leafBytes({ kind: 'completed', record_sha256: 'AB'.repeat(32) }))).toMatchObject({
      field: '$.record_sha256',
    })
  })

  it.each([
    ['white space', `{"kind":"completed", "record_sha256":"${record_sha256}","v":1}`],
    ['another version', `{"kind":"completed","record_sha256":"${record_sha256}","v":2}`],
    ['a further member', `{"a":1,"kind":"completed","record_sha256":"${record_sha256}","v":1}`],
    ['another order', `{"record_sha256":"${record_sha256}","kind":"completed","v":1}`],
    ['too many bytes', `{"kind":"completed","record_sha256":"${record_sha256}","v":1}${' '.repeat(300)}`],
  ])('is refused with %s', async (_name, text) => {
    expect(await thrown(() => readLeaf(Buffer.from(text)))).toMatchObject({ code: 'FIELD_INVALID' })
  })
})
