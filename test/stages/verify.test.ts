import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import { fakeConnector } from '../kit/sim/fake-connector.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

async function erased(change: (rig: Rig) => void = () => undefined): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig({ policy: AT_ONCE })
  rig.vendor().add(...contactOf(ada, 1))
  change(rig)
  const id = await rig.receive(ada.email)
  await rig.settle()
  return { rig, id }
}

describe('looking again', () => {
  it('a vendor that says yes and keeps the record is caught, and a person gets it', async () => {
    const { rig, id } = await erased((one) => one.vendor().lies.set('c-ada', 9))
    await rig.after(DAY)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'still_present', returnTo: 'settling' })
    expect(rig.request(id)).toMatchObject({ state: 'acting', result: null })
  })

  it('sends the effects of what is still there again when the person orders it', async () => {
    const { rig, id } = await erased((one) => one.vendor().lies.set('c-ada', 1))
    await rig.after(DAY)
    await rig.resume(id, 'act_again', rig.leg(id).id)
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.vendor().countOf('sent', 'delete_contact', 'c-ada')).toBe(2)
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(1)
  })

  it('ends as it is when the person accepts it, and the record names them for it', async () => {
    const { rig, id } = await erased((one) => one.vendor().lies.set('c-ada', 9))
    await rig.after(DAY)
    await rig.resume(id, 'accept', rig.leg(id).id)
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'failed', 'crm/note': 'erased' })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed_with_exceptions' })
    const [line] = rig.store.rows('journal').filter((row) => row.kind === 'exception.explained')
    expect(line).toMatchObject({ actor: { role: 'approver' }, detail: { part: 'contact' } })
  })

  it('goes on after a look that showed what the vendor’s index had not dropped yet', async () => {
    const { rig, id } = await erased((one) => {
      one.vendor().lagMs = 10 * MINUTE
    })
    await rig.after(30 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'settling', looks: 1 })
    await rig.after(2 * HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('wants as many looks in a row as the manifest says', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    const connector = fakeConnector(rig.vendor(), { manifest: { absencesNeeded: 2 } })
    rig.accounts[0] = { ...rig.accounts[0]!, connector }
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(5 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'settling', looks: 1, absences: 1 })
    await rig.after(2 * HOUR)
    expect(rig.leg(id)).toMatchObject({ state: 'settled', looks: 2, absences: 2 })
  })

  it('believes no empty answer while the positive control shows nothing', async () => {
    const { rig, id } = await erased((one) => {
      one.vendor().isIndexDown = true
    })
    await rig.after(DAY)
    expect(rig.leg(id)).toMatchObject({ state: 'settling', errorCode: 'VENDOR_ANSWER_UNREADABLE' })
    rig.vendor().isIndexDown = false
    await rig.after(2 * HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('finds what came back under the same address, though every planned record is gone', async () => {
    const { rig, id } = await erased((one) => one.vendor().add(invoiceOf(ada)))
    rig.vendor().add({ ...contactOf(ada)[0]!, ref: 'c-new' })
    await rig.after(DAY)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'still_present' })
  })
})
