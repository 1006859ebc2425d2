import { describe, expect, it } from '@jest/globals'
import { HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

describe('a leg that acts', () => {
  // A second look at it would plan by identifiers that were learned since and that nobody approved.
  it('plans its effects once, however often it is looked after', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    let plans = 0
    rig.vendor().faultOf = (verb) => {
      if (verb === 'plan') plans += 1
      return verb === 'perform' ? 'down' : 'none'
    }
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(2 * HOUR, 5 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'acting' })
    expect(rig.leg(id).attempts).toBeGreaterThan(3)
    expect(plans).toBe(1)
  })
})
