import { describe, expect, it } from '@jest/globals'
import { isDsrError, type ErrorCode } from '../../src/domain/errors.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig, type RigOptions } from '../kit/sim/rig.ts'

const ada = testPerson('ada')

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await work
    return 'no error'
  } catch (error) {
    if (isDsrError(error)) return error.code
    throw error
  }
}

async function planned(options: RigOptions = {}): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig(options)
  rig.vendor().add(...contactOf(ada, 1))
  const id = await rig.receive(ada.email)
  await rig.settle()
  return { rig, id }
}

const by = (requestId: RequestId) => ({ requestId, actor: APPROVER, reason: null })

describe('the plan and its approval', () => {
  it('nothing is changed before the plan was approved', async () => {
    const { rig, id } = await planned()
    await rig.after(2 * DAY)
    expect(rig.request(id).state).toBe('awaiting_approval')
    expect(rig.vendor().history).toEqual([])
  })

  it('is approved by its hash, and no other', async () => {
    const { rig, id } = await planned()
    const wrong = rig.commands.approve({ ...by(id), planHash: 'f'.repeat(64) })
    expect(await codeOf(wrong)).toBe('PLAN_HASH_MISMATCH')
    expect(rig.request(id).approval).toBeNull()
  })

  it('may be approved twice, which ends where once ends', async () => {
    const { rig, id } = await planned()
    await rig.approve(id)
    const first = rig.request(id).approval
    await rig.after(HOUR)
    await rig.approve(id)
    expect(rig.request(id).approval).toEqual(first)
  })

  it('is approved by the policy where the policy asks nobody', async () => {
    const { rig, id } = await planned({ policy: { byRight: { erasure: { approval: 'auto' } } } })
    expect(rig.request(id).approval).toMatchObject({ by: { role: 'policy' } })
  })

  it('is approved by the policy when it changes nothing', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id)).toMatchObject({
      state: 'closed',
      result: 'completed',
      approval: { by: { role: 'policy' } },
    })
  })

  it('that nobody approved in time expires, and is made anew on order', async () => {
    const { rig, id } = await planned()
    const { planHash } = rig.request(id)
    await rig.after(73 * HOUR)
    expect(rig.request(id).state).toBe('plan_expired')
    expect(await codeOf(rig.commands.approve({ ...by(id), planHash: planHash ?? '' }))).toBe('ILLEGAL_TRANSITION')
    await rig.resume(id, 'retry', null)
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', planVersion: 2 })
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('whose approval was not used in time expires too', async () => {
    const { rig, id } = await planned()
    await rig.approve(id)
    // Everything stood still for five days: the approval of then is not the approval of now.
    rig.clock.advance(5 * DAY)
    await rig.watch()
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'plan_expired', approval: null })
    expect(rig.vendor().history).toEqual([])
  })

  it('waits for the cooling-off period to end', async () => {
    const { rig, id } = await planned()
    await rig.approve(id)
    await rig.after(23 * HOUR)
    expect(rig.request(id).state).toBe('awaiting_approval')
    expect(rig.vendor().history).toEqual([])
    await rig.after(61 * MINUTE)
    expect(rig.vendor().history).not.toEqual([])
  })

  it('can be withdrawn during the cooling-off period', async () => {
    const { rig, id } = await planned()
    await rig.approve(id)
    await rig.after(20 * HOUR)
    await rig.commands.withdraw(by(id))
    await rig.after(3 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'withdrawn', result: 'withdrawn' })
    expect(rig.vendor().history).toEqual([])
    expect(rig.legs(id).map((leg) => leg.state)).toEqual(['settled'])
  })

  it('of a dry run ends there and changes nothing', async () => {
    const rig = new Rig({ policy: { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { mode: 'plan' })
    await rig.settle()
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'planned' })
    expect(rig.store.rows('plan')).toHaveLength(1)
    expect(rig.vendor().history).toEqual([])
    expect(rig.vendor().held('ada')).toHaveLength(2)
  })

  it('can be refused with a reason, and then nothing happens', async () => {
    const { rig, id } = await planned()
    await rig.commands.refuse({ ...by(id), reason: 'not the person' })
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'refused', result: 'refused' })
    expect(rig.vendor().history).toEqual([])
  })
})

describe('withdrawing and acting', () => {
  it('withdraw first: nothing is ever sent', async () => {
    const { rig, id } = await planned({ policy: { byRight: { erasure: { coolingOffMs: 0 } } } })
    await Promise.all([rig.commands.withdraw(by(id)), approveOf(rig, id)]).catch(() => undefined)
    await rig.settle()
    await rig.after(DAY)
    expect(rig.request(id).state).toBe('withdrawn')
    expect(rig.vendor().history).toEqual([])
  })

  it('acting first: it is too late to withdraw', async () => {
    const { rig, id } = await planned({ policy: { byRight: { erasure: { coolingOffMs: 0 } } } })
    await rig.approve(id)
    expect(await codeOf(rig.commands.withdraw(by(id)))).toBe('WITHDRAW_TOO_LATE')
    expect(await codeOf(rig.commands.refuse(by(id)))).toBe('ILLEGAL_TRANSITION')
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('withdraw twice ends where once ends', async () => {
    const { rig, id } = await planned()
    await rig.commands.withdraw(by(id))
    await rig.commands.withdraw(by(id))
    expect(rig.journal(id).filter((kind) => kind === 'request.withdraw')).toHaveLength(1)
  })

  async function approveOf(rig: Rig, id: RequestId): Promise<void> {
    await rig.commands.approve({ ...by(id), planHash: rig.request(id).planHash ?? '' })
  }
})
