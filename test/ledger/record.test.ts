import { describe, expect, it } from '@jest/globals'
import { canonicalBytes } from '../../src/crypto/canonical.ts'
import { openRecordPart } from '../../src/crypto/envelope.ts'
import { newSigningKey } from '../../src/crypto/signature.ts'
import { LEG_TABLE } from '../../src/domain/leg.ts'
import { isException, type Outcome } from '../../src/domain/outcome.ts'
import { buildStatement, type LegFacts, recordDigest, type RecordFacts, signRecord } from '../../src/ledger/record.ts'
import { isExceptionKind } from '../../src/ledger/record-invariants.ts'
import { LEG_STATES } from '../../src/ledger/statement.ts'
import { thrown } from '../crypto/thrown.ts'
import {
  access,
  erasure,
  erasureWithException,
  hubspot,
  intercom,
  part,
  PERSON,
  RECEIVED_MS,
  requestKey,
} from './record-facts.ts'

/** The invariant or path that the facts break. */
async function faultOf(facts: RecordFacts): Promise<string | undefined> {
  const { code, field } = await thrown(() => buildStatement(facts))
  expect(code).toBe('FIELD_INVALID')
  return field
}

function withLeg(change: Partial<LegFacts>): RecordFacts {
  return { ...erasure, legs: [{ ...hubspot, ...change }, intercom] }
}

const gone = (counts: Partial<LegFacts['parts'][number]['counts']>, kind: 'erased' | 'anonymised' = 'erased') =>
  withLeg({ parts: [part('contact', { kind }, counts)] })

describe('a completion record', () => {
  it.each([
    ['erasure', erasure],
    ['an erasure with an explained exception', erasureWithException],
    ['access', access],
    ['a refusal before anything was searched', { ...erasure, result: 'refused', legs: [], depth: [], recheckAtMs: [] }],
    ['a withdrawal', { ...erasure, result: 'withdrawn', legs: [], depth: [], recheckAtMs: [] }],
  ] satisfies [string, RecordFacts][])('can be made of %s', (_name, facts) => {
    expect(buildStatement(facts).predicate.result).toBe(facts.result)
  })

  it('is an in-toto statement about the evidence and the archives', () => {
    const statement = buildStatement(access)
    expect(statement._type).toBe('https://in-toto.io/Statement/v1')
    expect(statement.predicateType).toBe('https://habeas.example/completion-record/v1')
    expect(statement.subject.map((one) => one.name)).toEqual(['evidence.json', 'archive-1.zip'])
  })

  it('says what happened in each place, with instants in UTC', () => {
    const [leg] = buildStatement(erasure).predicate.legs
    expect(leg).toMatchObject({
      account: 'hubspot-main',
      connector: { id: 'hubspot', version: '1.2.0' },
      state: 'settled',
      parts: [
        { part: 'contact', outcome: { kind: 'erased' }, counts: { found: 2, done: 2, kept: 0, remaining: 0 } },
        {
          part: 'invoices',
          outcome: { kind: 'retained', law: 'BE CIR92 Art. 315', until: '2033-01-01T00:00:00.000Z' },
        },
      ],
      control: { query_class: 'control', result: 1 },
      first_at: '2026-11-03T11:30:00.000Z',
    })
  })

  it('says how deep each connector reaches, and why not deeper', () => {
    const [depth] = buildStatement(erasure).predicate.depth
    const gap = { part: 'site_visits', why: 'the API offers no access to raw visits' }
    expect(depth).toEqual({
      connector: 'hubspot',
      read: ['contact', 'block_list'],
      erased: ['contact'],
      anonymised: [],
      suppressed: ['block_list'],
      left: [gap],
      unread: [gap],
    })
  })

  it('knows every state of an account, and the same exceptions as the rest of the product', () => {
    expect([...LEG_STATES].sort()).toEqual(Object.keys(LEG_TABLE).sort())
    const outcomes: Outcome[] = [
      { kind: 'exported' },
      { kind: 'erased' },
      { kind: 'anonymised' },
      { kind: 'rectified' },
      { kind: 'suppressed' },
      { kind: 'restricted' },
      { kind: 'nothing_found' },
      { kind: 'retained', law: 'x', untilMs: 0 },
      { kind: 'accepted', finishesByMs: 0 },
      { kind: 'unverifiable', why: 'x' },
      { kind: 'done_by_hand', evidence: 'x' },
      { kind: 'not_supported', why: 'x' },
      { kind: 'not_done', why: 'x' },
      { kind: 'failed', code: 'INTERNAL' },
    ]
    for (const outcome of outcomes) expect(isExceptionKind(outcome.kind)).toBe(isException(outcome))
  })

  it('says so when a manifest gives no reason for a gap', () => {
    const rows = [{ part: 'contact', isRead: false, onErasure: 'left' }] as const
    const depth = [{ connectorId: 'hubspot', rows }, ...erasure.depth.slice(1)]
    expect(buildStatement({ ...erasure, depth }).predicate.depth[0]!.left[0]!.why).not.toBe('')
  })

  it('of a reading right needs no approval for what a person did by hand', () => {
    const { planHash, approval, ...unplanned } = access
    expect([planHash, approval]).not.toContain(undefined)
    const byHand = part('papers', { kind: 'done_by_hand', evidence: 'sha256:ab12' }, { found: 1, done: 1 })
    const facts = { ...unplanned, legs: access.legs.map((leg) => ({ ...leg, parts: [...leg.parts, byHand] })) }
    expect(buildStatement(facts).predicate.approval).toBeUndefined()
  })

  it('is the same for the same facts, and its file too', () => {
    const key = newSigningKey()
    const file = signRecord(buildStatement(erasure), key)
    expect(signRecord(buildStatement({ ...erasure }), key)).toEqual(file)
    expect(recordDigest(file)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('shows no personal data outside the sealed part, which opens with the key of the request', () => {
    const statement = buildStatement(erasure)
    const text = Buffer.from(canonicalBytes(statement)).toString()
    for (const canary of Object.values(PERSON)) expect(text).not.toContain(canary)
    const sealed = statement.predicate.sealed!
    const place = { requestId: statement.predicate.request, sequence: statement.predicate.sequence }
    expect(JSON.parse(Buffer.from(openRecordPart(requestKey, place, sealed)).toString())).toEqual(PERSON)
  })
})

describe('completed', () => {
  it.each<Outcome>([
    { kind: 'failed', code: 'VENDOR_REFUSED' },
    { kind: 'not_supported', why: 'no API' },
    { kind: 'unverifiable', why: 'no API to look again' },
    { kind: 'not_done', why: 'stopped' },
  ])('is impossible while a part is $kind', async (outcome) => {
    const facts = withLeg({ parts: [part('contact', outcome, { found: 1 })] })
    expect(await faultOf(facts)).toBe('COMPLETED_IS_COMPLETE')
    const explained = [{ accountId: 'hubspot-main', part: 'contact', journalEntry: 'j-1' }]
    expect(await faultOf({ ...facts, exceptions: explained })).toBe('COMPLETED_IS_COMPLETE')
  })

  it.each(['open', 'discovering', 'found', 'acting', 'settling', 'parked'] as const)(
    'is impossible while an account is %s',
    async (state) => {
      expect(await faultOf(withLeg({ state }))).toBe('COMPLETED_IS_COMPLETE')
    },
  )

  it('is impossible while what was found is not accounted for', async () => {
    const retained = { kind: 'retained', law: 'BE CIR92 Art. 315', untilMs: Date.UTC(2033, 0, 1) } as const
    expect(await faultOf(gone({ found: 3, done: 2 }))).toBe('COUNTS_ADD_UP')
    expect(await faultOf(withLeg({ parts: [part('notes', { kind: 'suppressed' }, { found: 1 })] }))).toBe(
      'COUNTS_ADD_UP',
    )
    expect(await faultOf(withLeg({ parts: [part('notes', { kind: 'nothing_found' }, { found: 1 })] }))).toBe(
      'COUNTS_ADD_UP',
    )
    expect(await faultOf(withLeg({ parts: [part('notes', retained, { found: 1, remaining: 1 })] }))).toBe(
      'COUNTS_ADD_UP',
    )
  })

  it('is impossible while something that was found was neither exported nor kept', async () => {
    const counts = [{ found: 2, done: 1 }, { found: 1 }]
    for (const one of counts) {
      const legs = [{ ...intercom, parts: [part('contact', { kind: 'exported' }, { ...one, remaining: 2 })] }]
      expect(await faultOf({ ...access, legs })).toBe('COUNTS_ADD_UP')
    }
  })

  it('is impossible without any account, or for an account without any part', async () => {
    expect(await faultOf({ ...erasure, legs: [] })).toBe('NOTHING_IS_LEFT_OUT')
    expect(await faultOf(withLeg({ parts: [] }))).toBe('NOTHING_IS_LEFT_OUT')
  })
})

describe('exceptions', () => {
  it('are needed for each part that did not end well', async () => {
    expect(await faultOf({ ...erasureWithException, exceptions: [] })).toBe('EXCEPTIONS_ARE_EXPLAINED')
  })

  it('explain only parts that did not end well, each once', async () => {
    const [one] = erasureWithException.exceptions
    const stray = { accountId: 'hubspot-main', part: 'contact', journalEntry: 'j-2' }
    expect(await faultOf({ ...erasureWithException, exceptions: [one!, stray] })).toBe('EXCEPTIONS_ARE_EXPLAINED')
    expect(await faultOf({ ...erasureWithException, exceptions: [one!, one!] })).toBe('EXCEPTIONS_ARE_EXPLAINED')
  })

  it('need a part that has one', async () => {
    expect(await faultOf({ ...erasure, result: 'completed_with_exceptions' })).toBe('COMPLETED_IS_COMPLETE')
  })

  it('are explained in refusals and withdrawals too', async () => {
    expect(await faultOf({ ...erasureWithException, result: 'withdrawn', exceptions: [] })).toBe(
      'EXCEPTIONS_ARE_EXPLAINED',
    )
  })
})

describe('erased', () => {
  it('needs a look that came after the act and found nothing', async () => {
    const [first, ...later] = hubspot.readbacks
    expect(await faultOf(withLeg({ readbacks: [] }))).toBe('ERASED_WAS_LOOKED_AT')
    expect(await faultOf(withLeg({ readbacks: [first!] }))).toBe('ERASED_WAS_LOOKED_AT')
    const tooEarly = later.map((look) => ({ ...look, atMs: RECEIVED_MS + 1 }))
    expect(await faultOf(withLeg({ readbacks: tooEarly }))).toBe('ERASED_WAS_LOOKED_AT')
  })

  it('needs a control that was seen', async () => {
    const { control, ...without } = hubspot
    expect(await faultOf({ ...erasure, legs: [without, intercom] })).toBe('ERASED_WAS_LOOKED_AT')
    expect(await faultOf(withLeg({ control: { ...control!, result: 0 } }))).toBe('ERASED_WAS_LOOKED_AT')
    expect(await faultOf(withLeg({ control: { ...control!, atMs: RECEIVED_MS + 1 } }))).toBe('ERASED_WAS_LOOKED_AT')
  })

  it.each(['erased', 'anonymised'] as const)('(%s) needs something done and nothing left', async (kind) => {
    expect(await faultOf(gone({ found: 2, done: 2, remaining: 1 }, kind))).toBe('COUNTS_ADD_UP')
    expect(await faultOf(gone({ found: 0, done: 0 }, kind))).toBe('COUNTS_ADD_UP')
  })

  it('needs an approved plan', async () => {
    const { planHash, ...unplanned } = erasure
    const { approval, ...unapproved } = erasure
    expect(planHash).toBeDefined()
    expect(await faultOf(unplanned)).toBe('CHANGES_WERE_APPROVED')
    expect(await faultOf(unapproved)).toBe('CHANGES_WERE_APPROVED')
    const late = { ...approval!, atMs: erasure.sealedAtMs + 1 }
    expect(await faultOf({ ...erasure, approval: late })).toBe('CHANGES_WERE_APPROVED')
  })
})

describe('the action', () => {
  it('is the one that was asked: no erasure under access, no export under erasure', async () => {
    expect(await faultOf({ ...access, legs: [hubspot] })).toBe('ACTION_FITS_OUTCOMES')
    expect(await faultOf({ ...erasure, legs: access.legs })).toBe('ACTION_FITS_OUTCOMES')
    expect(await faultOf(withLeg({ parts: [part('contact', { kind: 'rectified' })] }))).toBe('ACTION_FITS_OUTCOMES')
  })

  it('is one of the six rights', async () => {
    const unknown = { ...erasure, action: 'deletion' as unknown as RecordFacts['action'] }
    expect(await faultOf(unknown)).toBe('$.predicate.action')
  })

  it('is not done for somebody whose identity check failed', async () => {
    const identityCheck = { method: 'mail_link', result: 'failed' } as const
    expect(await faultOf({ ...access, identityCheck })).toBe('IDENTITY_WAS_CHECKED')
    const refused = { ...erasure, identityCheck, result: 'refused', legs: [], recheckAtMs: [] } as const
    expect(buildStatement(refused).predicate.identity_check.result).toBe('failed')
  })
})

describe('other promises of a record', () => {
  it('looks again when something was promised for later, and keeps what that needs as long', async () => {
    const { capsuleUntilMs, ...withoutCapsule } = erasure
    expect(await faultOf({ ...withoutCapsule, recheckAtMs: [] })).toBe('PROMISES_ARE_RECHECKED')
    expect(await faultOf(withoutCapsule)).toBe('PROMISES_ARE_RECHECKED')
    expect(await faultOf({ ...erasure, recheckAtMs: [capsuleUntilMs! + 1] })).toBe('PROMISES_ARE_RECHECKED')
  })

  it('names the archive of an export, and none where none was asked', async () => {
    expect(await faultOf({ ...access, archives: [] })).toBe('FILES_ARE_NAMED')
    expect(await faultOf({ ...erasure, archives: access.archives })).toBe('FILES_ARE_NAMED')
  })

  it('names everything once', async () => {
    const [commitment] = erasure.subjectCommitments
    const [contact] = hubspot.parts
    expect(await faultOf({ ...erasure, subjectCommitments: [commitment!, commitment!] })).toBe('NAMES_ARE_UNIQUE')
    expect(await faultOf({ ...erasure, legs: [hubspot, hubspot] })).toBe('NAMES_ARE_UNIQUE')
    expect(await faultOf(withLeg({ parts: [contact!, contact!] }))).toBe('NAMES_ARE_UNIQUE')
    expect(await faultOf({ ...access, archives: [...access.archives, ...access.archives] })).toBe('NAMES_ARE_UNIQUE')
  })

  it('has times that can have happened', async () => {
    expect(await faultOf({ ...erasure, sealedAtMs: RECEIVED_MS - 1 })).toBe('CHANGES_WERE_APPROVED')
    expect(await faultOf({ ...access, sealedAtMs: RECEIVED_MS - 1 })).toBe('TIMES_ARE_POSSIBLE')
    expect(await faultOf(withLeg({ lastAtMs: hubspot.firstAtMs! - 1 }))).toBe('TIMES_ARE_POSSIBLE')
    expect(await faultOf(withLeg({ lastAtMs: erasure.sealedAtMs + 1 }))).toBe('TIMES_ARE_POSSIBLE')
    expect(await faultOf(withLeg({ firstAtMs: RECEIVED_MS - 1 }))).toBe('TIMES_ARE_POSSIBLE')
    expect(await faultOf({ ...erasure, clock: { ...erasure.clock, dueAtMs: RECEIVED_MS - 1 } })).toBe(
      'TIMES_ARE_POSSIBLE',
    )
    const extension = { dueAtMs: erasure.clock.dueAtMs, reason: 'complexity', toldAtMs: RECEIVED_MS }
    expect(await faultOf({ ...erasure, clock: { ...erasure.clock, extension } })).toBe('TIMES_ARE_POSSIBLE')
  })

  it('says for each connector how deep it reaches', async () => {
    expect(await faultOf({ ...erasure, depth: erasure.depth.slice(1) })).toBe('DEPTH_IS_STATED')
  })
})
