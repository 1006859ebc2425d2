import { describe, expect, it } from '@jest/globals'
import { isDsrError, type ErrorCode } from '../../src/domain/errors.ts'
import { MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea')

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (isDsrError(error)) return error.code
    throw error
  }
}

describe('intake', () => {
  it('waits for an identity check before anything is searched', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email, { identityCheck: null })
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_identity')
    expect(rig.legs(id)).toEqual([])
  })

  it('does not take an identity check that the policy does not accept', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email, { identityCheck: { method: 'phone_call', level: 3 } })
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_identity')
  })

  it('starts discovery once the identity was verified', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email, { identityCheck: null })
    await rig.commands.verifyIdentity({ requestId: id, actor: APPROVER, reason: null, method: 'id_card', level: 3 })
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', identityCheck: { method: 'id_card' } })
  })

  it('refuses an identity check that nobody waits for', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email)
    const order = { requestId: id, actor: APPROVER, reason: null, method: 'id_card', level: 3 }
    expect(await codeOf(rig.commands.verifyIdentity(order))).toBe('ILLEGAL_TRANSITION')
  })

  it('names an open request for the same person and right as the one it repeats', async () => {
    const rig = new Rig()
    const first = await rig.receive(ada.email)
    const again = await rig.receive(ada.email.toUpperCase())
    const other = await rig.receive(bea.email)
    expect([again, other].map((id) => rig.request(id).duplicateOf)).toEqual([first, null])
  })

  it('does not take another right, or an ended request, for a duplicate', async () => {
    const rig = new Rig()
    const first = await rig.receive(ada.email)
    const access = await rig.receive(ada.email, { right: 'access' })
    await rig.commands.withdraw({ requestId: first, actor: APPROVER, reason: null })
    const again = await rig.receive(ada.email)
    expect([access, again].map((id) => rig.request(id).duplicateOf)).toEqual([null, null])
  })

  it('creates one request for one Idempotency-Key', async () => {
    const rig = new Rig()
    const form = { idempotencyKey: 'key-1', body: { right: 'erasure' } }
    const first = await rig.receive(ada.email, form)
    expect(await rig.receive(ada.email, form)).toBe(first)
    expect(rig.store.rows('request')).toHaveLength(1)
  })

  it('refuses a known Idempotency-Key with another body', async () => {
    const rig = new Rig()
    await rig.receive(ada.email, { idempotencyKey: 'key-1', body: { right: 'erasure' } })
    const other = rig.receive(bea.email, { idempotencyKey: 'key-1', body: { right: 'access' } })
    expect(await codeOf(other)).toBe('IDEMPOTENCY_CONFLICT')
  })

  it('refuses what it cannot act on, and writes nothing', async () => {
    const rig = new Rig()
    const late = { submittedAtMs: rig.clock.nowMs() + 10 * MINUTE }
    expect(await codeOf(rig.receive('not an address'))).toBe('IDENTIFIER_INVALID')
    expect(await codeOf(rig.receive(ada.email, { identities: [] }))).toBe('IDENTIFIER_MISSING')
    expect(await codeOf(rig.receive(ada.email, { right: 'objection' }))).toBe('RIGHT_UNSUPPORTED')
    expect(await codeOf(rig.receive(ada.email, late))).toBe('SUBMITTED_IN_FUTURE')
    expect(rig.store.rows('request')).toEqual([])
  })

  it('counts the month from the day on which the portal received it', async () => {
    const rig = new Rig()
    const submittedAtMs = Date.UTC(2026, 1, 20, 10)
    const id = await rig.receive(ada.email, { submittedAtMs })
    expect(rig.request(id)).toMatchObject({ receivedAtMs: submittedAtMs, dueDate: '2026-03-20' })
  })
})
