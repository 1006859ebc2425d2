import { describe, expect, it } from '@jest/globals'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'
import { actingRig, statesOf } from './rig.ts'

const ada = testPerson('ada')

// Forty tries in vain gave the leg to a person, the effects were tried on and ended well, and the leg waited for ever.
describe('effects that end well after a person was asked', () => {
  it('lead their system on by themselves', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada))
    let isDown = true
    rig.vendor().faultOf = (verb) => (verb === 'perform' && isDown ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(2 * DAY, 30 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'retries_exhausted' })
    isDown = false
    await rig.after(DAY, HOUR)
    expect(statesOf(rig, id, 'delete_contact')).toEqual(['done'])
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})

describe('a deadline for tries that passes while nobody tries', () => {
  it('is no reason to ask a person after the second try', async () => {
    const rig = new Rig()
    rig.vendor().faultOf = (verb) => (verb === 'discover' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    rig.clock.advance(4 * DAY)
    await rig.watch()
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'open', tries: 2 })
    await rig.after(HOUR, MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'retries_exhausted' })
  })
})
