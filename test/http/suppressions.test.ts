import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { requestId, type RequestId } from '../../src/domain/ids.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import { reviewSuppressions } from '../../src/flow/watch/review-suppressions.ts'
import { keepSuppressions } from '../../src/stages/common/suppression.ts'
import { DAY } from '../kit/sim/clock.ts'
import { createBody, OTHER, TestServer, type Answer } from './kit.ts'

let server: TestServer
beforeEach(async () => {
  server = await TestServer.start()
})
afterEach(async () => server.close())

const email = (value: string) => ({ identity_type: 'email', identity_value: value })
const ADA = email('ada@example.com')

/** An erasure whose one system ended with this outcome, at the moment in which it is sealed. */
async function sealed(outcome: Outcome): Promise<RequestId> {
  const { body } = await server.post('/v1/requests', createBody({ subject_identities: [ADA] }))
  const id = requestId(body.subject_request_id)
  await server.rig.settle()
  const { ports } = server
  await ports.store.transact(async (tx) => {
    const request = (await tx.request.get(id))!
    const legs = await tx.leg.find({ requestId: id })
    await keepSuppressions(ports, tx, {
      request,
      legs: legs.map((leg) => ({ ...leg, parts: [{ part: 'contact', outcome }] as never })),
      identifiers: await tx.identifier.find({ requestId: id, isCertain: true }),
    })
  })
  return id
}

async function check(identities: readonly object[], more: object = {}): Promise<Answer> {
  return server.post('/v1/suppressions/check', { subject_identities: identities, ...more }, { key: server.keys.portal })
}

async function lift(opted: string, more: object = {}): Promise<Answer> {
  const body = { subject_identity: ADA, opted_in_time: opted, evidence: 'form of the shop, row 77', ...more }
  return server.post('/v1/suppressions/lift', body, { key: server.keys.portal })
}

const soon = () => new Date(server.rig.clock.nowMs()).toISOString()

describe('POST /v1/suppressions/check', () => {
  it('tells an import whom not to write to, in the order in which it asked', async () => {
    const id = await sealed({ kind: 'suppressed' })
    const { status, body } = await check([email('bea@example.com'), email('ADA@Example.com')])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      answers: [
        { is_suppressed: false },
        { is_suppressed: true, purpose: 'direct_marketing', ground: 'erasure', subject_request_id: id },
      ],
    })
  })

  it('knows nobody where no system suppressed anybody', async () => {
    await sealed({ kind: 'erased' })
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: false }] })
    expect(server.rig.store.rows('suppression')).toEqual([])
  })

  it('keeps no address, and no digest by which another tenant or look-up could be asked', async () => {
    await sealed({ kind: 'suppressed' })
    const [row] = server.rig.store.rows('suppression')
    expect(JSON.stringify(row)).not.toContain('ada')
    expect(server.rig.store.rows('identifier').map((one) => one.lookupDigest)).not.toContain(row?.digest)
    const key = await server.keyFor('portal', OTHER)
    const theirs = await server.post('/v1/suppressions/check', { subject_identities: [ADA] }, { key })
    expect(theirs.body).toMatchObject({ answers: [{ is_suppressed: false }] })
  })

  it('still knows the person once the request was forgotten', async () => {
    const id = await sealed({ kind: 'suppressed' })
    await server.ports.store.transact((tx) =>
      tx.request.update(id, { wrappedKey: new Uint8Array(), masterKeyId: 'destroyed' }),
    )
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: true }] })
  })

  it.each([
    ['an empty list', { subject_identities: [] }, 'IDENTIFIER_MISSING'],
    ['too many', { subject_identities: Array.from({ length: 1001 }, () => ADA) }, 'FIELD_INVALID'],
    [
      'a customer number, which nobody writes to',
      { subject_identities: [{ ...ADA, identity_type: 'controller_customer_id' }] },
      'FIELD_INVALID',
    ],
    ['a purpose that is none', { subject_identities: [ADA], purpose: 'fun' }, 'FIELD_INVALID'],
  ])('refuses %s', async (_, body, code) => {
    const answer = await server.post('/v1/suppressions/check', body)
    expect(answer).toMatchObject({ status: 400, body: { code } })
  })

  it('refuses what is no address, without repeating it', async () => {
    const answer = await check([email('not an address')])
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDENTIFIER_INVALID' } })
    expect(answer.text).not.toContain('not an address')
  })

  it('is not for auditors and approvers', async () => {
    for (const role of ['auditor', 'approver'] as const) {
      const call = { key: server.keys[role] }
      expect((await server.post('/v1/suppressions/check', { subject_identities: [ADA] }, call)).status).toBe(403)
    }
  })
})

describe('POST /v1/suppressions/lift', () => {
  it('lifts by a fresh opt-in, says where it stands too, and the history says who did it', async () => {
    const id = await sealed({ kind: 'suppressed' })
    server.rig.clock.advance(DAY)
    const lifted = await lift(soon())
    expect(lifted).toMatchObject({ status: 200, body: { accounts_to_lift_by_hand: ['crm'] } })
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: false }] })
    const lines = server.rig.store.rows('journal').filter((row) => row.requestId === id)
    expect(lines.find((row) => row.kind === 'suppression.lifted')).toMatchObject({ actor: { role: 'portal' } })
  })

  it('takes no opt-in of before the objection, and none of tomorrow', async () => {
    await sealed({ kind: 'suppressed' })
    const before = new Date(server.rig.clock.nowMs() - DAY).toISOString()
    expect((await lift(before)).body.code).toBe('FIELD_INVALID')
    const later = new Date(server.rig.clock.nowMs() + DAY).toISOString()
    expect((await lift(later)).body.code).toBe('SUBMITTED_IN_FUTURE')
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: true }] })
  })

  it('has nothing to lift for others, or twice', async () => {
    await sealed({ kind: 'suppressed' })
    server.rig.clock.advance(DAY)
    expect((await lift(soon(), { subject_identity: email('bea@example.com') })).status).toBe(404)
    expect((await lift(soon())).status).toBe(200)
    expect((await lift(soon())).status).toBe(404)
  })

  it('is undone by the next objection', async () => {
    await sealed({ kind: 'suppressed' })
    server.rig.clock.advance(DAY)
    await lift(soon())
    server.rig.clock.advance(DAY)
    await sealed({ kind: 'suppressed' })
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: true }] })
    expect(server.rig.store.rows('suppression')).toHaveLength(1)
  })
})

describe('the review of a suppression', () => {
  it('is announced to the owner once, three years later, unless it was lifted', async () => {
    await sealed({ kind: 'suppressed' })
    expect(await reviewSuppressions(server.ports)).toBe(0)
    server.rig.clock.advance(3 * 365 * DAY)
    expect(await reviewSuppressions(server.ports)).toBe(1)
    expect(await reviewSuppressions(server.ports)).toBe(0)
    const notices = server.rig.store.rows('outbox').filter((row) => row.body.about === 'suppression_review')
    expect(notices).toHaveLength(1)
    expect((await check([ADA])).body).toMatchObject({ answers: [{ is_suppressed: true }] })
  })
})
