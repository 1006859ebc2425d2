import { describe, expect, it } from '@jest/globals'
import { canonicalBytes, parseStrictJson } from '../../src/crypto/canonical.ts'
import { newSigningKey } from '../../src/crypto/signature.ts'
import { buildStatement, type RecordFacts, signRecord } from '../../src/ledger/record.ts'
import type { Statement } from '../../src/ledger/statement.ts'
import { thrown } from '../crypto/thrown.ts'
import { erasure, hubspot, intercom, part, RECEIVED_MS } from './record-facts.ts'

/** The path of the value that does not fit. */
async function faultOf(facts: RecordFacts): Promise<string | undefined> {
  const { code, field } = await thrown(() => buildStatement(facts))
  expect(code).toBe('FIELD_INVALID')
  return field
}

describe('personal data', () => {
  const why = (text: string): RecordFacts => ({
    ...erasure,
    legs: [{ ...hubspot, parts: [part('contact', { kind: 'not_supported', why: text }, { found: 1 })] }, intercom],
  })

  it.each([
    'ask ada.peeters@example.com',
    'call +32 470 12 34 56',
    'number 85073003328',
    'two\nlines',
    '',
    'x'.repeat(501),
  ])('is refused in a reason: %j', async (text) => {
    expect(await faultOf(why(text))).toBe('$.predicate.legs[0].parts[0].outcome.why')
  })

  it.each<[string, Partial<RecordFacts>]>([
    ['$.predicate.approval.by', { approval: { role: 'approver', by: 'Ada Peeters', atMs: RECEIVED_MS } }],
    ['$.predicate.controller', { controllerId: 'ada@example.com' }],
    ['$.predicate.identity_check.method', { identityCheck: { method: 'passport of Ada', result: 'verified' } }],
    ['$.predicate.subject_commitments[0]', { subjectCommitments: ['ada.peeters@example.com'] }],
    ['$.subject[1].name', { archives: [{ name: 'ada peeters.zip', sha256: 'a'.repeat(64) }] }],
    ['$.predicate.request', { requestId: 'ada' }],
    ['$.predicate.nonce', { nonce: 'abc' }],
    ['$.predicate.sequence', { sequence: 0 }],
  ])('does not fit into %s', async (path, change) => {
    expect(await faultOf({ ...erasure, ...change })).toBe(path)
  })

  it('cannot ride along in a member that the format does not know', async () => {
    const statement = buildStatement(erasure)
    const parsed = parseStrictJson(canonicalBytes(statement)) as Statement
    const key = newSigningKey()
    const places: [object, string][] = [
      [{ ...parsed, name: 'Ada' }, '$'],
      [{ ...parsed, predicate: { ...parsed.predicate, email: 'x' } }, '$.predicate'],
      [
        { ...parsed, predicate: { ...parsed.predicate, clock: { ...parsed.predicate.clock, note: 'x' } } },
        '$.predicate.clock',
      ],
    ]
    for (const [forged, path] of places) {
      expect(await thrown(() => signRecord(forged as Statement, key))).toEqual({ code: 'FIELD_INVALID', field: path })
    }
  })

  it('is refused as an instant that is no integer', async () => {
    expect(await faultOf({ ...erasure, receivedAtMs: 1.5 })).toBe('receivedAtMs')
    expect(await faultOf({ ...erasure, receivedAtMs: Number.NaN })).toBe('receivedAtMs')
  })
})
