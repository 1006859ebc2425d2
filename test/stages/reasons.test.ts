import { describe, expect, it } from '@jest/globals'
import { DAY } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

describe('a reason that a person gives', () => {
  it('stands sealed beside the exception that the person took on', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada))
    rig.vendor().lies.set('c-ada', 99)
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    const legId = rig.leg(id).id
    await rig.commands.resume({
      requestId: id,
      actor: APPROVER,
      reason: 'case 4711 at the vendor',
      legId,
      action: 'accept',
    })
    const vault = rig.ports.vault.open(rig.request(id))
    const lines = rig.store.rows('journal').filter((line) => line.kind === 'exception.explained')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.actor).toEqual(APPROVER)
    expect(vault.open(lines[0]?.sealedReason ?? new Uint8Array(), 'reason')).toBe('case 4711 at the vendor')
    expect(JSON.stringify(lines[0]?.detail)).not.toContain('4711')
  })
})
