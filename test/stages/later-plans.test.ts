import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../src/domain/errors.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import type { Actor } from '../../src/ports/rows.ts'
import type { RightPolicy } from '../../src/ports/runtime.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const COLLEAGUE: Actor = { role: 'approver', id: 'approver-2' }
const LATE_NOTE = contactOf(ada, 2)[2]!

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isDsrError(error) ? error.code : 'unknown'
  }
}

function approveAs(rig: Rig, id: RequestId, actor: Actor): Promise<unknown> {
  return rig.commands.approve({ requestId: id, actor, reason: null, planHash: rig.request(id).planHash ?? '' })
}

/** A note appears after the approval: the system's share stands still, and its new plan waits for approval. */
async function drifted(erasure: Partial<RightPolicy> = {}): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig({ policy: { byRight: { erasure } } })
  rig.vendor().add(...contactOf(ada, 1))
  const id = await rig.receive(ada.email)
  await rig.settle()
  const isAuto = erasure.approval === 'auto'
  if (!isAuto) await approveAs(rig, id, APPROVER)
  if (erasure.fourEyes === true) await approveAs(rig, id, COLLEAGUE)
  await rig.settle()
  rig.vendor().add(LATE_NOTE)
  await rig.after(DAY + HOUR)
  expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'plan_drift' })
  await rig.resume(id, 'retry', rig.leg(id).id)
  return { rig, id }
}

const sentTo = (rig: Rig) => rig.vendor().history.filter((event) => event.kind === 'sent').length

// The record that nobody had seen was erased the moment its plan was approved.
describe('a plan that is made while acting', () => {
  it('has a cooling-off period of its own before its records are touched', async () => {
    const { rig, id } = await drifted()
    await rig.approve(id)
    await rig.after(23 * HOUR)
    expect(sentTo(rig)).toBe(0)
    await rig.after(3 * HOUR)
    expect(rig.vendor().held('ada')).toEqual([])
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed', approval: { planVersion: 2 } })
  })

  it('has one also where the policy approves by itself', async () => {
    const { rig, id } = await drifted({ approval: 'auto' })
    expect(rig.request(id)).toMatchObject({ nextApproval: { planVersion: 2 } })
    await rig.after(23 * HOUR)
    expect(sentTo(rig)).toBe(0)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('can be left as it is while it cools off', async () => {
    const { rig, id } = await drifted()
    await rig.approve(id)
    await rig.after(20 * HOUR)
    await rig.resume(id, 'accept', rig.leg(id).id)
    expect(sentTo(rig)).toBe(0)
    expect(rig.request(id)).toMatchObject({ result: 'completed_with_exceptions' })
  })

  it('runs out when nobody approves it within 72 hours; another takes its place', async () => {
    const { rig, id } = await drifted()
    await rig.after(73 * HOUR)
    expect(await codeOf(approveAs(rig, id, APPROVER))).toBe('APPROVAL_EXPIRED')
    await rig.resume(id, 'retry', rig.leg(id).id)
    expect(rig.request(id).planVersion).toBe(3)
    await rig.approve(id)
    await rig.after(3 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('is void when its approval was not used in time: nothing goes out and a person is asked again', async () => {
    const { rig, id } = await drifted()
    await rig.approve(id)
    rig.clock.advance(97 * HOUR)
    await rig.watch()
    await rig.settle()
    expect(sentTo(rig)).toBe(0)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'plan_drift' })
    expect(rig.journal(id)).toContain('plan.expired')
  })

  it('is approved twice by the same call without harm', async () => {
    const { rig, id } = await drifted()
    await rig.approve(id)
    await rig.approve(id)
    expect(rig.journal(id).filter((kind) => kind === 'plan.approved')).toHaveLength(2)
  })
})

describe('a plan that is made for a recheck', () => {
  it('can be approved although the request was answered, and is acted on', async () => {
    const rig = new Rig()
    rig.vendor().binMs = 30 * DAY
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id).state).toBe('answered')
    rig.vendor().restore('contact', 'c-ada')
    rig.vendor().binMs = 0
    // It is there when the recheck reads once more before acting, and was not when it searched.
    let searches = 0
    rig.vendor().faultOf = (verb) => {
      if (verb === 'discover' && (searches += 1) === 2) rig.vendor().add(LATE_NOTE)
      return 'none'
    }
    await rig.after(31 * DAY)
    expect(rig.leg(id, 'crm', 1)).toMatchObject({ state: 'parked', parkedReason: 'plan_drift' })
    await rig.resume(id, 'retry', rig.leg(id, 'crm', 1).id)
    expect(rig.leg(id, 'crm', 1).state).toBe('parked')
    await rig.approve(id)
    await rig.after(3 * DAY)
    expect(rig.vendor().held('ada')).toEqual([])
    expect(rig.request(id).state).toBe('closed')
    expect(rig.outcomes(id, 1)).toMatchObject({ 'crm/contact': 'erased', 'crm/note': 'erased' })
  })
})

describe('a plan that is empty because the only account could not be searched', () => {
  // It was approved by the policy as one that changes nothing.
  it('waits for a person, and for the account to be searched', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    rig.vendor().faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', approval: null })
    rig.vendor().faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id).id)
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', approval: null, planVersion: 2 })
  })

  it('asks nobody when the account is read-only', async () => {
    const rig = new Rig({ accounts: { crm: { effects: 'read_only' } } })
    rig.vendor().faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id).approval).toMatchObject({ by: { role: 'policy' } })
  })
})

describe('four eyes', () => {
  const POLICY = { policy: { byRight: { erasure: { fourEyes: true } } } } as const

  async function planned(): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig(POLICY)
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email, { actor: { role: 'ops', id: 'ops-1' } })
    await rig.settle()
    return { rig, id }
  }

  it('lets nothing begin before a second person approved', async () => {
    const { rig, id } = await planned()
    await approveAs(rig, id, APPROVER)
    await rig.after(2 * DAY)
    expect(sentTo(rig)).toBe(0)
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', approval: null })
    await approveAs(rig, id, COLLEAGUE)
    expect(rig.request(id).approval).toMatchObject({ by: APPROVER, second: COLLEAGUE })
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('takes neither the first person again nor the one who entered the request for the second', async () => {
    const { rig, id } = await planned()
    await approveAs(rig, id, APPROVER)
    expect(await codeOf(approveAs(rig, id, { ...APPROVER, role: 'admin' }))).toBe('SECOND_PERSON_NEEDED')
    expect(await codeOf(approveAs(rig, id, { role: 'admin', id: 'ops-1' }))).toBe('SECOND_PERSON_NEEDED')
    expect(rig.request(id).approval).toBeNull()
  })

  it('counts two approvals of one plan, not of two', async () => {
    const { rig, id } = await planned()
    await approveAs(rig, id, APPROVER)
    await rig.after(73 * HOUR)
    expect(rig.request(id).state).toBe('plan_expired')
    await rig.resume(id, 'retry', null)
    await approveAs(rig, id, COLLEAGUE)
    expect(rig.request(id).approval).toBeNull()
    await approveAs(rig, id, APPROVER)
    expect(rig.request(id).approval).toMatchObject({ planVersion: 2 })
  })

  it('holds for a plan that is made while acting too', async () => {
    const { rig, id } = await drifted({ fourEyes: true })
    await approveAs(rig, id, APPROVER)
    await rig.after(26 * HOUR, 10 * MINUTE)
    expect(sentTo(rig)).toBe(0)
    await approveAs(rig, id, COLLEAGUE)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})
