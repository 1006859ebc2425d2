import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../src/domain/errors.ts'
import type { RequestId } from '../../src/domain/ids.ts'
import type { RecordRow } from '../../src/ports/rows.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import type { VendorRecord } from '../kit/sim/fake-vendor.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)

/** Contacts that know each the next one's address: a, b, c … */
function chain(length: number): readonly VendorRecord[] {
  return Array.from({ length }, (_, index): VendorRecord => ({
    part: 'contact',
    ref: `c-${index + 1}`,
    person: ada.key,
    emails: index === 0 ? [ada.email, 'a1@example.org'] : [`a${index}@example.org`, `a${index + 1}@example.org`],
    createdAtMs: 0,
  }))
}

function recordOf(rig: Rig, id: RequestId, isCertain: boolean): readonly RecordRow[] {
  return rig.store.rows('record').filter((row) => row.requestId === id && row.isCertain === isCertain)
}

describe('discovery', () => {
  it('searches another round for an identifier that it learned, at every account', async () => {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    rig.vendor('crm').add({ ...contactOf(ada)[0]!, emails: [ada.email, ada.secondEmail] })
    rig.vendor('desk').add({ ...contactOf(ada)[0]!, ref: 'd-ada', emails: [ada.secondEmail] })
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', round: 2 })
    expect(recordOf(rig, id, true).filter((row) => row.planVersion === 1)).toHaveLength(2)
  })

  it('stops after three rounds and says what was not searched', async () => {
    const rig = new Rig()
    rig.vendor().add(...chain(5))
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', round: 3 })
    expect(rig.journal(id)).toContain('discovery.limit_reached')
    expect(recordOf(rig, id, true)).toHaveLength(3)
  })

  it('asks a person when a match is ambiguous, and acts on nothing meanwhile', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_decision')
    expect(rig.delivered.map((row) => row.body.about)).toEqual(['needs_decision'])
    await rig.after(2 * DAY)
    expect(rig.vendor().history).toEqual([])
  })

  it('leaves alone who was decided to be somebody else', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    await decide(rig, id, 'not_subject')
    await rig.approve(id)
    await rig.after(DAY)
    await rig.after(8 * HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect([rig.vendor().held('ada').length, rig.vendor().held('bea').length]).toEqual([0, 1])
  })

  it('acts on what was decided to be the person’s', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada), { ...contactOf(bea)[0]!, person: 'ada' })
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    await decide(rig, id, 'subject')
    await rig.approve(id)
    await rig.after(DAY)
    await rig.after(8 * HOUR)
    expect(rig.vendor().held('ada')).toEqual([])
  })

  // The decision made a record certain, and its addresses stayed guesses: what hung on them was never searched.
  it('searches for what a record reveals once a person said that it is the person’s', async () => {
    const rig = new Rig()
    const hidden: VendorRecord = { ...contactOf(bea)[0]!, ref: 'c-hidden', person: 'ada', emails: [bea.email] }
    rig
      .vendor()
      .add(...contactOf(ada), { ...contactOf(bea)[0]!, person: 'ada' }, { ...hidden, part: 'mail', ref: 'm-9' })
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    await decide(rig, id, 'subject')
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', round: 2 })
    expect(recordOf(rig, id, true).map((row) => row.part)).toContain('mail')
  })

  it('lets what hangs on somebody else’s record go with it', async () => {
    const rig = new Rig()
    const [contact, note] = contactOf(bea, 1)
    const candidate = { kind: 'candidate', reason: 'address_on_two_records' } as const
    rig.vendor().add({ ...contact!, emails: [ada.email], attribution: candidate }, { ...note!, attribution: candidate })
    const id = await rig.receive(ada.email)
    await rig.settle()
    const [row] = recordOf(rig, id, false).filter((one) => one.part === 'contact')
    await rig.commands.decide({
      requestId: id,
      actor: APPROVER,
      reason: null,
      decisions: [{ recordId: row!.id, decision: 'not_subject', law: null, untilMs: null }],
    })
    await rig.settle()
    expect(recordOf(rig, id, false).map((one) => one.decision)).toEqual(['not_subject', 'not_subject'])
    expect(rig.vendor().held('bea')).toHaveLength(2)
  })

  it('refuses to keep a record without a law and a date', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    const error: unknown = await decide(rig, id, 'retain').catch((thrown: unknown) => thrown)
    expect(isDsrError(error, 'FIELD_INVALID')).toBe(true)
    expect(rig.request(id).state).toBe('awaiting_decision')
  })

  it('plans around an account that cannot be searched, and the plan says so', async () => {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    rig.vendor('crm').add(...contactOf(ada))
    rig.vendor('desk').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'credentials_rejected' })
    expect(rig.request(id).state).toBe('awaiting_approval')
  })

  it('does not read rejected credentials as nothing found', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    rig.vendor().faultOf = (verb) => (verb === 'discover' ? 'revoked' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parts: [] })
  })
})

describe('an account that was searched late, because a person had to mend it', () => {
  async function late(records: readonly VendorRecord[]): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    rig.vendor('crm').add(...contactOf(ada))
    rig.vendor('desk').add(...records)
    rig.vendor('desk').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id).state).toBe('acting')
    rig.vendor('desk').faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id, 'desk').id)
    return { rig, id }
  }

  // Nothing settled a leg that found nothing after acting had begun: the request never ended.
  it('ends by itself when it holds nothing', async () => {
    const { rig, id } = await late([])
    await rig.after(8 * HOUR)
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'settled' })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  // What it revealed was searched nowhere else, and the others said that they held nothing.
  it('and reveals an identifier after acting began, leads to another look at the others', async () => {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    const [contact] = contactOf(ada)
    rig.vendor('crm').add({ ...contact!, emails: [ada.email, ada.secondEmail] })
    rig.vendor('desk').add({ ...contact!, ref: 'd-ada', emails: [ada.secondEmail] })
    rig.vendor('crm').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.approve(id)
    await rig.after(DAY + HOUR)
    expect(rig.request(id).state).toBe('acting')
    rig.vendor('crm').faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id, 'crm').id)
    await rig.resume(id, 'retry', rig.leg(id, 'crm').id)
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id).state).toBe('answered')
    expect(rig.leg(id, 'desk', 1)).toMatchObject({ state: 'parked', parkedReason: 'reappeared' })
  })

  it('and reveals an identifier before acting began, leads to another round and a new plan', async () => {
    const rig = new Rig({ accounts: { crm: {}, desk: {} } })
    const [contact] = contactOf(ada)
    rig.vendor('crm').add({ ...contact!, emails: [ada.email, ada.secondEmail] })
    rig.vendor('desk').add({ ...contact!, ref: 'd-ada', emails: [ada.secondEmail] }, { ...contact!, ref: 'd-2' })
    rig.vendor('crm').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_approval')
    rig.vendor('crm').faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id, 'crm').id)
    expect(rig.request(id)).toMatchObject({ state: 'awaiting_approval', round: 2, planVersion: 2, approval: null })
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.vendor('desk').held('ada')).toEqual([])
  })

  // Its records were in no approved plan and counted as known, so nothing was erased and nobody was asked.
  it('is acted on after its records were planned and approved', async () => {
    const { rig, id } = await late([...contactOf({ ...ada, key: 'ada' }, 1)])
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'plan_drift' })
    await rig.resume(id, 'retry', rig.leg(id, 'desk').id)
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.vendor('desk').held('ada')).toEqual([])
  })
})

async function decide(rig: Rig, id: RequestId, decision: 'subject' | 'not_subject' | 'retain'): Promise<void> {
  const open = recordOf(rig, id, false).filter((row) => row.decision === null)
  await rig.commands.decide({
    requestId: id,
    actor: APPROVER,
    reason: 'compared by hand',
    decisions: open.map((row) => ({ recordId: row.id, decision, law: null, untilMs: null })),
  })
  await rig.settle()
}
