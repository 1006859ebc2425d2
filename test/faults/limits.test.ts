import { describe, expect, it } from '@jest/globals'
import type { FoundRecord } from '../../src/connector/contract.ts'
import { Rig } from '../kit/sim/rig.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'

const person = testPerson('ada')

/** A vendor whose search never ends. */
async function* endless(): AsyncGenerator<FoundRecord> {
  for (let at = 0; ; at += 1) {
    await Promise.resolve()
    yield { part: 'note', ref: `n-${at}`, attribution: { kind: 'certain' }, content: {}, learned: [] }
  }
}

describe('a limit that is reached is an error with a code and never a silent stop', () => {
  it('parks a leg whose search finds more than one person can have, and keeps nothing of it', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(person, 1))
    const account = rig.accounts[0]!
    rig.accounts[0] = { ...account, connector: { ...account.connector, discover: endless } }
    const id = await rig.receive(person.email)
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'limit_reached', errorCode: 'LIMIT_REACHED' })
    expect(rig.store.rows('record')).toEqual([])
  }, 60_000)
})
