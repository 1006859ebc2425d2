import { afterAll, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Job } from '../../src/ports/queue.ts'
import { aLeg, aRequest, describeBackends, doing, freshConnector, QUICK_STALLS, until } from './backends.ts'

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a worker process that takes one job and never ends it; resolves when it has the job. */
async function startDoomed(backend: string, url: string, kind: string): Promise<ChildProcess> {
  const { lockMs, stalledCheckMs } = QUICK_STALLS
  const given = [backend, url, kind, String(lockMs), String(stalledCheckMs)]
  const program = new URL('doomed-worker.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

describeBackends('a worker that is killed in the middle of a job', (bench) => {
  it('leaves the job to another worker, even when that happens more than once', async () => {
    const { queue, workers } = await bench.open()
    const kind = freshConnector()
    const request = aRequest()
    const leg = aLeg(request, kind)
    await queue.addFlow(request, [leg])
    for (const doomed of [1, 2]) {
      const child = await startDoomed(bench.backend, bench.place.url, kind)
      expect(child.pid).toBeGreaterThan(doomed)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    const ran: Job[] = []
    const record = doing((job) => ran.push(job))
    const settings = { concurrency: 1, onError: (error: unknown) => bench.errors.push(error) }
    const working = await Promise.all([
      workers.connector(kind, record, settings),
      workers.coordinator(record, settings),
    ])
    await until(() => ran.length === 2)
    expect(ran).toEqual([leg, request])
    expect(bench.errors).toEqual([])
    await Promise.all(working.map((worker) => worker.close(1000)))
  })
})
