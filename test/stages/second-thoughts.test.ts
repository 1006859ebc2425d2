import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../src/domain/errors.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, PORTAL, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isDsrError(error) ? error.code : 'unknown'
  }
}

function heldBy(rig: Rig): number {
  return rig.vendor().held('ada').length
}

describe('a portal', () => {
  it('cannot assert an identity check that the policy does not accept', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email, { identityCheck: null })
    const order = { requestId: id, reason: null, method: 'said_so', level: 0 }
    expect(await codeOf(rig.commands.verifyIdentity({ ...order, actor: PORTAL }))).toBe('FORBIDDEN')
    expect(rig.request(id).state).toBe('awaiting_identity')
    await rig.commands.verifyIdentity({ ...order, method: 'document', reason: 'seen at the desk', actor: APPROVER })
    expect(rig.request(id).state).toBe('discovering')
  })
})

describe('a decision', () => {
  it('is not taken back by another one, since what it taught stays', async () => {
    const rig = new Rig()
    const attribution = { kind: 'candidate', reason: 'address_on_two_records' } as const
    const [contact] = contactOf(ada)
    rig.vendor().add({ ...contact!, attribution }, { ...contact!, ref: 'c-other', attribution })
    const id = await rig.receive(ada.email)
    await rig.settle()
    const [first] = rig.store.rows('record').filter((row) => row.requestId === id)
    const decide = (decision: 'subject' | 'not_subject') =>
      rig.commands.decide({
        requestId: id,
        actor: APPROVER,
        reason: null,
        decisions: [{ recordId: first!.id, decision, law: null, untilMs: null }],
      })
    expect(await codeOf(decide('not_subject'))).toBe('done')
    expect(await codeOf(decide('not_subject'))).toBe('done')
    expect(await codeOf(decide('subject'))).toBe('ILLEGAL_TRANSITION')
  })
})

describe('a dry run', () => {
  it('is never looked at again: there is nothing that it changed', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email, { mode: 'plan' })
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'planned' })
    expect(await codeOf(rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null }))).toBe(
      'ILLEGAL_TRANSITION',
    )
    await rig.after(DAY)
    expect(heldBy(rig)).toBe(1)
  })
})

describe('a brake that is pulled while effects wait', () => {
  it('to test identifiers alone stops those of everybody else', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada))
    rig.vendor().faultOf = (verb) => (verb === 'perform' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    rig.accounts[0] = { ...rig.accounts[0]!, effects: 'test_only', testIdentifiers: ['somebody@example.net'] }
    rig.vendor().faultOf = () => 'none'
    await rig.after(DAY)
    expect(heldBy(rig)).toBe(1)
    expect(rig.outcomes(id)).toMatchObject({ 'crm/contact': 'not_done' })
  })
})

describe('an account that is searched after the plan of an access request was made', () => {
  async function late(): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    rig.vendor('crm').add(...contactOf(ada))
    rig.vendor('desk').add(...contactOf(ada, 1))
    rig.vendor('desk').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email, { right: 'access' })
    await rig.settle()
    await rig.after(HOUR)
    rig.vendor('desk').faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id, 'desk').id)
    await rig.settle()
    await rig.after(HOUR)
    return { rig, id }
  }

  it('is not left out silently: it waits, and its data is in the answer once the plan has it', async () => {
    const { rig, id } = await late()
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'plan_drift' })
    await rig.resume(id, 'retry', rig.leg(id, 'desk').id)
    await rig.after(HOUR)
    expect(rig.outcomes(id)).toMatchObject({
      'crm/contact': 'exported',
      'desk/contact': 'exported',
      'desk/note': 'exported',
    })
  })
})
