import { describe, expect, it } from '@jest/globals'
import { newSigningKey, publicKeyRaw, type SigningKey, trustedKeyOf } from '../../src/crypto/signature.ts'
import { noteKey, vkeyText } from '../../src/ledger/note.ts'
import { openTrustRoot, type OpenedRoot, signTrustRoot } from '../../src/ledger/root-file.ts'
import { localSigner } from '../../src/ledger/signer.ts'
import { type TrustRoot, trustInRoot } from '../../src/ledger/trust.ts'
import { verifyProofFile } from '../../src/ledger/verify-proof.ts'
import { thrown } from '../crypto/thrown.ts'
import { FIRST_MS, ORIGIN, sampleLog, text } from './sample-log.ts'

const hexOf = (key: SigningKey) => Buffer.from(publicKeyRaw(trustedKeyOf(key))).toString('hex')
const oldKey = newSigningKey()
const newKey = newSigningKey()
const logKey = noteKey('log', ORIGIN, publicKeyRaw(trustedKeyOf(newSigningKey())))
const root: TrustRoot = {
  v: 1,
  version: 1,
  controller: 'cooperlink',
  issued_at: text(FIRST_MS),
  root_keys: [hexOf(oldKey)],
  logs: [{ origin: ORIGIN, keys: [{ vkey: vkeyText(logKey), from_size: 0 }] }],
  record_keys: [{ public_key: hexOf(newSigningKey()), from: text(FIRST_MS) }],
  witnesses: [],
  timestamp_authorities: [],
  policy: { anchors: 'none', logged_within_seconds: 60 },
}

async function opened(made: TrustRoot, signers: readonly SigningKey[], previous?: OpenedRoot) {
  return openTrustRoot(await signTrustRoot(made, signers.map(localSigner)), previous)
}

async function first(): Promise<OpenedRoot> {
  const verdict = await opened(root, [oldKey])
  if (verdict.kind === 'invalid') throw new Error(verdict.code)
  return verdict
}

async function second(): Promise<TrustRoot> {
  const { fingerprint } = await first()
  return {
    ...root,
    version: 2,
    root_keys: [hexOf(newKey)],
    previous: { sha256: fingerprint, root_keys: root.root_keys },
  }
}

describe('a trust root', () => {
  it('is opened when its own keys signed it', async () => {
    expect(await first()).toMatchObject({ kind: 'valid', root })
    expect(await opened(root, [newKey])).toMatchObject({ code: 'KEY_NOT_TRUSTED' })
    expect(await opened(root, [oldKey, newKey])).toMatchObject({ code: 'KEY_NOT_TRUSTED' })
    expect(await opened(root, [oldKey, oldKey])).toMatchObject({ code: 'SIGNATURE_WRONG' })
  })

  it('is followed by one that the old and the new keys signed', async () => {
    const before = await first()
    const next = await second()
    expect(await opened(next, [newKey, oldKey], before)).toMatchObject({ kind: 'valid' })
    expect(await opened(next, [newKey, oldKey])).toMatchObject({ kind: 'valid' })
    expect(await opened(next, [newKey])).toMatchObject({ code: 'KEY_NOT_TRUSTED' })
    expect(await opened(next, [oldKey])).toMatchObject({ code: 'KEY_NOT_TRUSTED' })
  })

  it('does not follow another one', async () => {
    const before = await first()
    const next = await second()
    const stranger = newSigningKey()
    const previous = { sha256: before.fingerprint, root_keys: [hexOf(stranger)] }
    for (const other of [
      { ...next, version: 3 },
      { ...next, controller: 'somebody-else' },
      { ...next, previous: { ...next.previous!, sha256: 'ab'.repeat(32) } },
    ])
      expect(await opened(other, [newKey, oldKey], before)).toMatchObject({ code: 'STATEMENT_INVALID' })
    expect(await opened({ ...next, previous }, [newKey, stranger], before)).toMatchObject({ code: 'STATEMENT_INVALID' })
  })

  it('is refused whatever bit is flipped', async () => {
    const bytes = await signTrustRoot(root, [localSigner(oldKey)])
    for (let at = 0; at < bytes.length; at += 7) {
      const copy = Uint8Array.from(bytes)
      copy[at]! ^= 1 << (at % 8)
      expect([at, openTrustRoot(copy).kind]).toEqual([at, 'invalid'])
    }
  })

  it('names keys that can be read', async () => {
    const bad = { ...root, logs: [{ origin: ORIGIN, keys: [{ vkey: vkeyText(logKey).slice(1), from_size: 0 }] }] }
    expect(await thrown(() => signTrustRoot(bad, [localSigner(oldKey)]))).toMatchObject({ code: 'FIELD_INVALID' })
  })

  it('lets a log key end at the size at which another one began', async () => {
    const log = await sampleLog(5)
    const [before, after] = [log.logKey, logKey].map(vkeyText) as [string, string]
    const trustUpTo = (size: number) =>
      trustInRoot({
        ...root,
        logs: [
          {
            origin: ORIGIN,
            keys: [
              { vkey: before, from_size: 0, to_size: size },
              { vkey: after, from_size: size },
            ],
          },
        ],
        record_keys: [{ public_key: hexOf(log.recordKey), from: text(FIRST_MS) }],
      })
    const proof = await log.proofOf(3)
    expect(verifyProofFile(proof, { trust: trustUpTo(5) })).toMatchObject({ kind: 'valid', isAnchored: true })
    expect(verifyProofFile(proof, { trust: trustUpTo(4) })).toMatchObject({ code: 'KEY_NOT_IN_FORCE' })
  })
})
