import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import type { Ports } from '../../src/ports/runtime.ts'
import { sealGeneration } from '../../src/stages/seal.ts'
import { runLeg } from '../../src/flow/run-leg.ts'
import { DAY, HOUR, SECOND, SkewedClock } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = {
  byRight: { erasure: { approval: 'auto', coolingOffMs: 0 }, access: { approval: 'auto' } },
} as const
const callbackUrl = 'https://portal.example.com/callback'

const events = (rig: Rig) => rig.delivered.filter((row) => row.kind === 'event').map((row) => row.body.name)

describe('the answer', () => {
  it('without a callback is given when the record is there to be read', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'closed', delivery: { channel: 'api', result: 'available' } })
  })

  it('with a callback is given when the callback was delivered', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.deliveryOutcome = { kind: 'retry', waitMs: undefined }
    const id = await rig.receive(ada.email, { callbackUrl })
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'sealing', answeredAtMs: null })
    rig.deliveryOutcome = { kind: 'delivered' }
    await rig.after(HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', delivery: { channel: 'callback', result: 'delivered' } })
    expect(events(rig)).toContain('request.completed')
  })

  it('that could not be delivered goes to a person, and out again on their order', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.deliveryOutcome = { kind: 'gave_up' }
    const id = await rig.receive(ada.email, { callbackUrl })
    await rig.settle()
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'sealing', delivery: { result: 'failed' } })
    expect(rig.delivered.some((row) => row.body.about === 'not_delivered')).toBe(true)
    rig.deliveryOutcome = { kind: 'delivered' }
    await rig.resume(id, 'retry', null)
    expect(rig.request(id)).toMatchObject({ state: 'closed', delivery: { result: 'delivered' } })
    expect(rig.store.rows('seal')).toHaveLength(1)
  })
})

describe('the seal', () => {
  async function settled(right: 'access' | 'erasure'): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { right })
    await rig.settle()
    await rig.after(DAY)
    return { rig, id }
  }

  it('made twice ends with one record and one archive', async () => {
    const { rig, id } = await settled('access')
    await Promise.all([sealGeneration(rig.ports, rig.request(id), 0), sealGeneration(rig.ports, rig.request(id), 0)])
    await rig.chores()
    expect(rig.store.rows('seal')).toHaveLength(1)
    expect([...rig.files.objects.keys()]).toEqual([rig.store.rows('seal')[0]?.archiveKey])
  })

  it('names the account that is gone, when a person accepted its leg', async () => {
    const rig = new Rig({ policy: AT_ONCE, accounts: { crm: {}, desk: {} } })
    rig.vendor('crm').add(...contactOf(ada, 1))
    rig.vendor('desk').faultOf = () => 'down'
    const id = await rig.receive(ada.email)
    await rig.settle()
    rig.accounts.pop()
    await rig.after(DAY)
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'account_missing' })
    await rig.resume(id, 'accept', rig.leg(id, 'desk').id)
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed_with_exceptions' })
  })

  // The record's instants must be in an order that can have happened. Workers' clocks differ by some seconds, and a request that was
  // over quickly could never be sealed.
  it('is made although the clocks of the workers differ', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    const fast: Ports = { ...rig.ports, clock: new SkewedClock(rig.clock, 20 * SECOND) }
    const id = await rig.receive(ada.email)
    const { id: legId, accountId, connectorId } = rig.leg(id)
    const ids = { kind: 'leg', requestId: id, legId, accountId, connectorId } as const
    await runLeg(
      fast,
      { ...ids, stage: 'discover', generation: 0, round: 1, issue: 1 },
      { signal: new AbortController().signal, every: () => ({ stop: () => undefined }) },
    )
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('completed only when every part ended well', async () => {
    const { rig, id } = await settled('erasure')
    expect(rig.request(id).result).toBe('completed')
    const other = new Rig({ policy: AT_ONCE })
    other.vendor().add(...contactOf(ada, 1))
    other.vendor().refuses.add('c-ada')
    const refused = await other.receive(ada.email)
    await other.settle()
    await other.after(DAY)
    expect(other.request(refused).result).toBe('completed_with_exceptions')
    const explained = other.store.rows('journal').filter((row) => row.kind === 'exception.explained')
    expect(explained.map((row) => [row.actor.role, row.detail.part])).toEqual([['policy', 'contact']])
  })

  it('holds no identifier of the person, nor does the queue, the journal or any message', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { names: [ada.name], callbackUrl })
    await rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null }).catch(() => undefined)
    await rig.settle()
    await rig.after(DAY)
    const [seal] = rig.store.rows('seal')
    const envelope = Buffer.from(seal!.envelope).toString()
    const payload = Buffer.from(envelope.split('"payload":"')[1]!.split('"')[0]!, 'base64').toString()
    const texts = [rig.queue.seen, rig.store.rows('journal'), rig.store.rows('outbox'), rig.store.rows('leaf'), payload]
    const all = JSON.stringify(texts)
    for (const canary of [ada.email, ada.name, 'c-ada', 'n-ada-1']) expect(all).not.toContain(canary)
  })
})
