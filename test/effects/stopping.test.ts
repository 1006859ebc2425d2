import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { effectId } from '../../src/domain/ids.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { actingRig, effectsOf } from './rig.ts'

const ada = testPerson('ada')
const MANY = 10_050

describe('a leg that a person ends as it is', () => {
  // Only the first 10,000 were stopped: the others went out although the record said that nothing more was done.
  it('sends none of its effects any more, however many wait', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1))
    rig.vendor().refuses.add('n-ada-1')
    const id = await rig.receive(ada.email)
    await rig.settle()
    const waiting = effectsOf(rig, id).find((one) => one.state === 'ready')!
    await rig.store.transact(async (tx) => {
      for (let count = 0; count < MANY; count += 1)
        await tx.effect.insert({ ...waiting, id: effectId(randomUUID()), targetDigest: `${count}` })
    })
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'effect_rejected' })
    await rig.resume(id, 'accept', rig.leg(id).id)
    expect(effectsOf(rig, id).filter((one) => one.state === 'ready')).toEqual([])
  })
})
