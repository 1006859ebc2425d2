import { beforeAll, describe, expect, it } from '@jest/globals'
import { newSigningKey, trustedKeyOf } from '../../src/crypto/signature.ts'
import { signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { noteKey } from '../../src/ledger/note.ts'
import { proofFileBytes, readProofFile } from '../../src/ledger/proof-file.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { trustInKeys } from '../../src/ledger/trust.ts'
import { verifyProofFile } from '../../src/ledger/verify-proof.ts'
import { ORIGIN, sampleLog, type SampleLog, text } from './sample-log.ts'

let log: SampleLog
let event: Uint8Array
let record: Uint8Array

beforeAll(async () => {
  log = await sampleLog(600)
  event = await log.proofOf(300)
  record = await log.proofOf(1)
})

function verdict(bytes: Uint8Array, trust = log.trust): string {
  const result = verifyProofFile(bytes, { trust })
  return result.kind === 'valid' ? 'valid' : result.code
}

describe('a proof file', () => {
  it('proves every entry of the log', async () => {
    for (const index of [0, 1, 2, 255, 256, 511, 512, 598, 599])
      expect([index, verdict(await log.proofOf(index))]).toEqual([index, 'valid'])
  })

  it('says what it proves', () => {
    expect(verifyProofFile(record, { trust: log.trust })).toMatchObject({
      kind: 'valid',
      index: 1,
      leaf: { kind: 'completed' },
      document: { kind: 'record', statement: { predicate: { action: 'erasure' } } },
      checkpoint: { origin: ORIGIN, size: 600 },
      isAnchored: true,
    })
    expect(verifyProofFile(event, { trust: log.trust })).toMatchObject({ leaf: { kind: 'received' }, index: 300 })
  })

  it('says what it does not prove', () => {
    const trust = { ...log.trust, anchors: 'any' } as const
    const alone = verifyProofFile(record, { trust })
    expect(alone).toMatchObject({ kind: 'valid', isAnchored: false })
    expect(alone).toMatchObject({ notProven: expect.arrayContaining(['one_history', 'time_of_signing']) as unknown })
    const stamped = verifyProofFile(record, { trust, stampedAtMs: 1_795_000_000_000 })
    expect(stamped).toMatchObject({ kind: 'valid', isAnchored: true })
    expect(stamped).not.toMatchObject({ notProven: expect.arrayContaining(['one_history']) as unknown })
    expect(stamped).not.toMatchObject({ notProven: expect.arrayContaining(['not_in_log']) as unknown })
  })

  it('is at most 1.1 KB beside its record in a log of 600 entries', () => {
    expect(event.byteLength - Buffer.from(readProofFile(event).extra).toString('base64').length).toBeLessThan(1100)
  })

  it.each([
    ['an event', () => event],
    ['a record', () => record],
  ])('of %s is refused whatever bit is flipped', (_, proof) => {
    const bytes = proof()
    const step = Math.max(1, Math.floor(bytes.length / 150))
    for (let at = 0; at < bytes.length; at += step) {
      for (let bit = 0; bit < 8; bit++) {
        const copy = Uint8Array.from(bytes)
        copy[at]! ^= 1 << bit
        expect([at, bit, verdict(copy)]).not.toEqual([at, bit, 'valid'])
      }
    }
  })

  it('is refused with stray base64 bits in a hash, which Go accepts', () => {
    const lines = Buffer.from(event).toString().split('\n')
    const hash = lines[3]!
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const stray = last[last.indexOf(hash.at(-2)!) ^ 1]!
    lines[3] = `${hash.slice(0, -2)}${stray}=`
    expect(Buffer.from(lines[3], 'base64')).toEqual(Buffer.from(hash, 'base64'))
    expect(verdict(Buffer.from(lines.join('\n')))).toBe('PROOF_INVALID')
  })

  it.each([
    ['another index', (bytes: string) => bytes.replace('index 300', 'index 301'), 'INCLUSION_WRONG'],
    ['a leading zero', (bytes: string) => bytes.replace('index 300', 'index 0300'), 'PROOF_INVALID'],
    ['one hash fewer', (bytes: string) => bytes.replace(/index 300\n[^\n]+\n/, 'index 300\n'), 'INCLUSION_WRONG'],
    ['a second version', (bytes: string) => bytes.replace('@v1', '@v2'), 'PROOF_INVALID'],
    ['something after it', (bytes: string) => `${bytes}\n`, 'CHECKPOINT_INVALID'],
    ['another origin', (bytes: string) => bytes.replaceAll(ORIGIN, 'ledger.example.com/t/other'), 'ORIGIN_UNKNOWN'],
    ['windows line ends', (bytes: string) => bytes.replaceAll('\n', '\r\n'), 'PROOF_INVALID'],
  ])('is refused with %s', (_, change, code) => {
    expect(verdict(Buffer.from(change(Buffer.from(event).toString())))).toBe(code)
  })

  it('is refused when it brings the document of another entry', async () => {
    const [mine, other] = [readProofFile(event), readProofFile(await log.proofOf(303))]
    expect(verdict(proofFileBytes({ ...mine, extra: other.extra }))).toBe('INCLUSION_WRONG')
  })

  it('is refused when the reader trusts other keys', () => {
    const stranger = newSigningKey()
    const otherLog = noteKey('log', ORIGIN, localSigner(stranger).publicKey)
    expect(verdict(event, trustInKeys([log.logKey], [trustedKeyOf(stranger)]))).toBe('KEY_NOT_TRUSTED')
    expect(verdict(event, trustInKeys([otherLog], [trustedKeyOf(log.recordKey)]))).toBe('SIGNER_UNKNOWN')
  })

  it('is refused when its keys did not count then', () => {
    const [logEntry] = log.trust.logs
    const key = { key: log.logKey, fromSize: 0, toSize: 599 }
    expect(verdict(event, { ...log.trust, logs: [{ ...logEntry!, keys: [key] }] })).toBe('KEY_NOT_IN_FORCE')
    expect(verdict(event, { ...log.trust, logs: [{ ...logEntry!, keys: [{ ...key, toSize: 600 }] }] })).toBe('valid')
    const recordKey = { key: trustedKeyOf(log.recordKey), until: text(0) }
    expect(verdict(event, { ...log.trust, recordKeys: [recordKey] })).toBe('KEY_NOT_IN_FORCE')
    const later = { key: trustedKeyOf(log.recordKey), from: text(Date.UTC(2030, 0)) }
    expect(verdict(event, { ...log.trust, recordKeys: [later] })).toBe('KEY_NOT_IN_FORCE')
  })

  it('is refused for a tree that its log never signed', async () => {
    const forged = await signCheckpoint({ origin: ORIGIN, size: 600, root: new Uint8Array(32) }, [
      { key: log.logKey, signer: localSigner(newSigningKey()) },
    ])
    expect(verdict(proofFileBytes({ ...readProofFile(event), checkpoint: forged }))).toBe('CHECKPOINT_SIGNATURE_WRONG')
  })
})
