import { describe, expect, it } from '@jest/globals'
import { parseRedisAddress } from '../../src/adapters/queue/redis-address.ts'
import { createQueue } from '../../src/adapters/queue/index.ts'
import type { Job } from '../../src/ports/queue.ts'
import { describeWithService, startRedis } from '../kit/services.ts'
import { aLeg, aRequest, doing, freshConnector, QUICK_STALLS, until } from './backends.ts'

describeWithService('redis', 'a Redis Cluster', () => {
  it('carries a flow over several queues, from any of its nodes', async () => {
    const { urls } = await startRedis({ cluster: 3 })
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const kinds = [freshConnector(), freshConnector(), freshConnector()]
    const request = aRequest()
    const legs = kinds.map((kind) => aLeg(request, kind))
    const ran: Job[] = []
    const record = doing((job) => ran.push(job))
    const adapter = await createQueue({
      backend: 'redis',
      url: urls.join(','),
      connectorIds: kinds,
      onError,
      stalls: QUICK_STALLS,
    })
    const working = await Promise.all([
      ...kinds.map((kind) => adapter.workers.connector(kind, record, { concurrency: 1, onError })),
      adapter.workers.coordinator(record, { concurrency: 1, onError }),
    ])
    await adapter.queue.addFlow(request, legs)
    await until(() => ran.length === 4)
    expect(ran.slice(0, 3)).toEqual(expect.arrayContaining(legs))
    expect(ran[3]).toEqual(request)
    await until(async () => (await adapter.counts()).coordinator?.completed === 1)
    await Promise.all(working.map((worker) => worker.close(2000)))
    await adapter.close()
    expect(errors).toEqual([])
  })
})

describe('REDIS_URL', () => {
  it.each([
    [
      'redis://localhost',
      { kind: 'single', node: { host: 'localhost', port: 6379 }, db: 0, isEncrypted: false, login: {} },
    ],
    [
      'rediss://me:p%40ss@[::1]:7000/3',
      {
        kind: 'single',
        node: { host: '::1', port: 7000 },
        db: 3,
        isEncrypted: true,
        login: { username: 'me', password: 'p@ss' },
      },
    ],
    [
      'redis://a:1, redis://b:2',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        isEncrypted: false,
        login: {},
      },
    ],
    [
      'rediss+cluster://:x@c',
      { kind: 'cluster', nodes: [{ host: 'c', port: 6379 }], isEncrypted: true, login: { password: 'x' } },
    ],
    [
      'redis+sentinel://s1/main,redis+sentinel://s2:2/main',
      {
        kind: 'sentinel',
        nodes: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 2 },
        ],
        master: 'main',
        isEncrypted: false,
        login: {},
      },
    ],
  ])('%s names a place', (text, address) => {
    expect(parseRedisAddress(text)).toEqual(address)
  })

  it.each([
    '',
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://h/notanumber',
    'redis+sentinel://h',
    'redis://a,,',
  ])('refuses "%s"', (text) => {
    expect(() => parseRedisAddress(text)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', field: 'REDIS_URL' }),
    )
  })
})
