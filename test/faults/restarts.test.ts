import { beforeAll, expect, it } from '@jest/globals'
import { until } from '../kit/services/child.ts'
import { startRestartablePostgres } from '../kit/services/postgres.ts'
import { startRestartableRedis } from '../kit/services/redis.ts'
import { describeWithService } from '../kit/services.ts'
import { describeStacks, type BackendName } from '../kit/stack/backends.ts'
import { factsOf, undisturbedFacts, type Facts } from '../kit/stack/facts.ts'
import { progressOf } from '../kit/stack/progress.ts'
import { startStack, type Stack } from '../kit/stack/stack.ts'
import { pictureOf } from '../kit/stack/vendors.ts'
import type { RequestId } from '../../src/domain/ids.ts'

const TIMES = { speed: 4000, databaseSpeed: 20, leaseMs: 10_000 }
/** In real time; leases and re-issues run out faster, reconnecting does not. */
const RESUMED_WITHIN_MS = 60_000

/** Carries an erasure to its end while a server is killed and started again at each stage; it goes on each time. */
async function leadThrough(
  stack: Stack,
  restart: () => Promise<void>,
): Promise<{ facts: Facts; isNeighbourSafe: boolean }> {
  const { portal } = stack
  const [known, neighbour] = [stack.plant(1), stack.plant(2)]
  const before = pictureOf(neighbour)
  await stack.work()
  const id = await portal.receive(known.person, 'erasure')
  await restartAndGoOn(stack, id, restart)
  await portal.untilState(id, ['awaiting_decision'], RESUMED_WITHIN_MS)
  await portal.decideAll(id)
  await portal.untilState(id, ['awaiting_approval'], RESUMED_WITHIN_MS)
  await restart()
  await portal.approve(id)
  await until('a change at a vendor', () => Promise.resolve(stack.vendors.changes().length > 0), RESUMED_WITHIN_MS)
  await restartAndGoOn(stack, id, restart)
  await restartAndGoOn(stack, id, restart)
  await portal.lead(id, 180_000)
  await until('the request answered', async () => (await portal.request(id)).state === 'answered', RESUMED_WITHIN_MS)
  return { facts: await factsOf(stack, id, known), isNeighbourSafe: pictureOf(neighbour) === before }
}

async function restartAndGoOn(stack: Stack, id: RequestId, restart: () => Promise<void>): Promise<void> {
  const before = await progressOf(stack, id)
  await restart()
  await until('the request to go on', async () => (await progressOf(stack, id)) > before, RESUMED_WITHIN_MS)
}

function undisturbed(backend: BackendName): Promise<Facts> {
  return undisturbedFacts({ backend, ...TIMES })
}

describeWithService('redis', 'a Redis that is killed and started again in mid-flow', () => {
  let expected: Facts

  beforeAll(async () => {
    expected = await undisturbed('redis')
  }, 120_000)

  it.each(['keeps its append-only file', 'keeps nothing'] as const)(
    'and %s delays a request by less than a minute each time, and loses and doubles nothing',
    async (memory) => {
      const redis = await startRestartableRedis(memory)
      const stack = await startStack({ backend: 'redis', ...TIMES, redisUrl: redis.url })
      const { facts, isNeighbourSafe } = await leadThrough(stack, () => redis.restart())
      expect(facts).toEqual(expected)
      expect(isNeighbourSafe).toBe(true)
      await stack.stop()
    },
    300_000,
  )
})

describeStacks('a PostgreSQL that is killed and started again in mid-flow', (backend) => {
  it('delays a request by less than a minute each time, and loses and doubles nothing', async () => {
    const expected = await undisturbed(backend)
    const postgres = await startRestartablePostgres()
    const stack = await startStack({ backend, ...TIMES, databaseUrl: postgres.url })
    const { facts, isNeighbourSafe } = await leadThrough(stack, () => postgres.restart())
    expect(facts).toEqual(expected)
    expect(isNeighbourSafe).toBe(true)
    await stack.stop()
  }, 400_000)
})
