import { describe, expect, it } from '@jest/globals'
import {
  masterKeyCheckValue,
  masterKeyId,
  newKey,
  openBytes,
  openRecordPart,
  sealBytes,
  sealRecordPart,
  unwrapKey,
  wrapKey,
  wrappingKeyId,
} from '../../src/crypto/envelope.ts'
import { thrown } from './thrown.ts'

const CORRUPT = { code: 'CORRUPT_CIPHERTEXT' }
const plaintext = Buffer.from('ada@example.com')

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('a sealed value', () => {
  it('opens with its key and place', () => {
    const key = newKey()
    expect(openBytes(key, sealBytes(key, plaintext, 'identifier/1'), 'identifier/1')).toEqual(plaintext)
    expect(openBytes(key, sealBytes(key, Buffer.alloc(0), ''), '')).toEqual(Buffer.alloc(0))
  })

  it('never looks the same twice', () => {
    const key = newKey()
    expect(sealBytes(key, plaintext, 'a')).not.toEqual(sealBytes(key, plaintext, 'a'))
  })

  it('is corrupt when any byte is changed, cut or added, or key or place differ', async () => {
    const key = newKey()
    const sealed = sealBytes(key, plaintext, 'a')
    const faults = [
      ...Array.from(sealed, (_, at) => flipped(sealed, at)),
      ...Array.from(sealed, (_, length) => sealed.subarray(0, length)),
      Buffer.concat([sealed, Buffer.of(0)]),
    ]
    for (const fault of faults) expect(await thrown(() => openBytes(key, fault, 'a'))).toMatchObject(CORRUPT)
    expect(await thrown(() => openBytes(key, sealed, 'b'))).toMatchObject(CORRUPT)
    expect(await thrown(() => openBytes(newKey(), sealed, 'a'))).toMatchObject(CORRUPT)
  })
})

describe('a wrapped key', () => {
  it('opens under its master key and its own id', () => {
    const master = newKey()
    const key = newKey()
    expect(unwrapKey(master, 'request-1', wrapKey(master, 'request-1', key))).toEqual(key)
  })

  it('cannot stand in for another key', async () => {
    const master = newKey()
    const wrapped = wrapKey(master, 'request-1', newKey())
    expect(await thrown(() => unwrapKey(master, 'request-2', wrapped))).toMatchObject(CORRUPT)
  })

  it('says when another master key wrapped it, and which one', async () => {
    const master = newKey()
    const wrapped = wrapKey(master, 'request-1', newKey())
    expect(await thrown(() => unwrapKey(newKey(), 'request-1', wrapped))).toMatchObject({ code: 'MASTER_KEY_WRONG' })
    expect(wrappingKeyId(wrapped)).toBe(masterKeyId(master))
  })

  it('does not open after any change', async () => {
    const master = newKey()
    const wrapped = wrapKey(master, 'request-1', newKey())
    for (const at of wrapped.keys()) {
      const { code } = await thrown(() => unwrapKey(master, 'request-1', flipped(wrapped, at)))
      // Bytes 1 to 8 name the master key.
      expect(code).toBe(at >= 1 && at <= 8 ? 'MASTER_KEY_WRONG' : 'CORRUPT_CIPHERTEXT')
    }
    for (const end of wrapped.keys()) {
      expect(await thrown(() => unwrapKey(master, 'request-1', wrapped.subarray(0, end)))).toMatchObject(CORRUPT)
    }
  })

  it('must be a key', async () => {
    expect(await thrown(() => wrapKey(newKey(), 'request-1', Buffer.alloc(31)))).toMatchObject({ code: 'INTERNAL' })
  })
})

describe('the master key check value', () => {
  it('is stable for one key, differs for another, and is not the key', () => {
    const master = newKey()
    expect(masterKeyCheckValue(Buffer.from(master))).toBe(masterKeyCheckValue(master))
    expect(masterKeyCheckValue(newKey())).not.toBe(masterKeyCheckValue(master))
    expect(masterKeyCheckValue(master)).not.toContain(master.toString('hex'))
  })
})

describe('the sealed part of a record', () => {
  const place = { requestId: '2f1c7a52-9d0e-4a57-8f3a-0a6b1d7c9e11', sequence: 1 }

  it('opens with the key of its request', () => {
    const key = newKey()
    expect(openRecordPart(key, place, sealRecordPart(key, place, plaintext))).toEqual(plaintext)
  })

  it('does not open in another record, under another key, or changed', async () => {
    const key = newKey()
    const part = sealRecordPart(key, place, plaintext)
    const faults = [
      () => openRecordPart(key, { ...place, sequence: 2 }, part),
      () => openRecordPart(key, { ...place, requestId: '7a0d2f4e-1b3c-4d5e-8f60-718293a4b5c6' }, part),
      () => openRecordPart(newKey(), place, part),
      () => openRecordPart(key, place, { ...part, kid: '0'.repeat(64) }),
      () => openRecordPart(key, place, { ...part, iv: Buffer.alloc(12).toString('base64') }),
      () => openRecordPart(key, place, { ...part, iv: `${part.iv}\n` }),
      () => openRecordPart(key, place, { ...part, ct: part.ct.slice(4) }),
    ]
    for (const fault of faults) expect(await thrown(fault)).toMatchObject(CORRUPT)
  })
})
