import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import type { LegJob } from '../../src/ports/queue.ts'
import { runLeg } from '../../src/flow/run-leg.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../kit/sim/clock.ts'
import { fakeConnector } from '../kit/sim/fake-connector.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const NEVER = new Promise<never>(() => undefined)

function legJobOf(rig: Rig, id: RequestId): LegJob {
  const { accountId, connectorId, stage, generation, round, issue, id: legId } = rig.leg(id)
  return {
    kind: 'leg',
    requestId: id,
    legId,
    accountId,
    connectorId,
    stage: stage ?? 'discover',
    generation,
    round,
    issue,
  }
}

/** A worker that was killed in the middle: its run never comes back. */
async function crash(rig: Rig, id: RequestId): Promise<void> {
  const vendor = rig.vendor()
  const { accounts } = rig
  const alive = accounts[0]!
  accounts[0] = { ...alive, connector: fakeConnector(vendor, { pause: () => NEVER }), capabilities: () => NEVER }
  void runLeg(rig.ports, legJobOf(rig, id), {
    signal: new AbortController().signal,
    every: () => ({ stop: () => undefined }),
  })
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  accounts[0] = alive
}

describe('a leg that fails', () => {
  it('is tried again within a minute, then at growing distances', async () => {
    const rig = new Rig()
    let searches = 0
    rig.vendor().faultOf = (verb) => {
      if (verb === 'discover') searches += 1
      return verb === 'discover' ? 'down' : 'none'
    }
    await rig.receive(ada.email)
    await rig.settle()
    expect(searches).toBe(1)
    await rig.after(MINUTE, SECOND)
    expect(searches).toBe(3)
    await rig.after(HOUR, MINUTE)
    expect(searches).toBeLessThan(10)
  })

  it('goes to a person after three days in vain, not after a number of tries', async () => {
    const rig = new Rig()
    rig.vendor().faultOf = (verb) => (verb === 'discover' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(2 * DAY, 10 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'open', errorCode: 'VENDOR_UNAVAILABLE' })
    await rig.after(2 * DAY, 10 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'retries_exhausted' })
  })

  it('waits as long as the vendor asks, and a limit never counts as a failure', async () => {
    const rig = new Rig()
    let isLimited = true
    rig.vendor().faultOf = (verb) => (verb === 'discover' && isLimited ? 'limited' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ errorCode: 'RATE_LIMITED', tries: 0, failingSinceMs: null })
    isLimited = false
    await rig.after(80 * SECOND, SECOND)
    expect(rig.request(id).state).toBe('discovering')
    await rig.after(20 * SECOND, SECOND)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('goes to a person at once when the credentials are rejected, and goes on on their order', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    rig.vendor().faultOf = (verb) => (verb === 'discover' ? 'revoked' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'credentials_rejected' })
    rig.vendor().faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id).id)
    // The plan that was made without this account was approved by nobody, so a new one takes its place.
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', planVersion: 2, approval: null })
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})

describe('a worker that dies', () => {
  it('leaves a leg that another takes when its lease ran out', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email)
    await crash(rig, id)
    await rig.settle()
    expect(rig.request(id).state).toBe('discovering')
    await rig.after(2 * MINUTE, 10 * SECOND)
    expect(rig.request(id).state).toBe('awaiting_approval')
  })

  it('again and again on one leg hands it to a person', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email)
    for (let crashes = 0; crashes < 6; crashes += 1) {
      await crash(rig, id)
      rig.clock.advance(31 * SECOND)
    }
    await rig.watch()
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'crashing' })
  })

  // Failures and crashes were counted together: one crash after six honest failures went to a person.
  it('once after many failures of the vendor is no reason to stop trying', async () => {
    const rig = new Rig()
    let isDown = true
    rig.vendor().faultOf = (verb) => (verb === 'discover' && isDown ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(4 * HOUR, MINUTE)
    expect(rig.leg(id).tries).toBeGreaterThan(6)
    rig.clock.advance(2 * HOUR)
    await crash(rig, id)
    isDown = false
    await rig.after(HOUR, MINUTE)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})

describe('two runs of one leg', () => {
  it('let one through while its lease lives', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email)
    await crash(rig, id)
    const { epoch } = rig.leg(id)
    await rig.work(legJobOf(rig, id))
    expect(rig.leg(id)).toMatchObject({ epoch, state: 'open' })
  })

  it('a doubled or late job of a leg that has gone on does nothing', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email)
    const job = legJobOf(rig, id)
    await rig.settle()
    const before = rig.leg(id)
    await rig.work(job)
    await rig.after(DAY)
    await rig.work(job)
    expect(rig.leg(id)).toEqual(before)
  })
})
