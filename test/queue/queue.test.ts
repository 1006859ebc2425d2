import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { DsrError } from '../../src/domain/errors.ts'
import { accountId, legId } from '../../src/domain/ids.ts'
import type { EffectsJob, Job, LegJob } from '../../src/ports/queue.ts'
import { aLeg, aRequest, describeBackends, doing, freshConnector, signal, until } from './backends.ts'

const onError = () => undefined

describeBackends('the queue', (bench) => {
  describe('flows', () => {
    it('runs every leg, then the gather', async () => {
      const { queue, workers } = await bench.open()
      const hubspot = freshConnector()
      const jira = freshConnector()
      const request = aRequest()
      const legs = [aLeg(request, hubspot), aLeg(request, jira)]
      const ran: Job[] = []
      const gathered = signal()
      const record = doing((job) => ran.push(job))
      const working = await Promise.all([
        workers.connector(hubspot, record, { concurrency: 2, onError }),
        workers.connector(jira, record, { concurrency: 2, onError }),
        workers.coordinator(
          doing((job) => {
            ran.push(job)
            gathered.give()
          }),
          { concurrency: 1, onError },
        ),
      ])
      await queue.addFlow(request, legs)
      await gathered.given
      expect(ran).toHaveLength(3)
      expect(ran.slice(0, 2)).toEqual(expect.arrayContaining(legs))
      expect(ran[2]).toEqual(request)
      await Promise.all(working.map((worker) => worker.close(1000)))
    })

    it('runs the gather although a leg failed', async () => {
      const { queue, workers } = await bench.open()
      const kind = freshConnector()
      const request = aRequest()
      const errors: unknown[] = []
      const gathered = signal()
      const failure = new DsrError('VENDOR_REFUSED', 'the vendor refused')
      const working = await Promise.all([
        workers.connector(kind, () => Promise.reject(failure), { concurrency: 2, onError: (e) => errors.push(e) }),
        workers.coordinator(
          doing((job) => {
            if (job.requestId === request.requestId) gathered.give()
          }),
          { concurrency: 1, onError },
        ),
      ])
      await queue.addFlow(request, [aLeg(request, kind), aLeg(request, kind)])
      await gathered.given
      expect(errors).toEqual([failure, failure])
      await Promise.all(working.map((worker) => worker.close(1000)))
    })

    it('runs the gather of a flow without legs', async () => {
      const { queue, workers } = await bench.open()
      const request = aRequest()
      const gathered = signal()
      const worker = await workers.coordinator(
        doing((job) => {
          if (job.requestId === request.requestId) gathered.give()
        }),
        { concurrency: 1, onError },
      )
      await queue.addFlow(request, [])
      await gathered.given
      await worker.close(1000)
    })
  })

  describe('the same hint twice', () => {
    it('is one run, while it waits and after it ran', async () => {
      const { queue, workers } = await bench.open()
      const kind = freshConnector()
      const leg = aLeg(aRequest(), kind)
      const other = aLeg(aRequest(), kind)
      const ran: Job[] = []
      const record = doing((job) => ran.push(job))
      await queue.add(leg)
      await queue.add(leg)
      const worker = await workers.connector(kind, record, { concurrency: 1, onError })
      await until(() => ran.length > 0)
      await queue.add(leg)
      // The queue is first in, first out: when the other has run, the repeated hint would have too.
      await queue.add(other)
      await until(() => ran.includes(other) || ran.length > 1)
      expect(ran).toEqual([leg, other])
      await worker.close(1000)
    })

    it('is one gather when a flow is added again', async () => {
      const { queue, workers } = await bench.open()
      const kind = freshConnector()
      const request = aRequest({ stage: 'act' })
      const last = aRequest({ stage: 'seal' })
      const leg = aLeg(request, kind, { stage: 'act' })
      const ran: Job[] = []
      const record = doing((job) => ran.push(job))
      await queue.addFlow(request, [leg])
      await queue.addFlow(request, [leg])
      const working = await Promise.all([
        workers.connector(kind, record, { concurrency: 1, onError }),
        workers.coordinator(record, { concurrency: 1, onError }),
      ])
      await until(() => ran.length === 2)
      await queue.addFlow(request, [leg])
      await queue.add(last)
      await until(() => ran.length > 2)
      expect(ran).toEqual([leg, request, last])
      await Promise.all(working.map((worker) => worker.close(1000)))
    })

    it('is another run when it is issued again', async () => {
      const { queue, workers } = await bench.open()
      const kind = freshConnector()
      const leg = aLeg(aRequest(), kind)
      const effects: EffectsJob = {
        kind: 'effects',
        accountId: accountId('main'),
        connectorId: kind,
        step: 'contact_delete',
        issue: 4,
      }
      const issued = [
        leg,
        { ...leg, issue: 1 },
        { ...leg, round: 2 },
        { ...leg, generation: 1 },
        { ...leg, stage: 'act' as const },
        effects,
        { ...effects, issue: 5 },
      ]
      const ran: Job[] = []
      const record = doing((job) => ran.push(job))
      for (const job of issued) await queue.add(job)
      const worker = await workers.connector(kind, record, { concurrency: 1, onError })
      await until(() => ran.length === issued.length)
      expect(ran).toEqual(issued)
      await worker.close(1000)
    })
  })

  it('shares the jobs of a queue between workers', async () => {
    const one = await bench.open()
    const two = await bench.open()
    const kind = freshConnector()
    const legs = [1, 2].map(() => aLeg(aRequest(), kind))
    const both = signal()
    const ran: [string, LegJob | EffectsJob][] = []
    const start = (name: string) => async (job: LegJob | EffectsJob) => {
      ran.push([name, job])
      if (ran.length === 2) both.give()
      await both.given
    }
    const working = [
      await one.workers.connector(kind, start('one'), { concurrency: 1, onError }),
      await two.workers.connector(kind, start('two'), { concurrency: 1, onError }),
    ]
    for (const leg of legs) await one.queue.add(leg)
    await both.given
    expect(ran.map(([name]) => name).sort()).toEqual(['one', 'two'])
    expect(ran.map(([, job]) => job)).toEqual(expect.arrayContaining(legs))
    await Promise.all(working.map((worker) => worker.close(1000)))
  })

  it('counts jobs by queue and state, and shows the queues', async () => {
    const kind = freshConnector()
    const adapter = await bench.open({ connectorIds: [kind] })
    await adapter.queue.add(aLeg(aRequest(), kind))
    await adapter.queue.addFlow(aRequest(), [aLeg(aRequest(), kind)])
    const counts = await adapter.counts()
    expect(counts[`connector-${kind}`]).toMatchObject({ waiting: 2, active: 0, delayed: 0, failed: 0 })
    expect(counts.coordinator).toMatchObject({ 'waiting-children': 1 })
    expect(adapter.queuesForBoard().map((queue) => queue.name)).toEqual(['coordinator', `connector-${kind}`])
  })

  it('keeps ids only: no other field of a job, and nothing of an error', async () => {
    const { queue, workers } = await bench.open()
    const kind = freshConnector()
    const leg = { ...aLeg(aRequest(), kind), label: 'Jane Roe, canary-in-field' }
    const errors: unknown[] = []
    const failure = new Error('canary-in-error jane@example.com')
    const worker = await workers.connector(kind, () => Promise.reject(failure), {
      concurrency: 1,
      onError: (error) => errors.push(error),
    })
    await queue.add(leg)
    const looking = await bench.open({ connectorIds: [kind] })
    await until(async () => (await looking.counts())[`connector-${kind}`]?.failed === 1)
    const stored = await bench.place.dump()
    expect(stored).toContain(leg.legId)
    expect(stored).not.toContain('canary')
    expect(errors).toEqual([failure])
    await worker.close(1000)
  })

  it('refuses a job that is not one', async () => {
    const { queue } = await bench.open()
    const leg = aLeg(aRequest(), freshConnector())
    await expect(queue.add({ ...leg, generation: -1 })).rejects.toMatchObject({ code: 'FIELD_INVALID' })
    const effects: EffectsJob = { ...leg, kind: 'effects', step: 'delete:contact' }
    await expect(queue.add(effects)).rejects.toMatchObject({ code: 'FIELD_INVALID' })
  })

  it('loses nothing that is issued again after it lost everything', async () => {
    const { queue, workers } = await bench.open()
    const kind = freshConnector()
    const request = aRequest()
    const id = legId(randomUUID())
    const ran: Job[] = []
    const record = doing((job) => ran.push(job))
    const working = await Promise.all([
      workers.connector(kind, record, { concurrency: 1, onError }),
      workers.coordinator(record, { concurrency: 1, onError }),
    ])
    const before = aRequest({ requestId: request.requestId, stage: 'plan' })
    await queue.add(before)
    await until(() => ran.length === 1)
    await bench.place.lose()
    const again = { ...request, issue: 1 }
    const leg = aLeg(again, kind, { legId: id })
    await queue.addFlow(again, [leg])
    await until(() => ran.length === 3)
    expect(ran).toEqual([before, leg, again])
    await Promise.all(working.map((worker) => worker.close(1000)))
  })
})
