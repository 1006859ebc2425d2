import { describe, expect, it } from '@jest/globals'
import { isDsrError } from '../../src/domain/errors.ts'
import { runSender } from '../../src/effects/sender.ts'
import { accountId, type RequestId } from '../../src/domain/ids.ts'
import type { StopOrder } from '../../src/ports/stopping.ts'
import type { RightPolicy } from '../../src/ports/runtime.ts'
import { DAY, HOUR, MINUTE } from '../kit/sim/clock.ts'
import { contactOf, testPerson } from '../kit/sim/people.ts'
import { CONTROLLER } from '../kit/sim/policies.ts'
import { APPROVER, PORTAL, Rig, type RigOptions } from '../kit/sim/rig.ts'

const ada = testPerson('ada')
const bea = testPerson('bea')
const AT_ONCE = { approval: 'auto', coolingOffMs: 0 } as const
const OPS = { role: 'ops', id: 'ops-1' } as const

function order(patch: Partial<StopOrder> = {}): StopOrder {
  return { controllerId: null, accountId: null, actor: OPS, reason: 'a wrong list was approved', ...patch }
}

function rigOf(erasure: Partial<RightPolicy>, options: RigOptions = {}): Rig {
  return new Rig({ ...options, policy: { byRight: { erasure } } })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isDsrError(error) ? error.code : 'unknown'
  }
}

const sentBy = (rig: Rig, account = 'crm') =>
  rig.vendor(account).history.filter((event) => event.kind === 'sent').length

/** Two accounts that act; the vendors are away, so that all effects wait. */
async function waiting(): Promise<{ rig: Rig; id: RequestId }> {
  const rig = rigOf(AT_ONCE, { accounts: { crm: {}, desk: {} } })
  for (const vendor of Object.values(rig.vendors)) {
    vendor.add(...contactOf(ada, 2))
    vendor.faultOf = (verb) => (verb === 'perform' ? 'down' : 'none')
  }
  const id = await rig.receive(ada.email)
  await rig.settle()
  for (const vendor of Object.values(rig.vendors)) vendor.faultOf = () => 'none'
  return { rig, id }
}

describe('a stop', () => {
  it('of one account halts what that account has not sent, and nothing else', async () => {
    const { rig, id } = await waiting()
    await rig.stopping.stop(order({ accountId: accountId('crm') }))
    await rig.after(2 * DAY)
    expect([sentBy(rig, 'crm'), rig.vendor('crm').held('ada').length]).toEqual([0, 3])
    expect(rig.vendor('desk').held('ada')).toEqual([])
    expect(rig.leg(id, 'crm').state).toBe('acting')
  })

  it('halts a sender whose job was on its way already', async () => {
    const { rig } = await waiting()
    rig.clock.advance(HOUR)
    await rig.stopping.stop(order())
    for (const { accountId, connectorId, step } of rig.store.rows('effect'))
      await runSender(rig.engine, { accountId, connectorId, step }, new AbortController().signal)
    expect([sentBy(rig, 'crm'), sentBy(rig, 'desk')]).toEqual([0, 0])
  })

  it('of everything says what was left, by account and by request', async () => {
    const { rig, id } = await waiting()
    const report = await rig.stopping.stop(order())
    expect(report.stops).toMatchObject([{ accountId: null, by: OPS, reason: 'a wrong list was approved' }])
    expect(report.accounts).toEqual([
      { accountId: 'crm', waiting: 3, onTheirWay: 0 },
      { accountId: 'desk', waiting: 3, onTheirWay: 0 },
    ])
    expect(report.requests).toEqual([{ requestId: id, waiting: 6 }])
  })

  it('that was lifted lets what waited go on', async () => {
    const { rig, id } = await waiting()
    await rig.stopping.stop(order())
    await rig.stopping.stop(order())
    await rig.after(DAY)
    expect(rig.store.rows('stop')).toHaveLength(1)
    const report = await rig.stopping.lift(order({ reason: 'the list was right after all' }))
    expect(report.stops).toEqual([])
    expect(rig.store.rows('stop')).toMatchObject([{ liftedBy: OPS, liftReason: 'the list was right after all' }])
    await rig.after(2 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'closed', result: 'completed' })
  })

  it('ends what was not sent as not done when somebody gives it up', async () => {
    const { rig, id } = await waiting()
    await rig.stopping.stop(order({ accountId: accountId('crm') }))
    await rig.stopping.giveUp(order({ accountId: accountId('crm') }))
    await rig.after(2 * DAY)
    expect(rig.outcomes(id)).toEqual({
      'crm/contact': 'not_done',
      'crm/note': 'not_done',
      'desk/contact': 'erased',
      'desk/note': 'erased',
    })
    expect(rig.leg(id, 'crm').parts.find((part) => part.part === 'note')?.outcome).toMatchObject({ why: 'stopped' })
    expect(rig.journal(id)).toContain('leg.effects_stopped')
    expect(rig.request(id)).toMatchObject({ result: 'completed_with_exceptions' })
  })

  it('lets a person end one system as it is', async () => {
    const { rig, id } = await waiting()
    expect(await codeOf(rig.resume(id, 'accept', rig.leg(id, 'crm').id))).toBe('ILLEGAL_TRANSITION')
    await rig.stopping.stop(order())
    await rig.resume(id, 'accept', rig.leg(id, 'crm').id)
    await rig.after(DAY)
    expect(rig.outcomes(id)).toMatchObject({ 'crm/contact': 'not_done' })
    expect(rig.leg(id, 'desk').state).toBe('acting')
  })

  it('keeps approved requests from beginning: they can still be withdrawn', async () => {
    const rig = rigOf(AT_ONCE)
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    await rig.stopping.stop(order({ controllerId: CONTROLLER }))
    const [withdrawn, kept] = [await rig.receive(ada.email), await rig.receive(bea.email)]
    await rig.settle()
    await rig.after(DAY)
    expect(rig.request(kept)).toMatchObject({ state: 'awaiting_approval', heldBy: 'stop' })
    const report = await rig.stopping.report({ controllerId: CONTROLLER, accountId: null })
    expect(report.held).toHaveLength(2)
    await rig.commands.withdraw({ requestId: withdrawn, actor: PORTAL, reason: null })
    await rig.stopping.lift(order({ controllerId: CONTROLLER }))
    await rig.after(MINUTE)
    expect(rig.request(kept)).toMatchObject({ state: 'acting', heldBy: null })
    await rig.after(DAY)
    expect(rig.vendor().held('ada')).toHaveLength(1)
    expect(rig.vendor().held('bea')).toEqual([])
  })

  it('of an account that is not there is refused, and so is lifting what was not stopped', async () => {
    const rig = rigOf(AT_ONCE)
    expect(await codeOf(rig.stopping.stop(order({ accountId: accountId('crn') })))).toBe('NOT_FOUND')
    expect(await codeOf(rig.stopping.lift(order()))).toBe('NOT_FOUND')
    expect(await codeOf(rig.stopping.giveUp(order()))).toBe('NOT_FOUND')
    expect(rig.store.rows('stop')).toEqual([])
  })

  it('does not keep the watchdog from what other accounts have ready', async () => {
    const { rig } = await waiting()
    const one = rig.store.rows('effect').find((row) => row.accountId === 'crm' && row.isReleased)!
    await rig.store.transact(async (tx) => {
      for (let count = 0; count < 600; count += 1)
        await tx.effect.insert({ ...one, id: `e-${count}` as never, targetDigest: `${count}`, readyAtMs: 0 })
    })
    await rig.stopping.stop(order({ accountId: accountId('crm') }))
    rig.queue.flush()
    await rig.after(HOUR)
    expect(rig.vendor('desk').held('ada')).toEqual([])
  })
})

describe('the hourly cap', () => {
  const people = Array.from({ length: 7 }, (_, index) => testPerson(`p${index}`))

  async function many(erasure: Partial<RightPolicy> = {}): Promise<{ rig: Rig; ids: readonly RequestId[] }> {
    const rig = rigOf({ ...AT_ONCE, maxPerHour: 3, ...erasure })
    rig.vendor().add(...people.flatMap((person) => contactOf(person)))
    const ids: RequestId[] = []
    for (const person of people) {
      ids.push(await rig.receive(person.email))
      await rig.settle()
      rig.clock.advance(1000)
    }
    return { rig, ids }
  }

  const begun = (rig: Rig, ids: readonly RequestId[]) =>
    ids.map((id) => (rig.request(id).state === 'awaiting_approval' ? 0 : 1))

  it('holds nobody for the time that asking takes', async () => {
    // A start that was given out a millisecond after the transaction began counted as a later one, and every request waited a second
    // for the watchdog.
    const rig = new Rig({ policy: { byRight: { erasure: { approval: 'auto', coolingOffMs: 0 } } } })
    rig.vendor().add(...contactOf(ada, 1))
    const standing = rig.clock.nowMs.bind(rig.clock)
    rig.clock.nowMs = () => {
      rig.clock.advance(1)
      return standing()
    }
    const id = await rig.receive(ada.email)
    await rig.settle()
    expect(rig.store.rows('journal').filter((row) => row.kind === 'request.held')).toEqual([])
    expect(rig.request(id).state).not.toBe('awaiting_approval')
  })

  it('lets no more begin within any hour; the rest wait their turn, in order, with a time and a reason', async () => {
    const { rig, ids } = await many()
    expect(begun(rig, ids)).toEqual([1, 1, 1, 0, 0, 0, 0])
    const waiting = rig.request(ids[3]!)
    expect(waiting).toMatchObject({ state: 'awaiting_approval', heldBy: 'hourly_cap' })
    expect(waiting.nextActionAtMs).toBeGreaterThan(rig.clock.nowMs() + 50 * MINUTE)
    expect(rig.journal(ids[3]!).filter((kind) => kind === 'request.held')).toHaveLength(1)
    await rig.after(50 * MINUTE)
    expect(begun(rig, ids)).toEqual([1, 1, 1, 0, 0, 0, 0])
    await rig.after(15 * MINUTE)
    expect(begun(rig, ids)).toEqual([1, 1, 1, 1, 1, 1, 0])
    await rig.after(HOUR)
    expect(begun(rig, ids)).toEqual([1, 1, 1, 1, 1, 1, 1])
    const starts = rig.store
      .rows('start')
      .map((row) => row.atMs)
      .sort((a, b) => a - b)
    expect(starts.every((atMs, index) => index < 3 || atMs - starts[index - 3]! >= HOUR)).toBe(true)
  })

  it('holds also when everybody comes late, after an outage', async () => {
    const { rig, ids } = await many()
    rig.clock.advance(9 * HOUR)
    await rig.watch()
    await rig.settle()
    expect(begun(rig, ids)).toEqual([1, 1, 1, 1, 1, 1, 0])
    await rig.after(2 * HOUR)
    expect(begun(rig, ids)).toEqual([1, 1, 1, 1, 1, 1, 1])
  })

  it('gives back the turn of a request that is withdrawn, which is possible until it begins', async () => {
    const { rig, ids } = await many()
    await rig.commands.withdraw({ requestId: ids[3]!, actor: PORTAL, reason: null })
    expect(rig.store.rows('start').map((row) => row.requestId)).not.toContain(ids[3])
    expect(rig.request(ids[3]!).state).toBe('withdrawn')
  })

  it('does not let an approval run out that waits for its turn', async () => {
    const { rig, ids } = await many({ maxPerHour: 1 })
    const last = ids.at(-1)!
    const { approval } = rig.request(last)
    await rig.store.transact(async (tx) =>
      tx.request.update(last, { approval: { ...approval!, expiresAtMs: rig.clock.nowMs() + MINUTE } }),
    )
    await rig.after(8 * HOUR)
    expect(rig.request(last).state).not.toBe('plan_expired')
    expect(begun(rig, ids)).toEqual(ids.map(() => 1))
  })

  it('does not count copies, nor what changes nothing', async () => {
    const rig = new Rig({
      policy: { byRight: { access: { approval: 'auto', maxPerHour: 1 }, erasure: { maxPerHour: 1 } } },
    })
    rig.vendor().add(...contactOf(ada))
    const ids = [await rig.receive(ada.email, { right: 'access' }), await rig.receive(ada.email, { right: 'access' })]
    const nobody = [await rig.receive('nobody@example.com'), await rig.receive('no.one@example.com')]
    await rig.after(HOUR)
    expect([...ids, ...nobody].map((id) => rig.request(id).state)).toEqual(Array(4).fill('closed'))
  })

  it('counts a recheck that acts again', async () => {
    const rig = rigOf({ ...AT_ONCE, maxPerHour: 1 })
    rig.vendor().binMs = 30 * DAY
    rig.vendor().add(...contactOf(ada), ...contactOf(bea))
    const ids = [await rig.receive(ada.email), await rig.receive(bea.email)]
    await rig.settle()
    await rig.after(DAY)
    rig.vendor().binMs = 0
    rig.vendor().restore('contact', 'c-ada')
    rig.vendor().restore('contact', 'c-bea')
    for (const id of ids) await rig.commands.recheck({ requestId: id, actor: APPROVER, reason: null })
    await rig.after(10 * MINUTE)
    const left = () => rig.vendor().held('ada').length + rig.vendor().held('bea').length
    expect(left()).toBe(1)
    expect(rig.store.rows('leg').filter((leg) => leg.errorCode === 'RATE_LIMITED')).toHaveLength(1)
    await rig.after(2 * HOUR)
    expect(left()).toBe(0)
  })
})

describe('withdrawing and beginning', () => {
  async function approved(): Promise<{ rig: Rig; id: RequestId }> {
    const rig = new Rig()
    rig.vendor().add(...contactOf(ada))
    const id = await rig.receive(ada.email)
    await rig.settle()
    await rig.approve(id)
    return { rig, id }
  }

  it('the portal may withdraw within the cooling-off period; nothing is changed then or later', async () => {
    const { rig, id } = await approved()
    await rig.after(23 * HOUR)
    await rig.commands.withdraw({ requestId: id, actor: PORTAL, reason: 'changed my mind' })
    await rig.after(3 * DAY)
    expect(rig.request(id)).toMatchObject({ state: 'withdrawn', result: 'withdrawn' })
    expect(sentBy(rig)).toBe(0)
  })

  it('is too late once it began', async () => {
    const { rig, id } = await approved()
    await rig.after(25 * HOUR)
    expect(await codeOf(rig.commands.withdraw({ requestId: id, actor: PORTAL, reason: null }))).toBe(
      'WITHDRAW_TOO_LATE',
    )
  })
})
