import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, testPerson } from '../kit/sim/people.ts'
import { Rig, type RigOptions } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

async function acting(options: RigOptions = {}): Promise<{ rig: Rig; id: RequestId }> {
  const rig = new Rig({ policy: AT_ONCE, ...options })
  for (const vendor of Object.values(rig.vendors)) vendor.add(...contactOf(ada, 1))
  const id = await rig.receive(ada.email)
  await rig.settle()
  return { rig, id }
}

describe('act', () => {
  it('sends nothing through a read-only account, and the record says why', async () => {
    const { rig, id } = await acting({ accounts: { crm: { effects: 'read_only' } } })
    await rig.after(DAY)
    expect(rig.vendor().history).toEqual([])
    expect(rig.outcomes(id)).toEqual({ 'crm/contact': 'not_done', 'crm/note': 'not_done' })
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed_with_exceptions' })
    expect(rig.journal(id).filter((kind) => kind === 'exception.explained')).toHaveLength(2)
  })

  it('acts through a test-only account on listed test identifiers alone', async () => {
    const listed = await acting({ accounts: { crm: { effects: 'test_only', testIdentifiers: [ada.email] } } })
    await listed.rig.after(DAY)
    expect(listed.rig.request(listed.id)).toMatchObject({ state: 'closed', result: 'completed' })
    const other = await acting({ accounts: { crm: { effects: 'test_only', testIdentifiers: ['test@example.com'] } } })
    await other.rig.after(DAY)
    expect(other.rig.vendor().history).toEqual([])
    expect(other.rig.outcomes(other.id)).toMatchObject({ 'crm/contact': 'not_done' })
  })

  it('leaves a record that a law keeps, says until when, and erases it then', async () => {
    const law = 'BE CIR92 Art. 315'
    const exemptions = [{ accountId: 'crm' as never, part: 'invoice', law, keepYears: 7 }]
    const rig = new Rig({ policy: { ...AT_ONCE, exemptions } })
    rig.vendor().add(...contactOf(ada), invoiceOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    const untilMs = Date.UTC(2031, 11, 31, 23)
    expect(rig.leg(id).parts.find((part) => part.part === 'invoice')?.outcome).toEqual({
      kind: 'retained',
      law,
      untilMs,
    })
    expect(rig.request(id)).toMatchObject({ state: 'answered', result: 'completed' })
    expect(
      rig
        .vendor()
        .held('ada')
        .map((one) => one.part),
    ).toEqual(['invoice'])
    rig.clock.reach(untilMs - HOUR)
    await rig.after(DAY)
    expect(rig.vendor().held('ada')).toEqual([])
    expect(rig.request(id).state).toBe('closed')
    expect(
      rig.store
        .rows('seal')
        .map((seal) => seal.generation)
        .sort(),
    ).toEqual([0, 1])
  })

  it('is not tried in a place that the system has no way to erase, and the record says so', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add({ part: 'log', ref: 'l-1', person: 'ada', emails: [ada.email], createdAtMs: 0 })
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    expect(rig.outcomes(id)).toEqual({ 'crm/log': 'not_supported' })
    expect(rig.request(id)).toMatchObject({ result: 'completed_with_exceptions' })
  })
})

describe('waves', () => {
  const accounts = { source: { wave: 0 }, fed: { wave: 1 } } as const

  it('acts on a source before what it feeds', async () => {
    const { rig, id } = await acting({ accounts })
    expect(rig.vendor('fed').history).toEqual([])
    await rig.after(DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    const last = (account: string) => rig.vendor(account).history.at(-1)?.atMs ?? 0
    expect(last('fed')).toBeGreaterThan(last('source'))
  })

  it('a parked source holds its dependents some hours, then they run and get another look', async () => {
    const rig = new Rig({ policy: AT_ONCE, accounts })
    for (const vendor of Object.values(rig.vendors)) vendor.add(...contactOf(ada, 1))
    rig.vendor('source').faultOf = (verb) => (verb === 'perform' ? 'revoked' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.leg(id, 'source').state).toBe('parked')
    await rig.after(3 * HOUR)
    expect(rig.vendor('fed').history).toEqual([])
    await rig.after(2 * HOUR)
    expect(rig.vendor('fed').held('ada')).toEqual([])
    expect(rig.store.rows('recheck')).toMatchObject([{ accountId: 'fed', why: 'late_source', state: 'due' }])
  })

  it('one failing account never blocks its siblings', async () => {
    const rig = new Rig({ policy: AT_ONCE, accounts: { crm: {}, desk: {} } })
    for (const vendor of Object.values(rig.vendors)) vendor.add(...contactOf(ada, 1))
    rig.vendor('crm').faultOf = (verb) => (verb === 'perform' ? 'down' : 'none')
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(2 * HOUR)
    expect(rig.leg(id, 'desk')).toMatchObject({ state: 'settled' })
    expect(rig.leg(id, 'crm')).toMatchObject({ state: 'acting' })
  })
})

describe('what changed since the plan', () => {
  async function waiting(): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig({ policy: { byRight: { erasure: { approval: 'person', coolingOffMs: DAY } } } })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.approve(id)
    return { rig, id }
  }

  it('gone meanwhile is fine', async () => {
    const { rig, id } = await waiting()
    rig.vendor().apply('delete_note', 'n-ada-1')
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('a record that the approver never saw makes plan n+1, which waits for approval', async () => {
    const { rig, id } = await waiting()
    rig.vendor().add({ ...contactOf(ada, 2)[2]! })
    await rig.after(25 * HOUR)
    expect(rig.leg(id)).toMatchObject({ state: 'parked', parkedReason: 'plan_drift', returnTo: 'found' })
    expect(rig.vendor().countOf('sent', 'delete_note', 'n-ada-1')).toBe(0)
    await rig.resume(id, 'retry', rig.leg(id).id)
    expect(rig.request(id)).toMatchObject({ state: 'acting', planVersion: 2 })
    expect(rig.leg(id).state).toBe('parked')
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.vendor().held('ada')).toEqual([])
  })
})

describe('reading rights', () => {
  const access = { byRight: { access: { approval: 'auto', review: 'person' } } } as const

  it('an archive waits for a person’s review where the policy wants one', async () => {
    const rig = new Rig({ policy: access })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { right: 'access' })
    await rig.settle()
    await rig.after(DAY)
    expect(rig.request(id).state).toBe('awaiting_review')
    expect(rig.store.rows('seal')).toEqual([])
    await rig.commands.review({ requestId: id, actor: { role: 'approver', id: 'a-1' }, reason: null })
    await rig.settle()
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('an export that broke off is made anew, whole', async () => {
    const rig = new Rig({ policy: { byRight: { access: { approval: 'auto' } } } })
    rig.vendor().add(...contactOf(ada, 1))
    let isDown = true
    rig.vendor().faultOf = (verb) => (verb === 'export' && isDown ? 'down' : 'none')
    const id = await rig.receive(ada.email, { right: 'access' })
    await rig.settle()
    expect(rig.leg(id)).toMatchObject({ state: 'found', errorCode: 'VENDOR_UNAVAILABLE' })
    isDown = false
    await rig.after(5 * MINUTE)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.store.rows('seal')).toHaveLength(1)
  })
})
