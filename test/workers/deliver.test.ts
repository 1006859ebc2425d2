import { describe, expect, it } from '@jest/globals'
import { deliver, type DeliveryOutcome } from '../../workers/deliver.ts'
import { announceNotice } from '../../src/stages/common/outbox.ts'
import { testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

describe('messages to the outside', () => {
  it('go out side by side: a receiver that is slow holds up nobody else’s', async () => {
    const rig = new Rig()
    const id = await rig.receive(testPerson('ada').email)
    await rig.store.transact(async (tx) => {
      for (const about of ['needs_approval', 'plan_expired'] as const)
        await announceNotice(rig.ports, tx, { request: rig.request(id), about })
    })
    let free: (outcome: DeliveryOutcome) => void = () => undefined
    const slow = new Promise<DeliveryOutcome>((resolve) => (free = resolve))
    const begun: unknown[] = []
    const sendNotice = (row: { readonly body: { readonly about?: unknown } }): Promise<DeliveryOutcome> => {
      begun.push(row.body.about)
      if (begun.length === 1) return slow
      free({ kind: 'delivered' })
      return Promise.resolve({ kind: 'delivered' })
    }
    const outside = { sendNotice, sendEvent: sendNotice, retryAfterMs: [] }
    expect(await deliver({ ports: rig.ports, queue: rig.queue, outside })).toBe(2)
    expect(rig.store.rows('outbox').filter((row) => row.kind === 'notice' && row.publishedAtDbMs === null)).toEqual([])
  }, 5000)
})
