import { describe, expect, it } from '@jest/globals'
import { DAY, HOUR, MINUTE, SECOND } from '../kit/sim/clock.ts'
import { fakeConnector } from '../kit/sim/fake-connector.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { actingRig, effectsOf, failSendings, LOOKED_MS, statesOf } from './rig.ts'

const ada = testPerson('ada')

describe('a lost answer', () => {
  it('is read back and counts as done when it had happened', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1))
    failSendings(rig.vendor(), 'delete_note', ['lost_after'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(statesOf(rig, id, 'delete_note')).toEqual(['done'])
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(1)
    expect(rig.vendor().countOf('looked', 'delete_note', 'n-ada-1')).toBe(1)
  })

  it('is sent again when it had not happened and the step is repeatable', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1))
    failSendings(rig.vendor(), 'delete_note', ['lost_before'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(LOOKED_MS)
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(2)
    expect(rig.vendor().countOf('applied', 'delete_note', 'n-ada-1')).toBe(1)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('goes to a person when it had not happened and the step is not repeatable', async () => {
    const rig = actingRig()
    rig.vendor().add(invoiceOf(ada))
    failSendings(rig.vendor(), 'scrub_invoice', ['lost_before'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(LOOKED_MS)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'effect_unknown', returnTo: 'acting' })
    expect(rig.vendor().countOf('sent', 'scrub_invoice', 'i-ada')).toBe(1)
  })

  it('of a step that is not repeatable is sent again when a person orders it', async () => {
    const rig = actingRig()
    rig.vendor().add(invoiceOf(ada))
    failSendings(rig.vendor(), 'scrub_invoice', ['lost_before'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.resume(id, 'act_again', rig.leg(id).id)
    await rig.after(LOOKED_MS)
    expect(rig.vendor().get('invoice', 'i-ada')).toMatchObject({ scrubs: 1 })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('is looked for again while the vendor cannot tell, at growing distances', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1))
    rig.vendor().blindLooks = 3
    failSendings(rig.vendor(), 'delete_note', ['lost_after'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(statesOf(rig, id, 'delete_note')).toEqual(['unknown'])
    await rig.after(HOUR)
    expect(statesOf(rig, id, 'delete_note')).toEqual(['done'])
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(1)
  })

  it('of every member is read back when the vendor answered nothing about them', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 3))
    failSendings(rig.vendor(), 'delete_note', ['mute'])
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(statesOf(rig, id, 'delete_note')).toEqual(['done', 'done', 'done'])
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-2')).toBe(1)
  })

  // A vendor that never answered was asked without end, a hundred times a job: the count began anew at each loss.
  it('that comes again and again ends with a person, after waits that grow', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1))
    rig.vendor().faultOf = (verb) => (verb === 'perform' ? 'lost_before' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(1)
    await rig.after(10 * MINUTE)
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBeLessThan(6)
    await rig.after(3 * DAY)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'retries_exhausted' })
  })

  it('of a sender that died is found by its call, whose lease ran out', async () => {
    const dying = { armed: true }
    const rig = actingRig()
    const vendor = rig.vendor()
    vendor.add(...contactOf(ada, 1))
    const pause = async (when: 'before' | 'after', verb: string): Promise<void> => {
      if (!dying.armed || verb !== 'perform' || when !== 'after') return
      dying.armed = false
      await new Promise<never>(() => undefined)
    }
    rig.accounts[0] = { ...rig.accounts[0]!, connector: fakeConnector(vendor, { pause }) }
    const id = await rig.receive(ada.email)
    await Promise.race([rig.settle(), new Promise((resolve) => setImmediate(() => setImmediate(resolve)))])
    expect(statesOf(rig, id, 'delete_note')).toEqual(['sent'])
    rig.clock.advance(4 * MINUTE)
    await rig.watch()
    await rig.settle()
    await rig.after(10 * SECOND, SECOND)
    expect(statesOf(rig, id, 'delete_note')).toEqual(['done'])
    expect(vendor.countOf('sent', 'delete_note', 'n-ada-1')).toBe(1)
    expect(rig.store.rows('call').map((call) => call.state)).toContain('lost')
  })
})

describe('an accepted effect', () => {
  it('is asked after until it is done, and only then the leg looks', async () => {
    const rig = actingRig()
    rig.vendor().purgeMs = 2 * DAY
    rig.vendor().add(mailOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    expect(statesOf(rig, id, 'purge_mail')).toEqual(['accepted'])
    expect(rig.leg(id)).toMatchObject({ state: 'acting' })
    await rig.after(2 * DAY)
    expect(statesOf(rig, id, 'purge_mail')).toEqual(['done'])
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('whose job the vendor lost is read back and, being repeatable, ordered anew', async () => {
    const rig = actingRig()
    rig.vendor().losesJobs = true
    rig.vendor().add(mailOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    rig.vendor().losesJobs = false
    await rig.after(LOOKED_MS)
    expect(rig.vendor().countOf('sent', 'purge_mail', 'm-ada')).toBe(2)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  // Each question after the job counted as a try, so one failed question after forty good ones gave the leg to a person.
  it('is not given up for one failed question after many answered ones', async () => {
    const rig = actingRig()
    rig.vendor().purgeMs = 3 * HOUR
    rig.vendor().add(mailOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(2 * HOUR, MINUTE)
    expect(effectsOf(rig, id)[0]).toMatchObject({ state: 'accepted' })
    let isDown = true
    rig.vendor().faultOf = (verb) => {
      const fault = verb === 'poll' && isDown ? 'down' : 'none'
      if (verb === 'poll') isDown = false
      return fault
    }
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})
