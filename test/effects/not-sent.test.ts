import { describe, expect, it } from '@jest/globals'
import { DAY, MINUTE, SECOND } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { actingRig, effectsOf, LOOKED_MS, statesOf } from './rig.ts'

const ada = testPerson('ada')

describe('a call that did not reach the vendor', () => {
  // A step of single calls is always "full", and a full batch went out whatever its time: forty tries in one moment.
  it('is tried again after a wait, not at once', async () => {
    const rig = actingRig()
    rig.vendor().add(mailOf(ada))
    let calls = 0
    rig.vendor().faultOf = (verb) => {
      if (verb === 'perform') calls += 1
      return verb === 'perform' ? 'down' : 'none'
    }
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(calls).toBe(1)
    expect(effectsOf(rig, id)[0]).toMatchObject({ state: 'ready', errorCode: 'VENDOR_UNAVAILABLE' })
    await rig.after(30 * SECOND, SECOND)
    expect(calls).toBe(2)
  })

  it('waits as long as the vendor said, and a limit is no failure', async () => {
    const rig = actingRig()
    rig.vendor().add(mailOf(ada))
    let isLimited = true
    let calls = 0
    rig.vendor().faultOf = (verb) => {
      if (verb !== 'perform') return 'none'
      calls += 1
      return isLimited ? 'limited' : 'none'
    }
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(80 * SECOND, SECOND)
    expect(calls).toBe(1)
    isLimited = false
    await rig.after(20 * SECOND, SECOND)
    expect(statesOf(rig, id, 'purge_mail')).toEqual(['accepted'])
  })

  it('ends with a person when the credentials were rejected, and goes on when they order it', async () => {
    const rig = actingRig()
    rig.vendor().add(mailOf(ada))
    rig.vendor().faultOf = (verb) => (verb === 'perform' ? 'revoked' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'credentials_rejected', returnTo: 'acting' })
    rig.vendor().faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id).id)
    await rig.after(LOOKED_MS)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('ends with a person when trying did not help for a long time', async () => {
    const rig = actingRig()
    rig.vendor().add(mailOf(ada))
    rig.vendor().faultOf = (verb) => (verb === 'perform' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(3 * DAY, 30 * MINUTE)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'retries_exhausted' })
  })

  it('because of a bug of the connector may have reached the vendor, so it is read back', async () => {
    const rig = actingRig()
    rig.vendor().add(mailOf(ada))
    let isBroken = true
    rig.vendor().faultOf = (verb) => {
      const fault = verb === 'perform' && isBroken ? 'crash' : 'none'
      if (verb === 'perform') isBroken = false
      return fault
    }
    await rig.receive(ada.email)
    await rig.settle()
    expect(rig.vendor().countOf('looked', 'purge_mail', 'm-ada')).toBe(1)
  })
})

describe('children before parents', () => {
  it('sends a parent only when all its children ended well', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 2))
    await rig.receive(ada.email)
    await rig.settle()
    await rig.after(MINUTE, SECOND)
    const applied = rig.vendor().history.filter((one) => one.kind === 'applied')
    expect(applied.map((one) => one.step)).toEqual(['delete_note', 'delete_note', 'delete_contact'])
  })

  it('holds the parent back and asks a person when a child was refused', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 2))
    rig.vendor().refuses.add('n-ada-1')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(LOOKED_MS)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'effect_rejected', returnTo: 'acting' })
    expect(statesOf(rig, id, 'delete_contact')).toEqual(['ready'])
    expect(rig.vendor().countOf('sent', 'delete_contact', 'c-ada')).toBe(0)
  })

  it('ends the held parent unsent when the person accepts the leg as it is', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 2))
    rig.vendor().refuses.add('n-ada-1')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.resume(id, 'accept', rig.leg(id).id)
    await rig.after(LOOKED_MS)
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'not_done', 'crm/note': 'failed' })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed_with_exceptions' })
    expect(rig.vendor().countOf('sent', 'delete_contact', 'c-ada')).toBe(0)
  })

  it('sends refused children again on a person’s order, and then the parent', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 2))
    rig.vendor().refuses.add('n-ada-1')
    const id = await rig.receive(ada.email)
    await rig.settle()
    rig.vendor().refuses.clear()
    await rig.resume(id, 'act_again', rig.leg(id).id)
    await rig.after(LOOKED_MS)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })
})

describe('brakes', () => {
  it('sends nothing more once the account was set to read-only', async () => {
    const rig = actingRig()
    rig.vendor().add(...contactOf(ada, 1), invoiceOf(ada))
    const sent = () => rig.vendor().history.filter((one) => one.kind === 'sent').length
    rig.vendor().faultOf = (verb, step) => (verb === 'perform' && step === 'delete_note' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    const before = sent()
    rig.accounts[0] = { ...rig.accounts[0]!, effects: 'read_only' }
    rig.vendor().faultOf = () => 'none'
    await rig.after(LOOKED_MS)
    expect(sent()).toBe(before)
    // The parent of a stopped child is stopped with it: the leg ends by itself, and the record says so.
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'not_done', 'crm/note': 'not_done', 'crm/invoice': 'anonymised' })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed_with_exceptions' })
  })
})
