import { describe, expect, it } from '@jest/globals'
import { dsse } from '@sigstore/core'
import fc from 'fast-check'
import { generateKeyPairSync } from 'node:crypto'
import {
  envelopeBytes,
  isSignatureOf,
  newSigningKey,
  openEnvelope,
  preAuthEncoding,
  privateKeyPem,
  publicKeyPem,
  publicKeyRaw,
  signBytes,
  signEnvelope,
  signingKeyFromPem,
  strictBase64,
  trustedKeyFromPem,
  trustedKeyFromRaw,
  trustedKeyOf,
} from '../../src/crypto/signature.ts'
import { thrown } from './thrown.ts'

const TYPE = 'application/vnd.in-toto+json'

describe('the pre-authentication encoding', () => {
  it('is that of sigstore for every type and body', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (type, body) => {
        expect(preAuthEncoding(type, body)).toEqual(dsse.preAuthEncoding(type, Buffer.from(body)))
      }),
    )
  })

  it('is the one of the DSSE specification', () => {
    expect(Buffer.from(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
  })
})

describe('keys', () => {
  it('sign what RFC 8032 says for its first test vector', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64')
    const key = signingKeyFromPem(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`)
    expect(Buffer.from(publicKeyRaw(trustedKeyOf(key))).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    )
    expect(signBytes(key, Buffer.alloc(0)).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  it('come back from PEM and from raw bytes with the same id', () => {
    const key = newSigningKey()
    const trusted = trustedKeyOf(key)
    expect(signingKeyFromPem(privateKeyPem(key)).keyId).toBe(key.keyId)
    expect(trustedKeyFromPem(publicKeyPem(trusted)).keyId).toBe(key.keyId)
    expect(trustedKeyFromRaw(publicKeyRaw(trusted)).keyId).toBe(key.keyId)
    expect(
      isSignatureOf(trustedKeyFromRaw(publicKeyRaw(trusted)), Buffer.from('x'), signBytes(key, Buffer.from('x'))),
    ).toBe(true)
  })

  it('of other kinds are refused', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const privatePem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()
    for (const act of [
      () => signingKeyFromPem(privatePem),
      () => trustedKeyFromPem(publicPem),
      () => signingKeyFromPem('not a key'),
      () => trustedKeyFromRaw(Buffer.alloc(31)),
    ]) {
      expect(await thrown(act)).toEqual({ code: 'FIELD_INVALID', field: 'key' })
    }
  })
})

describe('an envelope', () => {
  const key = newSigningKey()
  const trusted = [trustedKeyOf(newSigningKey()), trustedKeyOf(key)]
  const envelope = signEnvelope(key, TYPE, Buffer.from('{"a":1}'))
  const [signature] = envelope.signatures

  it('gives back the signed bytes and the key that signed them', () => {
    expect(openEnvelope(envelope, TYPE, trusted)).toEqual({ payload: Buffer.from('{"a":1}'), keyId: key.keyId })
  })

  it('has one file form', () => {
    expect(Buffer.from(envelopeBytes(envelope)).toString()).toBe(
      `{"payload":"eyJhIjoxfQ==","payloadType":"${TYPE}","signatures":[{"keyid":"${key.keyId}","sig":"${signature!.sig}"}]}`,
    )
  })

  it.each([
    ['another payload type', { payloadType: 'application/json' }, 'payloadType'],
    ['another payload', { payload: Buffer.from('{"a":2}').toString('base64') }, 'sig'],
    ['stray bits at the end of the payload', { payload: 'eyJhIjoxfR==' }, 'payload'],
    ['a payload without padding', { payload: 'eyJhIjoxfQ' }, 'payload'],
    ['a payload in the URL alphabet', { payload: 'eyJhI_oxfQ==' }, 'payload'],
    ['white space in the payload', { payload: 'eyJh IjoxfQ==' }, 'payload'],
    ['no signature', { signatures: [] }, 'signatures'],
    ['two signatures', { signatures: [signature!, signature!] }, 'signatures'],
    ['an unknown key id', { signatures: [{ ...signature!, keyid: 'a'.repeat(64) }] }, 'keyid'],
    ['the id of another trusted key', { signatures: [{ ...signature!, keyid: trusted[0]!.keyId }] }, 'sig'],
    ['a short signature', { signatures: [{ ...signature!, sig: 'AAAA' }] }, 'sig'],
  ])('is refused with %s', async (_name, change, field) => {
    const act = () => openEnvelope({ ...envelope, ...change }, TYPE, trusted)
    expect(await thrown(act)).toEqual({ code: 'SIGNATURE_INVALID', field })
  })

  it('does not verify as another type, even when the reader would accept that type', async () => {
    const retyped = { ...envelope, payloadType: 'application/json' }
    expect(await thrown(() => openEnvelope(retyped, 'application/json', trusted))).toEqual({
      code: 'SIGNATURE_INVALID',
      field: 'sig',
    })
  })

  it('needs a trusted key', async () => {
    expect(await thrown(() => openEnvelope(envelope, TYPE, []))).toMatchObject({ field: 'keyid' })
  })
})

describe('strict base64', () => {
  it('accepts what encoding writes and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(strictBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes))
      }),
    )
    expect(['hKl=', 'hKk', 'hK k=', '=', 'hKk=hKk=', 'hKk=\n'].map(strictBase64)).toEqual(Array(6).fill(undefined))
  })
})
