import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { canonicalBytes } from '../../src/crypto/canonical.ts'
import { envelopeBytes, newSigningKey, signEnvelope, trustedKeyOf } from '../../src/crypto/signature.ts'
import type { JsonValue } from '../../src/domain/json.ts'
import { buildStatement, signRecord } from '../../src/ledger/record.ts'
import { PAYLOAD_TYPE } from '../../src/ledger/statement.ts'
import { verifyRecordFile } from '../../src/ledger/verify-record.ts'
import { access, erasure, erasureWithException } from './record-facts.ts'

const key = newSigningKey()
const trusted = [trustedKeyOf(newSigningKey()), trustedKeyOf(key)]
const statement = buildStatement(erasure)
const file = Buffer.from(signRecord(statement, key))

function verdictOf(bytes: Uint8Array): string {
  const verdict = verifyRecordFile(bytes, trusted)
  return verdict.kind === 'valid' ? 'valid' : verdict.code
}

/** A file whose signature is right over whatever payload. */
function signedAnyway(payload: Uint8Array | string, type = PAYLOAD_TYPE): Uint8Array {
  return envelopeBytes(signEnvelope(key, type, Buffer.from(payload)))
}

function signedValue(value: unknown): Uint8Array {
  return signedAnyway(canonicalBytes(value as JsonValue))
}

function flipped(at: number, bit: number): Buffer {
  const copy = Buffer.from(file)
  copy[at] = (copy[at] ?? 0) ^ (1 << bit)
  return copy
}

describe('a record file', () => {
  it.each([
    ['erasure', erasure],
    ['an explained exception', erasureWithException],
    ['access', access],
  ])('of %s is valid and gives back its statement and key', (_name, facts) => {
    const made = buildStatement(facts)
    const verdict = verifyRecordFile(signRecord(made, key), trusted)
    expect(verdict).toMatchObject({ kind: 'valid', statement: made, keyId: key.keyId })
  })

  it('is refused when one bit of any byte is flipped', () => {
    const accepted = Array.from(file, (_byte, at) => at).filter((at) => verdictOf(flipped(at, at % 8)) === 'valid')
    expect(accepted).toEqual([])
  })

  it('is refused for any other bit, byte, cut or addition', () => {
    const at = fc.nat(file.byteLength - 1)
    fc.assert(
      fc.property(at, fc.integer({ min: 0, max: 7 }), (position, bit) => {
        expect(verdictOf(flipped(position, bit))).not.toBe('valid')
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(at, fc.uint8Array({ minLength: 1, maxLength: 3 }), (position, bytes) => {
        const inserted = Buffer.concat([file.subarray(0, position), bytes, file.subarray(position)])
        expect(verdictOf(inserted)).not.toBe('valid')
        expect(verdictOf(file.subarray(0, position))).not.toBe('valid')
      }),
      { numRuns: 500 },
    )
    expect(verdictOf(Buffer.concat([file, Buffer.from('\n')]))).toBe('FILE_NOT_CANONICAL')
  })

  it('never makes the verifier throw, whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(verdictOf(bytes)).not.toBe('valid')
      }),
    )
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(verdictOf(Buffer.from(text))).not.toBe('valid')
        expect(verdictOf(signedAnyway(text))).not.toBe('valid')
      }),
    )
  })

  const envelope = JSON.parse(file.toString()) as { payload: string; signatures: { keyid: string; sig: string }[] }
  const [signature] = envelope.signatures
  const changed = (change: object) => canonicalBytes({ ...envelope, ...change })
  it.each<[string, Uint8Array, string]>([
    ['no JSON', Buffer.from('{'), 'FILE_NOT_JSON'],
    [
      'a duplicate key',
      Buffer.from(file.toString().replace('{"payload":', '{"payload":"","payload":')),
      'FILE_NOT_JSON',
    ],
    ['white space', Buffer.from(JSON.stringify(envelope, null, 1)), 'FILE_NOT_CANONICAL'],
    ['a further member', changed({ note: 'x' }), 'ENVELOPE_INVALID'],
    ['no signature', changed({ signatures: [] }), 'ENVELOPE_INVALID'],
    ['two signatures', changed({ signatures: [signature, signature] }), 'ENVELOPE_INVALID'],
    ['another payload type', signedAnyway(canonicalBytes(statement), 'application/json'), 'PAYLOAD_TYPE_REFUSED'],
    ['loose base64', changed({ payload: `${envelope.payload}=` }), 'BASE64_INVALID'],
    ['an unknown key', signRecord(statement, newSigningKey()), 'KEY_NOT_TRUSTED'],
    [
      'the id of another trusted key',
      changed({ signatures: [{ ...signature, keyid: trusted[0]!.keyId }] }),
      'SIGNATURE_WRONG',
    ],
    ['a payload with white space', signedAnyway(JSON.stringify(statement, null, 1)), 'PAYLOAD_NOT_CANONICAL'],
    ['a payload with a fraction', signedAnyway('{"a":1.5}'), 'PAYLOAD_NOT_CANONICAL'],
    [
      'a payload of another kind',
      signedValue({ ...statement, predicateType: 'https://example.com/v1' }),
      'STATEMENT_INVALID',
    ],
    ['a payload with a further member', signedValue({ ...statement, name: 'x' }), 'STATEMENT_INVALID'],
    [
      'a completed record without its accounts',
      signedValue({ ...statement, predicate: { ...statement.predicate, legs: [] } }),
      'INVARIANT_BROKEN',
    ],
  ])('is refused with %s', (_name, bytes, code) => {
    expect(verdictOf(bytes)).toBe(code)
  })

  it('is refused when the signer himself claims completion over a failed part', () => {
    const { predicate } = buildStatement(erasureWithException)
    const lie = { ...statement, predicate: { ...predicate, result: 'completed' } }
    expect(verdictOf(signedValue(lie))).toBe('INVARIANT_BROKEN')
  })

  it('is refused when the signer himself says erased without having looked', () => {
    const legs = statement.predicate.legs.map((leg) => ({ ...leg, readbacks: [] }))
    expect(verdictOf(signedValue({ ...statement, predicate: { ...statement.predicate, legs } }))).toBe(
      'INVARIANT_BROKEN',
    )
  })

  it('needs somebody to trust', () => {
    expect(verifyRecordFile(file, [])).toMatchObject({ kind: 'invalid', code: 'KEY_NOT_TRUSTED' })
  })
})

describe('a valid verdict', () => {
  it('says what the file does not prove', () => {
    const verdict = verifyRecordFile(file, trusted)
    expect(verdict).toMatchObject({
      notProven: [
        'not_in_log',
        'vendor_internal_state',
        'places_not_reached',
        'time_of_signing',
        'who_asked',
        'files_not_compared',
        'personal_part_unopened',
      ],
    })
  })

  it('says so when a part could not be checked or a vendor has not finished', () => {
    const outcomes = [
      { part: 'contact', outcome: { kind: 'accepted', finishesByMs: Date.UTC(2026, 11, 5) } },
      { part: 'notes', outcome: { kind: 'unverifiable', why: 'no API to look again' } },
    ] as const
    const [, intercom] = erasure.legs
    const counts = { found: 1, done: 1, kept: 0, remaining: 0 }
    const facts = {
      ...erasure,
      result: 'completed_with_exceptions',
      legs: [{ ...intercom!, parts: outcomes.map((one) => ({ ...one, counts })) }],
      exceptions: [{ accountId: 'intercom-eu', part: 'notes', journalEntry: 'j-7' }],
    } as const
    const verdict = verifyRecordFile(signRecord(buildStatement(facts), key), trusted)
    expect(verdict).toMatchObject({ notProven: expect.arrayContaining(['still_running', 'could_not_be_checked']) })
  })
})
