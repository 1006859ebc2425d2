import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import { sealGeneration } from '../../src/stages/seal.ts'
import { relayTurn } from '../../workers/relay.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const
const LAW = 'BE CIR92 Art. 315'

async function answered(binDays: number): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig({ policy: AT_ONCE })
  rig.vendor().binMs = binDays * DAY
  rig.vendor().add(...contactOf(ada, 1))
  const id = await rig.receive(ada.email)
  await rig.settle()
  await rig.after(DAY)
  return { rig, id }
}

const generations = (rig: Rig) => rig.store.rows('seal').map((seal) => seal.generation)

describe('a recheck', () => {
  it('looks again on the day that the vendor promised, and seals a sequel', async () => {
    const { rig, id } = await answered(30)
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'accepted', 'crm/note': 'erased' })
    expect(rig.request(id)).toMatchObject({ state: 'answered', result: 'completed' })
    await rig.after(31 * DAY)
    expect(rig.request(id).state).toBe('closed')
    expect(generations(rig).sort()).toEqual([0, 1])
  })

  it('erases again what the vendor brought back', async () => {
    const { rig, id } = await answered(30)
    rig.vendor().restore('contact', 'c-ada')
    rig.vendor().binMs = 0
    await rig.after(31 * DAY)
    await rig.after(DAY)
    expect(rig.vendor().held('ada')).toEqual([])
    expect(rig.outcomes(id, 1)).toMatchObject({ 'crm/contact': 'erased' })
    expect(rig.request(id).state).toBe('closed')
  })

  it('does not touch a record that was created since: a person gets it', async () => {
    const { rig, id } = await answered(30)
    rig.vendor().add({ ...contactOf(ada)[0]!, ref: 'c-new', createdAtMs: rig.clock.nowMs() })
    await rig.after(31 * DAY)
    expect(rig.leg(id, 'crm', 1)).toMatchObject({ state: 'parked', parkedReason: 'reappeared' })
    await rig.after(10 * DAY)
    expect(
      rig
        .vendor()
        .held('ada')
        .map((one) => one.ref),
    ).toEqual(['c-new'])
    await rig.resume(id, 'accept', rig.leg(id, 'crm', 1).id)
    expect(rig.outcomes(id, 1)).toEqual({ 'crm/contact': 'not_done' })
    expect(rig.request(id).state).toBe('closed')
  })

  // Each recheck found the stranger again and gave the leg to a person, though one had decided already.
  it('passes over who was decided to be somebody else', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().binMs = 30 * DAY
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    const [candidate] = rig.store.rows('record').filter((row) => !row.isCertain)
    await rig.commands.decide({
      requestId: id,
      actor: APPROVER,
      reason: null,
      decisions: [{ recordId: candidate!.id, decision: 'not_subject', law: null, untilMs: null }],
    })
    await rig.settle()
    await rig.after(DAY)
    await rig.after(31 * DAY)
    expect(rig.request(id).state).toBe('closed')
    expect(rig.vendor().held('bea')).toHaveLength(1)
  })

  it('can be ordered at any time after the answer, also before the promised day', async () => {
    const { rig, id } = await answered(30)
    await rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null })
    await rig.after(DAY)
    expect(rig.outcomes(id, 1)).toMatchObject({ 'crm/contact': 'accepted' })
    expect(rig.request(id).state).toBe('answered')
    await rig.after(31 * DAY)
    expect(rig.request(id).state).toBe('closed')
    expect(generations(rig).sort()).toEqual([0, 1, 2])
  })

  // Generations were counted by account and sealed by request: the second account's sequel found the first one's in its place, was
  // never sealed, and the request never closed.
  it('of one account is sealed although another account’s comes years later', async () => {
    const exemptions = [{ accountId: 'books' as never, part: 'invoice', law: LAW, keepYears: 7 }]
    const rig = new Rig({ policy: { ...AT_ONCE, exemptions }, accounts: { crm: {}, books: {} } })
    rig.vendor('crm').binMs = 30 * DAY
    rig.vendor('crm').add(...contactOf(ada))
    rig.vendor('books').add(invoiceOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    await rig.after(31 * DAY)
    expect(rig.request(id).state).toBe('answered')
    expect(generations(rig).sort()).toEqual([0, 1])
    rig.clock.reach(Date.UTC(2032, 0, 1))
    await rig.after(2 * DAY)
    expect(generations(rig).sort()).toEqual([0, 1, 2])
    expect(rig.request(id).state).toBe('closed')
    expect(rig.vendor('books').held('ada')).toEqual([])
  })

  // A coordinator died between sealing the sequel and marking the rechecks as done: the next one saw a sealed generation and left.
  it('is finished although whoever sealed its sequel died before saying so', async () => {
    const { rig, id } = await answered(30)
    rig.clock.advance(31 * DAY)
    await rig.watch()
    for (let turn = 0; turn < 50 && rig.leg(id, 'crm', 1).state !== 'settled'; turn += 1) {
      await relayTurn(rig.relay)
      const [job] = rig.queue.waiting.filter((one) => one.kind !== 'request')
      if (job) await rig.work(job)
      else rig.clock.advance(2 * MINUTE)
      await rig.watch()
    }
    await sealGeneration(rig.ports, rig.request(id), 1)
    expect(rig.request(id).state).toBe('answered')
    await rig.after(HOUR)
    expect(rig.request(id).state).toBe('closed')
    expect(generations(rig).sort()).toEqual([0, 1])
  })

  it('is refused before the answer', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email)
    const order = rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null })
    await expect(order).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  })

  it('that is due for several accounts on one day makes one sequel', async () => {
    const rig = new Rig({ policy: AT_ONCE, accounts: { crm: {}, desk: {} } })
    for (const vendor of Object.values(rig.vendors)) {
      vendor.binMs = 30 * DAY
      vendor.add(...contactOf(ada))
    }
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    rig.clock.advance(40 * DAY)
    await rig.watch()
    await rig.settle()
    await rig.after(HOUR)
    expect(rig.legs(id, 1)).toHaveLength(2)
    expect(generations(rig).sort()).toEqual([0, 1])
    expect(rig.request(id).state).toBe('closed')
  })
})
