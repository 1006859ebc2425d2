import { describe, expect, it } from '@jest/globals'
import { SECOND } from '../kit/sim/clock.ts'
import { contactOf, testPerson, type TestPerson } from '../kit/sim/people.ts'
import { actingRig, LOOKED_MS, statesOf } from './rig.ts'

const people = ['ada', 'bea', 'cas', 'dov', 'eva'].map((key) => testPerson(key))
const [ada, bea, cas, dov] = people as [TestPerson, TestPerson, TestPerson, TestPerson, TestPerson]

function callsOf(rig: ReturnType<typeof actingRig>, step: string): readonly number[] {
  return rig.store
    .rows('call')
    .filter((call) => call.step === step && call.kind === 'perform')
    .map((call) => call.members)
    .sort()
}

describe('batches of effects', () => {
  it('carries effects of several requests in one call', async () => {
    const rig = actingRig()
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    for (const one of people.slice(0, 4)) await rig.receive(one.email)
    await rig.settle()
    expect(callsOf(rig, 'delete_contact')).toEqual([4])
  })

  it('waits for companions no longer than its linger', async () => {
    const rig = actingRig()
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(callsOf(rig, 'delete_contact')).toEqual([])
    await rig.after(3 * SECOND, SECOND)
    expect(callsOf(rig, 'delete_contact')).toEqual([1])
    expect(statesOf(rig, id, 'delete_contact')).toEqual(['done'])
  })

  it('never carries more than the vendor takes', async () => {
    const rig = actingRig()
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    for (const one of people) await rig.receive(one.email)
    await rig.settle()
    await rig.after(3 * SECOND, SECOND)
    expect(callsOf(rig, 'delete_contact')).toEqual([1, 4])
  })

  it('splits a refused batch in halves until the one bad member is found', async () => {
    const rig = actingRig()
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    rig.vendor().isBatchRefused = true
    rig.vendor().refuses.add('c-cas')
    const ids = new Map<string, Awaited<ReturnType<typeof rig.receive>>>()
    for (const one of [ada, bea, cas, dov]) ids.set(one.key, await rig.receive(one.email))
    await rig.settle()
    await rig.after(LOOKED_MS)
    const states = [...ids].map(([key, id]) => `${key} ${statesOf(rig, id, 'delete_contact').join()}`)
    expect(states).toEqual(['ada done', 'bea done', 'cas rejected', 'dov done'])
    expect(rig.vendor().held('cas')).toHaveLength(1)
    expect(rig.request(ids.get('cas')!)).toMatchObject({ result: 'completed_with_exceptions' })
    expect(rig.request(ids.get('ada')!)).toMatchObject({ result: 'completed' })
  })

  it('settles each member from its own slice of the answer', async () => {
    const rig = actingRig()
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    rig.vendor().refuses.add('c-bea')
    const first = await rig.receive(ada.email)
    const second = await rig.receive(bea.email)
    await rig.settle()
    await rig.after(LOOKED_MS)
    expect([...statesOf(rig, first, 'delete_contact'), ...statesOf(rig, second, 'delete_contact')]).toEqual([
      'done',
      'rejected',
    ])
  })
})
