import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Cluster, Redis } from 'ioredis'
import { redisLimiter } from '../../../../src/adapters/limiter/redis.ts'
import type { LimiterRedis } from '../../../../src/adapters/limiter/redis.ts'
import { memoryLimiter } from '../../../../src/connector/memory-limiter.ts'
import { describeWithService, startRedis } from '../../../kit/services.ts'
import { limiterContract, virtualClock } from './contract.ts'

const LIMIT = { limit: 10, windowMs: 10_000, scope: 'account', source: 'test' } as const

describeWithService('redis', 'the limiter in Redis', () => {
  let redis: Redis
  let server: Awaited<ReturnType<typeof startRedis>>
  // One clock for one server: the server remembers when it began.
  const clock = virtualClock()

  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    await redis.quit()
    await server.stop()
  })

  async function open(client: LimiterRedis, first = clock) {
    const durable = memoryLimiter(first)
    const store = () => redisLimiter({ redis: client, durable, clock: first })
    const stores = [store(), store()] as const
    // A server that was never seen starts empty; the wait for it is not what these tests are about.
    await stores[0].take([{ key: 'warm-up', limit: LIMIT, weight: 1 }])
    first.push(LIMIT.windowMs)
    return { clock: first, stores, close: () => Promise.resolve() }
  }

  describe('as a limiter', () => {
    limiterContract(() => open(redis))
  })

  it('has nothing to spend for one window after it lost everything', async () => {
    const { stores } = await open(redis)
    const [store] = stores
    const ask = { key: 'flushed', limit: LIMIT, weight: 8 }
    expect((await store.take([ask])).kind).toBe('granted')
    await redis.flushall()
    expect(await store.take([{ ...ask, weight: 1 }])).toEqual({ kind: 'wait', waitMs: 10_000 })
    clock.push(9_999)
    expect((await store.take([{ ...ask, weight: 1 }])).kind).toBe('wait')
    clock.push(1)
    expect((await store.take([ask])).kind).toBe('granted')
  })

  it('has nothing to spend for one window after another server took over', async () => {
    const { stores } = await open(redis)
    const [store] = stores
    // A server that was restarted or replaced has another run id, and may lack the last grants.
    await redis.hset('{habeas-limiter}:epoch', 'run', 'of-another-server')
    expect(await store.take([{ key: 'failed-over', limit: LIMIT, weight: 1 }])).toEqual({
      kind: 'wait',
      waitMs: 10_000,
    })
  })

  it('gives back what it took when the durable half refuses', async () => {
    const { stores } = await open(redis)
    const [store] = stores
    const ask = { key: 'given-back', limit: LIMIT, weight: 8 }
    await store.hold('held', clock.nowMs() + 3_000)
    expect(await store.take([ask, { key: 'held', limit: LIMIT, weight: 1 }])).toEqual({ kind: 'wait', waitMs: 3_000 })
    expect((await store.take([ask])).kind).toBe('granted')
  })

  it('lets no clock that lags a little reopen a window', async () => {
    const { stores } = await open(redis)
    const late = virtualClock()
    late.push(clock.nowMs() - late.nowMs() - 500)
    const lagging = redisLimiter({ redis, durable: memoryLimiter(late), clock: late })
    const ask = { key: 'skewed', limit: LIMIT, weight: 8 }
    // The first worker has shown the time; the second one's grant is not half a second older than it is.
    await stores[0].take([{ ...ask, weight: 0 }])
    expect((await lagging.take([ask])).kind).toBe('granted')
    clock.push(9_600)
    expect((await stores[0].take([ask])).kind).toBe('wait')
  })

  it('answers QUEUE_UNREACHABLE when there is no Redis, and grants nothing', async () => {
    const nowhere = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
    nowhere.on('error', () => undefined)
    const store = redisLimiter({ redis: nowhere, durable: memoryLimiter(clock), clock })
    await expect(store.take([{ key: 'nowhere', limit: LIMIT, weight: 1 }])).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
    })
    nowhere.disconnect()
  })

  it('works on a Cluster', async () => {
    const nodes = await startRedis({ cluster: 3 })
    const cluster = new Cluster([...nodes.urls])
    try {
      const { stores } = await open(cluster, virtualClock())
      const asks = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, limit: LIMIT, weight: 1 }))
      expect(await stores[0].take(asks)).toEqual({ kind: 'granted' })
    } finally {
      cluster.disconnect()
      await nodes.stop()
    }
  }, 60_000)
})
