import { describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createQueue } from '../../src/adapters/queue/index.ts'
import { reconnectAfterMs } from '../../src/adapters/queue/redis-connection.ts'
import { queueError } from '../../src/adapters/queue/errors.ts'
import type { Job } from '../../src/ports/queue.ts'
import { aLeg, aRequest, describeBackends, doing, freshConnector, until } from './backends.ts'

/** A wire to the server that the test can cut, and mend on the same port. */
class Wire {
  readonly #target: URL
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(target: string) {
    this.#target = new URL(target)
  }

  async mend(): Promise<string> {
    this.#server = createServer((socket) => {
      const far = connect(Number(this.#target.port), this.#target.hostname)
      for (const end of [socket, far]) {
        this.#sockets.add(end)
        end.on('error', () => undefined)
      }
      socket.pipe(far).pipe(socket)
    })
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#server.unref()
    this.#port = (this.#server.address() as AddressInfo).port
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  async cut(): Promise<void> {
    const server = this.#server!
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
    await closed
  }
}

describeBackends('an outage of the queue', (bench) => {
  it('makes adding fail soon, heals by itself, and wakes the workers again', async () => {
    const wire = new Wire(bench.place.url)
    const url = await wire.mend()
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
