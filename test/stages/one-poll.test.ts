import { describe, expect, it } from '@jest/globals'
import { connectorId } from '../../src/domain/ids.ts'
import { claimCall } from '../../src/effects/claim.ts'
import { dueLanes, recoverLostCalls } from '../../src/effects/recover.ts'
import { HOUR, MINUTE } from '../kit/sim/clock.ts'
import { mailOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

async function withJobAtVendor() {
  const rig = new Rig({ policy: AT_ONCE })
  rig.vendor().add(mailOf(ada))
  const id = await rig.receive(ada.email)
  await rig.settle()
  const [accepted] = rig.store.rows('effect').filter((one) => one.state === 'accepted')
  const lane = { accountId: rig.leg(id).accountId, connectorId: connectorId('crm'), step: accepted?.step ?? '' }
  rig.clock.reach(accepted?.nextActionAtMs ?? 0)
  return { rig, lane }
}

// Bug: a poll kept others away for a minute of the clock port. By the demo's fast clock that minute was over before the answer
// came; each sender took the effect over from the one before, every answer was dropped, and nobody ever learned that it was done.
describe('a question that is under way at the vendor', () => {
  it('is asked by nobody else while its sender lives, however fast the clock runs', async () => {
    const { rig, lane } = await withJobAtVendor()
    expect((await claimCall(rig.engine, lane))?.call.kind).toBe('poll')
    rig.clock.advance(2 * MINUTE)
    expect(await claimCall(rig.engine, lane)).toBeUndefined()
    expect(await dueLanes(rig.engine)).toEqual([])
  })

  it('is asked again once its sender is lost', async () => {
    const { rig, lane } = await withJobAtVendor()
    await claimCall(rig.engine, lane)
    rig.clock.advance(HOUR)
    await recoverLostCalls(rig.engine)
    expect((await claimCall(rig.engine, lane))?.call.kind).toBe('poll')
  })
})
