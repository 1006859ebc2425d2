import { describe, expect, it } from '@jest/globals'
import type { Ports } from '../../src/ports/runtime.ts'
import { relayTurn } from '../../workers/relay.ts'
import { watchTurn } from '../../workers/watchdog.ts'
import { DAY, HOUR, MINUTE, SECOND, SkewedClock } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { APPROVER, Rig } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea')
const AT_ONCE = { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } as const

describe('the watchdog', () => {
  it('brings back what a queue forgot, wherever the request stands', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    for (let turn = 0; turn < 200 && rig.request(id).state !== 'closed'; turn += 1) {
      await relayTurn(rig.relay)
      const [job] = rig.queue.waiting
      if (job) await rig.work(job)
      rig.queue.flush()
      rig.clock.advance(10 * MINUTE)
      await rig.watch()
    }
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
    expect(rig.vendor().countOf('sent', 'delete_contact', 'c-ada')).toBe(1)
  })

  it('loses nothing while the queue is away', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada, 1))
    rig.queue.isAway = true
    const id = await rig.receive(ada.email)
    await expect(relayTurn(rig.relay)).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
    rig.queue.isAway = false
    await rig.settle()
    expect(rig.request(id).state).toBe('awaiting_approval')
  })

  // The relay dropped a leg that was not due by its own clock and left it marked as issued: nobody announced it ever again.
  it('loses nothing when the clock of the relay is slow', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    const slow: Ports = { ...rig.ports, clock: new SkewedClock(rig.clock, -5 * SECOND) }
    await relayTurn({ ...rig.relay, ports: slow })
    await rig.after(MINUTE, 10 * SECOND)
    expect(rig.request(id).state).toBe('awaiting_approval')
  })

  // Each announcement set the due time anew, by the fast clock; the slow one never reached it.
  it('and a relay with another clock come to terms, however often it announces', async () => {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    const fast: Ports = { ...rig.ports, clock: new SkewedClock(rig.clock, 4 * SECOND) }
    const slow: Ports = { ...rig.ports, clock: new SkewedClock(rig.clock, -4 * SECOND) }
    for (let turn = 0; turn < 15; turn += 1) {
      await relayTurn({ ...rig.relay, ports: slow })
      for (const job of rig.queue.waiting) await rig.work(job)
      rig.clock.advance(2 * SECOND)
      await watchTurn({ engine: { ...rig.engine, ports: fast }, queue: rig.queue })
    }
    expect(rig.request(id).state).toBe('awaiting_approval')
  })

  it('loses nothing when the clock jumps back', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const clock = new SkewedClock(rig.clock)
    const jumping: Ports = { ...rig.ports, clock }
    const id = await rig.receive(ada.email)
    await rig.settle()
    clock.offsetMs = -2 * HOUR
    await relayTurn({ ...rig.relay, ports: jumping })
    clock.offsetMs = 0
    await rig.after(3 * HOUR)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('admits at most so many legs of one account, and the rest wait in Postgres', async () => {
    const rig = new Rig()
    for (let index = 0; index < 30; index += 1) await rig.receive(`person${index}@example.com`)
    await relayTurn(rig.relay)
    expect(rig.queue.waiting.filter((job) => job.kind === 'leg')).toHaveLength(20)
    await rig.settle()
    expect(rig.store.rows('request').every((row) => row.state === 'closed')).toBe(true)
  })
})

describe('reminders', () => {
  const told = (rig: Rig) => rig.delivered.filter((row) => row.kind === 'notice' && row.body.days !== undefined)

  it('tell the owner ten, five and one days before due and when it is late, each once', async () => {
    const rig = new Rig()
    await rig.receive(ada.email, { identityCheck: null })
    for (let day = 0; day < 40; day += 1) {
      rig.clock.advance(DAY)
      await rig.chores()
      await rig.settle()
    }
    expect(told(rig).map((row) => row.body.days)).toEqual([10, 5, 1, 0])
    expect(told(rig).map((row) => row.body.about)).toEqual(['due_soon', 'due_soon', 'due_soon', 'overdue'])
  })

  it('of a request that came in late start with the step that it stands at', async () => {
    const rig = new Rig()
    const id = await rig.receive(ada.email, { identityCheck: null, submittedAtMs: rig.clock.nowMs() - 40 * DAY })
    await rig.chores()
    await rig.settle()
    expect(told(rig).map((row) => row.body.days)).toEqual([0])
    expect(rig.request(id).remindedDays).toBe(0)
  })
})

describe('forgetting', () => {
  const ACCESS = { byRight: { access: { approval: 'auto' } } } as const

  it('parcels go when the archive stands, the archive after thirty days', async () => {
    const rig = new Rig({ policy: ACCESS })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email, { right: 'access' })
    await rig.settle()
    await rig.chores()
    expect([...rig.files.objects.keys()].map((key) => key.split('/')[0])).toEqual(['archives'])
    expect(rig.store.rows('parcel')).toEqual([])
    rig.clock.advance(31 * DAY)
    await rig.chores()
    expect(rig.files.objects.size).toBe(0)
    expect(rig.store.rows('seal')).toMatchObject([{ archiveKey: null, archiveExpiresAtMs: null }])
    expect(rig.journal(id)).toContain('archive.forgotten')
  })

  // Only the first fifty parcels were looked at: those of requests that wait held up all that could go.
  it('is not held up by parcels that are still needed', async () => {
    const rig = new Rig({ policy: { byRight: { access: { approval: 'auto', review: 'person' } } } })
    const people = Array.from({ length: 60 }, (_, index) => testPerson(`person${index}`))
    rig.vendor().add(...people.flatMap((one) => contactOf(one)))
    const ids = []
    for (const one of people) ids.push(await rig.receive(one.email, { right: 'access' }))
    await rig.settle()
    const order = [...rig.store.rows('parcel')].map((row) => row.requestId)
    const last = order.at(-1)!
    await rig.commands.review({ requestId: last, actor: APPROVER, reason: null })
    await rig.settle()
    await rig.chores()
    expect(rig.store.rows('parcel').map((row) => row.requestId)).not.toContain(last)
    expect(rig.store.rows('parcel')).toHaveLength(59)
  })

  it('a request’s key and all under it go when its time is over, whatever the end', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const closed = await rig.receive(ada.email)
    const withdrawn = await rig.receive(bea.email, { identityCheck: null })
    await rig.commands.withdraw({ requestId: withdrawn, actor: APPROVER, reason: null })
    await rig.settle()
    await rig.after(DAY)
    rig.clock.advance(31 * DAY)
    await rig.chores()
    expect([closed, withdrawn].map((id) => rig.request(id).wrappedKey.byteLength)).toEqual([16, 0])
    rig.clock.advance(340 * DAY)
    await rig.chores()
    await rig.chores()
    expect(rig.request(closed)).toMatchObject({ sealedIntake: null, wrappedKey: new Uint8Array() })
    for (const table of ['identifier', 'record', 'plan', 'effect'] as const) expect(rig.store.rows(table)).toEqual([])
    expect(rig.journal(closed).filter((kind) => kind === 'request.forgotten')).toHaveLength(1)
    const order = rig.commands.recheck({ requestId: closed, actor: APPROVER, reason: null })
    await expect(order).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  })

  it('waits while a recheck still needs the key', async () => {
    const rig = new Rig({ policy: AT_ONCE })
    rig.vendor().add(...contactOf(ada, 1))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.after(DAY)
    rig.clock.advance(370 * DAY)
    await rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null })
    await rig.chores()
    await rig.after(DAY)
    expect(
      rig.store
        .rows('seal')
        .map((seal) => seal.generation)
        .sort(),
    ).toEqual([0, 1])
    await rig.chores()
    expect(rig.request(id).wrappedKey.byteLength).toBe(0)
  })
})
