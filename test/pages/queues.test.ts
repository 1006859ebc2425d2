import { Queue } from 'bullmq'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { describeWithService, startRedis } from '../kit/services.ts'
import { TestServer } from '../http/kit.ts'
import { Visitor } from './visitor.ts'

describeWithService('redis', '/ops/queues', () => {
  let server: TestServer
  let queue: Queue

  beforeAll(async () => {
    const { url } = await startRedis()
    const { hostname: host, port } = new URL(url)
    queue = new Queue('crm', { connection: { host, port: Number(port) } })
    await queue.add('leg', { legId: 'leg-1' }, { jobId: 'leg-1' })
    server = await TestServer.start({ board: [queue] })
  }, 60_000)
  afterAll(async () => {
    await server.close()
    await queue.close()
  })

  it('is behind the same door as the other pages', async () => {
    const stranger = new Visitor(server)
    for (const path of ['/ops/queues', '/ops/queues/', '/ops/queues/api/queues']) {
      const answer = await stranger.get(path)
      expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 303, '/ops/sign-in'])
    }
  })

  it('shows the queues', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.ops)
    expect((await visitor.get('/ops')).html).toContain('href="/ops/queues/"')
    const page = await visitor.get('/ops/queues/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/)
    const { queues } = JSON.parse((await visitor.get('/ops/queues/api/queues?activeQueue=crm')).html) as {
      queues: readonly { name: string; readOnlyMode: boolean; counts: { waiting: number } }[]
    }
    expect(queues).toMatchObject([{ name: 'crm', readOnlyMode: true, counts: { waiting: 1 } }])
  })

  it('lets nobody change a queue, not even an administrator', async () => {
    const visitor = await Visitor.signedIn(server, server.keys.admin)
    for (const path of [
      'api/queues/crm/pause',
      'api/queues/crm/empty',
      'api/queues/crm/leg-1/clean',
      'api/queues/pause',
    ]) {
      const reply = await fetch(`${server.url}/ops/queues/${path}`, {
        method: 'PUT',
        headers: { cookie: visitor.cookie ?? '' },
      })
      expect([path, reply.status]).toEqual([path, 403])
    }
    expect(await queue.isPaused()).toBe(false)
    expect(await queue.count()).toBe(1)
  })
})
