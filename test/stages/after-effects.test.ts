import { describe, expect, it } from '@jest/globals'
import type { EffectRow } from '../../src/ports/rows.ts'
import type { Table, Tx } from '../../src/ports/store.ts'
import { afterEffects } from '../../src/stages/act-leg.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

/** The effects as a transaction sees them when a sender takes all that may go right after its first look. */
function takenAfterFirstLook(tx: Tx, legId: EffectRow['legId']): Tx {
  const counting = { count: true, countBy: true, tally: true, find: true }
  let hasLooked = false
  const take = async () => {
    if (hasLooked) return
    hasLooked = true
    for (const one of await tx.effect.find({ legId, state: 'ready', isReleased: true })) {
      await tx.effect.update(one.id, { state: 'sent' })
    }
  }
  const effect = new Proxy(tx.effect, {
    get: (table, name: keyof Table<EffectRow>) => {
      const method: unknown = Reflect.get(table, name)
      return async (...given: unknown[]) => {
        const seen: unknown = await Reflect.apply(method as () => Promise<unknown>, table, given)
        if (name in counting) await take()
        return seen
      }
    },
  })
  return new Proxy(tx, {
    get: (whole, name: keyof Tx): unknown => (name === 'effect' ? effect : Reflect.get(whole, name)),
  })
}

// Bug: what could still move was counted after the states. A sender that took the last effect in between was seen by neither
// look, and the leg went to a person for a refused effect that nobody had refused. The demo met it under load.
describe('a leg whose effects are taken by a sender while it is looked at', () => {
  it('goes on, since nothing was refused', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    await rig.settle()
    const legId = rig.leg(id).id
    const waiting = rig.store.rows('effect').filter((one) => one.legId === legId && one.state === 'ready')
    expect(waiting.some((one) => one.isReleased)).toBe(true)
    await rig.store.transact((tx) => afterEffects(rig.ports, takenAfterFirstLook(tx, legId), [legId]))
    expect(rig.leg(id)).toMatchObject({ state: 'acting', parkedReason: null })
  })
})
