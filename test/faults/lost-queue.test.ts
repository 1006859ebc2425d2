import { expect, it } from '@jest/globals'
import { describeStacks } from '../kit/stack/backends.ts'
import { loseQueue } from '../kit/stack/lose-queue.ts'
import { repeatedChanges } from '../kit/stack/marked-calls.ts'
import { progressOf } from '../kit/stack/progress.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'
import { until } from '../kit/services/child.ts'
import { REISSUE_AFTER_MS } from '../../src/flow/watch/due.ts'
import type { RequestState } from '../../src/domain/request.ts'
import type { RequestId } from '../../src/domain/ids.ts'

const TIMES = { speed: 4000, databaseSpeed: 20 }
const RESUMED_WITHIN_MS = 60_000

type Sign = () => Promise<boolean>

/** Only what waits for the database's clock passes faster here: the work itself takes as long as this machine takes. */
const SAVED_MS = REISSUE_AFTER_MS - REISSUE_AFTER_MS / TIMES.databaseSpeed

/** Loses the queue now, and says how long it would have been until the sign that the request went on. */
async function loseAndMeasure(stack: Stack, wentOn: Sign): Promise<number> {
  await loseQueue(stack)
  const from = performance.now()
  await until('the request to go on', wentOn, RESUMED_WITHIN_MS)
  return performance.now() - from + SAVED_MS
}

async function moreThanNow(stack: Stack, id: RequestId): Promise<Sign> {
  const before = await progressOf(stack, id)
  return async () => (await progressOf(stack, id)) > before
}

describeStacks('no request is lost once acknowledged: a queue that loses everything', (backend) => {
  it('in mid-flow, at every stage, delays a request by less than a minute and loses and doubles nothing', async () => {
    const stack = await startStack({ backend, ...TIMES })
    const { portal } = stack
    const [known, neighbour] = [stack.plant(1), stack.plant(2)]
    const before = pictureOf(neighbour)
    const id = await portal.receive(known.person, 'erasure')
    const inState = (state: RequestState) => async () => (await portal.request(id)).state === state
    const delays: number[] = []

    // Before anybody worked, the queue knows of the flow of the first round and of nothing else.
    await stack.work(['relay'])
    await until('the first flow', async () => (await legsOut(stack, id)) === known.at.length)
    await loseQueue(stack)
    await stack.work(['coordinator', 'connector', 'watchdog'])
    delays.push(await loseAndMeasure(stack, await moreThanNow(stack, id)))
    await portal.untilState(id, ['awaiting_decision'])
    await portal.decideAll(id)
    delays.push(await loseAndMeasure(stack, inState('awaiting_approval')))
    await portal.approve(id)
    delays.push(await loseAndMeasure(stack, inState('acting')))
    delays.push(await loseAndMeasure(stack, () => Promise.resolve(stack.vendors.changes().length > 0)))
    delays.push(await loseAndMeasure(stack, await moreThanNow(stack, id)))
    await portal.lead(id)

    expect(delays.filter((ms) => ms > RESUMED_WITHIN_MS)).toEqual([])
    expect(repeatedChanges(stack.vendors.logs())).toEqual([])
    expect(pictureOf(neighbour)).toBe(before)
    await expect(portal.record(id)).resolves.toMatchObject({ predicate: { action: 'erasure' } })
  }, 180_000)
})

async function legsOut({ portal }: Stack, id: RequestId): Promise<number> {
  return portal.read((tx) => tx.leg.count({ requestId: id, admittedAtDbMs: { above: 0 } }))
}
