import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import type { RecordRow } from '../../src/ports/rows.ts'
import { DAY, HOUR } from '../kit/sim/clock.ts'
import type { VendorRecord } from '../kit/sim/fake-vendor.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)
const [namesake] = contactOf(bea) as [VendorRecord]
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const
const DOUBT = { kind: 'candidate', reason: 'address_on_two_records' } as const

function open(rig: Rig, id: RequestId): readonly RecordRow[] {
  const rows = rig.store.rows('record').filter((row) => row.requestId === id)
  return rows.filter((row) => !row.isCertain && row.decision === null)
}

async function decide(rig: Rig, rows: readonly RecordRow[], decision: 'subject' | 'not_subject'): Promise<void> {
  const [{ requestId }] = rows as [RecordRow]
  const decisions = rows.map(({ id: recordId }) => ({ recordId, decision, law: null, untilMs: null }))
  await rig.commands.decide({ requestId, actor: APPROVER, reason: null, decisions })
  await rig.settle()
}

const held = (rig: Rig, key: string, account = 'crm') => rig.vendor(account).held(key).length

/** Somebody of the same name appears between the plan's approval and its start. */
async function metWhileActing(): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig()
  rig.vendor().add(...contactOf(ada, 1))
  const id = await rig.receive(ada.email, { names: [ada.name] })
  await rig.settle()
  await rig.approve(id)
  rig.vendor().add(namesake)
  await rig.after(2 * DAY)
  return { rig, id }
}

// It was kept and counted as known: the record said that all was done, and nobody had been asked.
describe('a match that is not certain and was found while acting', () => {
  it('is shown for a decision, while what is certain is acted on and nothing is claimed to be complete', async () => {
    const { rig, id } = await metWhileActing()
    expect(held(rig, 'ada')).toBe(0)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    expect(open(rig, id)).toMatchObject([{ reason: 'same_name' }])
    await rig.after(10 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'acting', result: null })
    expect(rig.store.rows('seal')).toEqual([])
  })

  it('of somebody else is left alone, and the request ends', async () => {
    const { rig, id } = await metWhileActing()
    await decide(rig, open(rig, id), 'not_subject')
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(held(rig, 'bea')).toBe(1)
  })

  it('that is the subject’s after all is erased under a plan of its own', async () => {
    const { rig, id } = await metWhileActing()
    await decide(rig, open(rig, id), 'subject')
    expect(rig.request(id)).toMatchObject({ planVersion: 2, approval: { planVersion: 1 } })
    await rig.after(2 * DAY)
    expect(held(rig, 'bea')).toBe(1)
    await rig.approve(id)
    await rig.after(20 * HOUR)
    expect(held(rig, 'bea')).toBe(1)
    await rig.after(2 * DAY)
    expect(held(rig, 'bea')).toBe(0)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.leg(id).parts.find((part) => part.part === 'contact')?.counts).toMatchObject({ found: 2, done: 2 })
  })

  it('and is left undecided makes an exception of its place', async () => {
    const { rig, id } = await metWhileActing()
    await rig.resume(id, 'accept', rig.leg(id).id)
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'not_done', 'crm/note': 'erased' })
    expect(rig.request(id)).toMatchObject({ result: 'completed_with_exceptions' })
  })
})

describe('matches of an account that was searched late', () => {
  async function late(
    right: 'erasure' | 'access',
    effects: 'live' | 'read_only' = 'live',
  ): Promise<{ rig: Rig; id: RequestId }> {
    const byRight = { erasure: { approval: 'auto', coolingOffMs: 0 }, access: { approval: 'auto' } } as const
    const rig = new Rig({ policy: { byRight }, accounts: { crm: {}, desk: { effects } } })
    rig.vendor('crm').add(...contactOf(ada))
    rig.vendor('desk').add({ ...contactOf(ada)[0]!, ref: 'd-1', attribution: DOUBT })
    rig.vendor('desk').add({ ...contactOf(ada)[0]!, ref: 'd-2', attribution: DOUBT, person: 'bea' })
    rig.vendor('desk').faultOf = () => 'revoked'
    const id = await rig.receive(ada.email, { right })
    await rig.settle()
    await rig.after(HOUR)
    rig.vendor('desk').faultOf = () => 'none'
    await rig.resume(id, 'retry', rig.leg(id, 'desk').id)
    await rig.after(DAY)
    return { rig, id }
  }

  it.each(['erasure', 'access'] as const)('are both shown and hold up nobody else (%s)', async (right) => {
    const { rig, id } = await late(right)
    expect(open(rig, id)).toHaveLength(2)
    expect(rig.leg(id, 'crm').state).toBe('settled')
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    expect(rig.request(id).state).toBe('acting')
  })

  it('wait until each is decided', async () => {
    const { rig, id } = await late('erasure')
    const [first] = open(rig, id)
    await decide(rig, [first!], 'not_subject')
    await rig.after(DAY)
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    expect(open(rig, id)).toHaveLength(1)
    expect(rig.journal(id)).not.toContain('plan.ordered')
  })

  it('are asked about also where nothing may be changed', async () => {
    const { rig, id } = await late('erasure', 'read_only')
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    await decide(rig, open(rig, id), 'subject')
    await rig.after(DAY)
    expect(rig.outcomes(id)).toMatchObject({ 'desk/contact': 'not_done' })
    expect(rig.request(id)).toMatchObject({ result: 'completed_with_exceptions' })
  })

  it('are exported when they are the subject’s, and only those', async () => {
    const { rig, id } = await late('access')
    const rows = open(rig, id)
    await decide(rig, rows.slice(0, 1), 'subject')
    await decide(rig, rows.slice(1), 'not_subject')
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    const [seal] = rig.store.rows('seal')
    const files = rig.files.objects.get(seal?.archiveKey ?? '')
    expect(files).toHaveLength(2)
    expect(files).toContain('crm/contact/c-ada')
  })
})

describe('a match that is not certain and was found by a recheck', () => {
  async function metAgain(): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().binMs = 30 * DAY
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    await rig.after(2 * DAY)
    expect(rig.request(id).state).toBe('answered')
    rig.vendor().binMs = 0
    rig.vendor().add(namesake)
    await rig.after(31 * DAY)
    return { rig, id }
  }

  it('waits for a decision and not for another look', async () => {
    const { rig, id } = await metAgain()
    expect(rig.leg(id, 'crm', 1)).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    expect(open(rig, id)).toHaveLength(1)
    await decide(rig, open(rig, id), 'not_subject')
    await rig.after(DAY)
    expect(rig.request(id).state).toBe('closed')
    expect(held(rig, 'bea')).toBe(1)
    expect(rig.store.rows('seal')).toHaveLength(2)
  })

  it('keeps what the vendor brought back from nobody', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().binMs = 30 * DAY
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email, { names: [ada.name] })
    await rig.settle()
    await rig.after(2 * DAY)
    rig.vendor().binMs = 0
    rig.vendor().restore('contact', 'c-ada')
    rig.vendor().add(namesake)
    await rig.after(33 * DAY)
    expect(held(rig, 'ada')).toBe(0)
    expect(rig.leg(id, 'crm', 1)).toMatchObject({ state: 'parked', parkedReason: 'undecided' })
    expect(rig.request(id).state).toBe('answered')
  })

  it('that is the subject’s after all is erased under a plan of its own', async () => {
    const { rig, id } = await metAgain()
    await decide(rig, open(rig, id), 'subject')
    await rig.after(2 * DAY)
    expect(held(rig, 'bea')).toBe(0)
    expect(rig.request(id).state).toBe('closed')
    expect(rig.outcomes(id, 1)).toMatchObject({ 'crm/contact': 'erased' })
  })
})
