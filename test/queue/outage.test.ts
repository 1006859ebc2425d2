import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createQueue } from '../../src/adapters/queue/index.ts'
import { reconnectAfterMs } from '../../src/adapters/queue/redis-connection.ts'
import { queueError } from '../../src/adapters/queue/errors.ts'
import type { Job } from '../../src/ports/queue.ts'
import { Wire } from '../kit/services/wire.ts'
import { aLeg, aRequest, describeBackends, doing, freshConnector, until } from './backends.ts'

describeBackends('an outage of the queue', (bench) => {
  it('makes adding fail soon, heals by itself, and wakes the workers again', async () => {
    const wire = await Wire.to(bench.place.url)
    const { url } = wire
    const errors: unknown[] = []
    const adapter = await bench.open({ url, addTimeoutMs: 1500, onError: (error) => errors.push(error) })
    const { queue, workers } = adapter
    const kind = freshConnector()
    const ran: Job[] = []
    const worker = await workers.connector(
      kind,
      doing((job) => ran.push(job)),
      { concurrency: 1, onError: (error) => errors.push(error) },
    )
    const first = aLeg(aRequest(), kind)
    await queue.add(first)
    await until(() => ran.length === 1)

    await wire.cut()
    const lost = aLeg(aRequest(), kind)
    const begun = Date.now()
    await expect(queue.add(lost)).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
    await expect(adapter.counts()).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
    expect(Date.now() - begun).toBeLessThan(5000)

    await wire.mend()
    await until(async () =>
      queue.add(lost).then(
        () => true,
        () => false,
      ),
    )
    await until(() => ran.length > 1)
    expect(ran).toEqual([first, lost])
    await worker.close(2000)
    expect(JSON.stringify(errors.map(String))).not.toContain(new URL(url).port)
  })
})

describeBackends('connections to the queue that fall silent', (bench) => {
  // Nothing tells of a peer that died without a word or of a gateway that forgot us: only a limit of one's own does.
  it('are given up, and the workers go on over new ones', async () => {
    const wire = await Wire.to(bench.place.url)
    const errors: unknown[] = []
    const adapter = await bench.open({ url: wire.url, addTimeoutMs: 1500, onError: (error) => errors.push(error) })
    const { queue, workers } = adapter
    const kind = freshConnector()
    const ran: Job[] = []
    const worker = await workers.connector(
      kind,
      doing((job) => ran.push(job)),
      { concurrency: 1, onError: (error) => errors.push(error) },
    )
    const jobs = [aLeg(aRequest(), kind), aLeg(aRequest(), kind)] as const
    await queue.add(jobs[0])
    await until(() => ran.length === 1)

    wire.silence()
    await expect(queue.add(jobs[1])).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
    await wire.mend()
    await until(
      async () =>
        queue.add(jobs[1]).then(
          () => true,
          () => false,
        ),
      60_000,
    )
    await until(() => ran.length === 2, 60_000)
    expect(ran).toEqual(jobs)
    await worker.close(2000)
  }, 150_000)
})

describe('a queue that is not there', () => {
  it.each(['redis', 'postgres'] as const)('is refused at start (%s), without its address', async (backend) => {
    const closedPort = await unusedPort()
    const errors: unknown[] = []
    const starting = createQueue({
      backend,
      url: `${backend}://user:secret-canary@127.0.0.1:${closedPort}/0`,
      connectorIds: [],
      addTimeoutMs: 700,
      onError: (error) => errors.push(error),
    })
    await expect(starting).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' })
    const said = errors.map(String).join()
    expect(said).not.toContain('canary')
    expect(said).not.toContain(String(closedPort))
  })
})

it('looks for Redis at least every two seconds, however long it is away', () => {
  const waits = Array.from({ length: 200 }, (_, at) => reconnectAfterMs(at + 1))
  expect(waits.slice(0, 3)).toEqual([100, 200, 400])
  expect(Math.max(...waits)).toBe(2000)
})

describe('an error of a driver', () => {
  it.each([
    [new Error('connect ECONNREFUSED redis://user:canary@10.0.0.1'), 'QUEUE_UNREACHABLE'],
    [
      Object.assign(new Error('password authentication failed for user "canary"'), { code: '28P01' }),
      'QUEUE_UNREACHABLE',
    ],
    [Object.assign(new Error('Missing lock for job canary'), { code: -2 }), 'STALE_EPOCH'],
    ['canary', 'QUEUE_UNREACHABLE'],
  ])('is told by a code of ours, without the driver’s words', (error, code) => {
    const told = queueError(error)
    expect(told).toMatchObject({ code })
    expect(told.cause).toBeUndefined()
    expect(`${told.message} ${String(told.stack)}`).not.toContain('canary')
  })
})

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
