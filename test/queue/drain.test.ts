import { expect, it } from '@jest/globals'
import type { Job } from '../../src/ports/queue.ts'
import { aLeg, aRequest, describeBackends, doing, freshConnector, signal, until } from './backends.ts'

const never = new Promise<void>(() => undefined)

describeBackends('a worker that is closed', (bench) => {
  it('lets a running job end, and takes no other', async () => {
    const adapter = await bench.open()
    const kind = freshConnector()
    const legs = [aLeg(aRequest(), kind), aLeg(aRequest(), kind)]
    const ran: Job[] = []
    const started = signal()
    const mayEnd = signal()
    const worker = await adapter.workers.connector(
      kind,
      async (job, abort) => {
        started.give()
        await mayEnd.given
        expect(abort.aborted).toBe(false)
        ran.push(job)
      },
      { concurrency: 1, onError: (error) => bench.errors.push(error) },
    )
    for (const leg of legs) await adapter.queue.add(leg)
    await started.given
    const closed = worker.close(20_000)
    mayEnd.give()
    await closed
    expect(ran).toEqual([legs[0]])

    const looking = await bench.open({ connectorIds: [kind] })
    expect((await looking.counts())[`connector-${kind}`]).toMatchObject({ waiting: 1, active: 0, completed: 1 })
    expect(bench.errors).toEqual([])
  })

  it('tells a job that takes too long to stop, and hands it back at once', async () => {
    const adapter = await bench.open({ stalls: { lockMs: 60_000, stalledCheckMs: 60_000 } })
    const kind = freshConnector()
    const leg = aLeg(aRequest(), kind)
    const started = signal()
    const errors: unknown[] = []
    const worker = await adapter.workers.connector(
      kind,
      async (_, abort) => {
        started.give()
        await new Promise((_resolve, reject) => {
          abort.addEventListener('abort', () => reject(new Error('stopped')))
        })
      },
      { concurrency: 1, onError: (error) => errors.push(error) },
    )
    await adapter.queue.add(leg)
    await started.given
    await worker.close(50)
    expect(errors).toEqual([])

    // The lock would hold for a minute: only a job that was handed back is run by the next worker now.
    const ran: Job[] = []
    const next = await adapter.workers.connector(
      kind,
      doing((job) => ran.push(job)),
      { concurrency: 1, onError: (error) => errors.push(error) },
    )
    await until(() => ran.length === 1)
    expect(ran).toEqual([leg])
    await next.close(1000)
  })

  it('does not wait for a job that does not stop, and says so', async () => {
    const adapter = await bench.open()
    const kind = freshConnector()
    const started = signal()
    const mayEnd = signal()
    const errors: unknown[] = []
    const worker = await adapter.workers.connector(
      kind,
      async () => {
        started.give()
        await mayEnd.given
      },
      { concurrency: 1, onError: (error) => errors.push(error) },
    )
    await adapter.queue.add(aLeg(aRequest(), kind))
    await started.given
    await worker.close(20)
    expect(errors).toMatchObject([{ code: 'LIMIT_REACHED' }])
    mayEnd.give()
  })

  it('can be closed twice, and while it waits for jobs', async () => {
    const adapter = await bench.open()
    const worker = await adapter.workers.connector(freshConnector(), () => never, {
      concurrency: 1,
      onError: (error) => bench.errors.push(error),
    })
    await Promise.all([worker.close(5000), worker.close(5000)])
    expect(bench.errors).toEqual([])
  })
})
