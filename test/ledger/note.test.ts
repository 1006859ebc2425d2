import { describe, expect, it } from '@jest/globals'
import { newSigningKey, publicKeyRaw, trustedKeyOf } from '../../src/crypto/signature.ts'
import { checkpointText, openCheckpoint, readCheckpoint, signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { cosignedBytes, noteBytes, noteKey, readNote, readVkey, verifyLine, vkeyText } from '../../src/ledger/note.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { EMPTY_ROOT } from '../../src/ledger/tree.ts'
import { thrown } from '../crypto/thrown.ts'
import { describeWithVectors, vectorOf } from './shared.ts'

const ORIGIN = 'example.com/log42'
const signer = localSigner(newSigningKey())
const key = noteKey('log', ORIGIN, signer.publicKey)
const witness = localSigner(newSigningKey())
const witnessKey = noteKey('witness', 'witness.example.net', witness.publicKey)
const checkpoint = { origin: ORIGIN, size: 7, root: Uint8Array.from(EMPTY_ROOT) }

async function signed(): Promise<Uint8Array> {
  return signCheckpoint(checkpoint, [{ key, signer }])
}

async function cosigned(seconds = 1_795_000_000): Promise<Uint8Array> {
  const note = readNote(await signed())
  const signature = await witness.sign(cosignedBytes(note.text, seconds))
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(seconds))
  const line = { name: witnessKey.name, id: witnessKey.id, bytes: Buffer.concat([time, signature]) }
  return noteBytes({ ...note, signatures: [...note.signatures, line] })
}

describeWithVectors('the published signed note', () => {
  const { vkey, note } = vectorOf('c2sp-signed-note.json') as { vkey: string; note: string }

  it('is verified by its published key, and no longer when a letter changes', () => {
    const read = readNote(Buffer.from(note))
    const published = readVkey(vkey)
    expect(vkeyText(published)).toBe(vkey)
    expect(verifyLine(published, read.text, read.signatures[0]!)).toBe(true)
    expect(verifyLine(published, read.text.replace('example', 'exemple'), read.signatures[0]!)).toBeUndefined()
    expect(Buffer.from(noteBytes(read)).toString()).toBe(note)
  })
})

describe('a verifier key', () => {
  it('comes back from its text', () => {
    expect(readVkey(vkeyText(key))).toEqual(key)
    expect(readVkey(vkeyText(witnessKey))).toEqual(witnessKey)
  })

  it('is refused when name, id or key do not belong together', async () => {
    const text = vkeyText(key)
    const other = vkeyText(noteKey('log', ORIGIN, publicKeyRaw(trustedKeyOf(newSigningKey()))))
    for (const bad of [
      text.replace('log42', 'log43'),
      `${text.slice(0, ORIGIN.length + 9)}${other.slice(ORIGIN.length + 9)}`,
      text.slice(0, -4),
      `${text} `,
      '',
    ])
      expect(await thrown(() => readVkey(bad))).toMatchObject({ code: 'FIELD_INVALID' })
  })
})

describe('a checkpoint', () => {
  it('is opened by the key of its log', async () => {
    expect(openCheckpoint(await signed(), [key])).toEqual({ checkpoint, logKeyIds: [key.id], cosignatures: [] })
  })

  it('carries the times of known witnesses', async () => {
    expect(openCheckpoint(await cosigned(), [key, witnessKey])).toMatchObject({
      cosignatures: [{ witness: 'witness.example.net', timeMs: 1_795_000_000_000 }],
    })
  })

  it('carries two log signatures while keys overlap', async () => {
    const next = localSigner(newSigningKey())
    const nextKey = noteKey('log', ORIGIN, next.publicKey)
    const bytes = await signCheckpoint(checkpoint, [
      { key, signer },
      { key: nextKey, signer: next },
    ])
    expect(openCheckpoint(bytes, [key, nextKey])).toMatchObject({ logKeyIds: [key.id, nextKey.id] })
    expect(openCheckpoint(bytes, [nextKey])).toBe('SIGNER_UNKNOWN')
  })

  it('is refused without a signature of the log, whoever else signed', async () => {
    const note = readNote(await cosigned())
    const bytes = noteBytes({ ...note, signatures: note.signatures.slice(1) })
    expect(openCheckpoint(bytes, [key, witnessKey])).toBe('LOG_SIGNATURE_MISSING')
  })

  it('is refused whatever bit is flipped', async () => {
    const bytes = Buffer.from(await cosigned())
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const copy = Buffer.from(bytes)
        copy[at]! ^= 1 << bit
        expect([at, bit, typeof openCheckpoint(copy, [key, witnessKey])]).toEqual([at, bit, 'string'])
      }
    }
  })

  it.each([
    ['an extension line', `${checkpointText(checkpoint)}more\n`],
    ['a leading zero', checkpointText(checkpoint).replace('\n7\n', '\n07\n')],
    ['a size that no tree has', checkpointText(checkpoint).replace('\n7\n', '\n9999999999999999\n')],
    ['no root', `${ORIGIN}\n7\n`],
  ])('is refused with %s', async (_, text) => {
    expect(await thrown(() => readCheckpoint({ text, signatures: [] }))).toMatchObject({ code: 'FIELD_INVALID' })
  })
})
