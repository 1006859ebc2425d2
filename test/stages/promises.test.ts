import { describe, expect, it } from '@jest/globals'
import type { RequestId } from '../../src/domain/ids.ts'
import { relayTurn } from '../../workers/relay.ts'
import { DAY, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, invoiceOf, mailOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'
import { SCENARIOS } from '../simulation/scenario.ts'
import { violationsOf } from '../simulation/seeds.ts'

const ada = testPerson('ada')
const bea = testPerson('bea', ada.name)

/** Every job, relay turn and watch turn happens twice until nothing changes any more. */
async function workTwice(rig: Rig, id: RequestId): Promise<void> {
  for (let turn = 0; turn < 400 && rig.request(id).state !== 'closed'; turn += 1) {
    await relayTurn(rig.relay)
    await relayTurn(rig.relay)
    const jobs = rig.queue.waiting
    for (const job of jobs) {
      await rig.work(job)
      await rig.work(job)
    }
    if (jobs.length === 0) rig.clock.advance(10 * MINUTE)
    await rig.watch()
    await rig.watch()
  }
}

describe('what must always be true (design §10)', () => {
  it('1: no request is lost once acknowledged, none is completed unexplained, no neighbour is touched', async () => {
    const seen = []
    for (let seed = 0; seed < SCENARIOS.length; seed += 1) seen.push(...(await violationsOf(seed)))
    expect(seen).toEqual([])
  })

  it('1: no neighbour is disclosed', async () => {
    const rig = new Rig({ policy: { byRight: { access: { approval: 'auto' } } } })
    rig.vendor().add(...contactOf(ada, 1), ...contactOf(bea, 1), mailOf(bea))
    const id = await rig.receive(ada.email, { right: 'access', names: [ada.name] })
    await rig.settle()
    const candidates = rig.store.rows('record').filter((row) => !row.isCertain)
    const decisions = candidates.map((row) => ({
      recordId: row.id,
      decision: 'not_subject' as const,
      law: null,
      untilMs: null,
    }))
    await rig.commands.decide({ requestId: id, actor: APPROVER, reason: null, decisions })
    await rig.settle()
    const [seal] = rig.store.rows('seal')
    expect(rig.files.objects.get(seal?.archiveKey ?? '')).toEqual(['crm/contact/c-ada', 'crm/note/n-ada-1'])
  })

  it('3: doing anything twice ends where doing it once ends', async () => {
    const rig = new Rig({ policy: { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } })
    rig.vendor().add(...contactOf(ada, 2), mailOf(ada), invoiceOf(ada))
    const id = await rig.receive(ada.email, { idempotencyKey: 'one' })
    await rig.receive(ada.email, { idempotencyKey: 'one' })
    await workTwice(rig, id)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    const sent = rig.vendor().history.filter((event) => event.kind === 'sent')
    expect(sent.map((event) => event.target).sort()).toEqual(['c-ada', 'i-ada', 'm-ada', 'n-ada-1', 'n-ada-2'])
    expect([rig.store.rows('seal').length, rig.store.rows('request').length]).toEqual([1, 1])
  })

  it('4: nothing is changed at a vendor without an approved plan, a live account and an intent on disk', async () => {
    const rig = new Rig({ accounts: { crm: {}, archive: { effects: 'read_only' } } })
    for (const vendor of Object.values(rig.vendors)) vendor.add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    await rig.after(2 * DAY)
    expect(Object.values(rig.vendors).flatMap((vendor) => vendor.history)).toEqual([])
    const onDisk: string[] = []
    const vendor = rig.vendor('crm')
    const sent = vendor.sent.bind(vendor)
    vendor.sent = (step, target, key) => {
      const effect = rig.store.rows('effect').find((row) => row.id === key)
      onDisk.push(effect?.state ?? 'not on disk')
      sent(step, target, key)
    }
    await rig.approve(id)
    await rig.after(2 * DAY)
    expect(onDisk).toEqual(['sent', 'sent'])
    expect(rig.vendor('archive').history).toEqual([])
  })

  it('5: a limit that is reached is an error with a code, never a silent stop', async () => {
    const rig = new Rig()
    const many = Array.from({ length: 51 }, (_, index) => ({ kind: 'email' as const, value: `a${index}@example.com` }))
    await expect(rig.receive(ada.email, { identities: many })).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    const chain = Array.from({ length: 6 }, (_, index) => ({
      ...contactOf(ada)[0]!,
      ref: `c-${index}`,
      emails: [index === 0 ? ada.email : `a${index}@example.org`, `a${index + 1}@example.org`],
    }))
    rig.vendor().add(...chain)
    const id = await rig.receive(ada.email)
    await rig.settle()
    const [line] = rig.store.rows('journal').filter((row) => row.kind === 'discovery.limit_reached')
    expect(line).toMatchObject({ requestId: id, detail: { code: 'LIMIT_REACHED', rounds: 3 } })
  })
})
