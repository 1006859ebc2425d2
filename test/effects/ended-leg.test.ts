import { describe, expect, it } from '@jest/globals'
import { runSender } from '../../src/effects/sender.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import { settleLeg } from '../../src/stages/common/settle-leg.ts'
import { SECOND } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, type Rig } from '../kit/sim/rig.ts'
import { actingRig, effectsOf, statesOf } from './rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea')
const NEVER = new AbortController().signal

/** A person ends the leg in one transaction; whoever did it died before the effects were stopped. */
async function endLeg(rig: Rig, id: RequestId): Promise<void> {
  const leg = rig.leg(id)
  await rig.store.transact(async (tx) => {
    await settleLeg(rig.ports, tx, { leg, parts: leg.parts, by: { actor: APPROVER } })
  })
}

describe('effects of a leg that has ended', () => {
  it('are not sent by whoever takes them up afterwards; those of others in the same batch are', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const ended = await rig.receive(ada.email)
    const other = await rig.receive(bea.email)
    await rig.settle()
    expect(statesOf(rig, ended, 'delete_contact')).toEqual(['ready'])
    await endLeg(rig, ended)
    rig.clock.advance(3 * SECOND)
    const [{ accountId, connectorId, step }] = effectsOf(rig, ended) as [ReturnType<typeof effectsOf>[number]]
    await runSender(rig.engine, { accountId, connectorId, step }, NEVER)
    await rig.after(5 * SECOND, SECOND)
    expect(statesOf(rig, ended, 'delete_contact')).toEqual(['stopped'])
    expect(statesOf(rig, other, 'delete_contact')).toEqual(['done'])
    expect(rig.vendor().held('ada')).toHaveLength(1)
  })
})
