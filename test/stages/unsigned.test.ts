import { describe, expect, it } from '@jest/globals'
import { DsrError } from '../../src/domain/errors.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

describe('a record that may not be signed', () => {
  it('is told to the owner once, and keeps the request open', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada))
    const refuse = () => {
      throw new DsrError('FIELD_INVALID', 'not a sentence', { field: 'legs[0].parts[0].outcome.law' })
    }
    Object.assign(rig.ports, { signer: { sign: refuse, signEvent: refuse } })
    const id = await rig.receive(ada.email)
    for (let turn = 0; turn < 40; turn += 1) await rig.after(3600_000).catch(() => undefined)
    expect(rig.request(id).state).toBe('sealing')
    expect(rig.journal(id).filter((kind) => kind === 'record.refused')).toHaveLength(1)
    const notices = rig.store.rows('outbox').filter((row) => row.kind === 'notice' && row.body.about === 'not_signed')
    expect(notices).toHaveLength(1)
  })
})
