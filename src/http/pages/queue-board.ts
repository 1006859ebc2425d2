import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import { DsrError } from '../../domain/errors.ts'
import type { App, BoardQueue } from '../options.ts'
import { asDsrError, problemOf } from '../problem.ts'

const PATH = '/ops/queues'
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

// The statuses that the board can answer with.
const BOARD_STATUS = [400, 403, 404, 409] as const

/** The queues as bull-board shows them. Nothing can be changed there: the queue is only a hint, Postgres decides. */
export async function boardRoutes(scope: App, queues: readonly BoardQueue[]): Promise<void> {
  scope.addHook('onRequest', async (httpRequest) => {
    if (httpRequest.method !== 'GET' && httpRequest.method !== 'HEAD')
      throw new DsrError('FORBIDDEN', 'the board is read-only')
    return Promise.resolve()
  })
  scope.addHook('onSend', async (_, reply, body) => {
    reply.header('content-security-policy', POLICY)
    return Promise.resolve(body)
  })
  const adapter = new FastifyAdapter()
  adapter.setBasePath(PATH)
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })),
    // The library ships two copies of its own types; the shapes are the same.
    serverAdapter: adapter as unknown as Parameters<typeof createBullBoard>[0]['serverAdapter'],
    options: { uiConfig: { boardTitle: 'Habeas', hideRedisDetails: true } },
  })
  // Its own handler would tell the stack of an error.
  adapter.setErrorHandler((error) => {
    const { status, detail } = problemOf(asDsrError(error))
    return { status: BOARD_STATUS.find((one) => one === status) ?? 500, body: detail }
  })
  await scope.register(adapter.registerPlugin(), { prefix: PATH })
}
