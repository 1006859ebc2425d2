import { z } from 'zod'
import { principalOf, type Guard } from '../access/authentication.ts'
import { openStops } from '../../ports/stops.ts'
import { DsrError } from '../../domain/errors.ts'
import type { App, ServerOptions } from '../options.ts'

const checks = z.object({
  status: z.enum(['ready', 'not_ready']),
  stops: z.int().optional().describe('stops in force: changes at vendors wait'),
  checks: z.array(z.object({ name: z.string(), is_ok: z.boolean(), code: z.string().optional() })),
})

/** For machines that watch the process: no key is needed and nothing of a request is told. */
export function healthRoutes(app: App, options: ServerOptions, guard: Guard): void {
  const live = { tags: ['health'], summary: 'The process runs', response: { 200: z.object({ status: z.string() }) } }
  app.get('/health/live', { schema: live, config: { rateLimit: false } }, () => ({ status: 'live' }))
  const ready = { tags: ['health'], summary: 'It can serve', response: { 200: checks, 503: checks } }
  app.get('/health/ready', { schema: ready }, async (_, reply) => {
    const found = await options.checks.ready()
    const isReady = found.every((one) => one.isOk)
    // Without the database nobody knows.
    const stops = await options.ports.store.transact(openStops).catch(() => undefined)
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'not_ready',
      ...(stops && { stops: stops.length }),
      checks: found.map((one) => ({
        name: one.name,
        is_ok: one.isOk,
        ...(one.code !== undefined && { code: one.code }),
      })),
    })
  })
  const metrics = { tags: ['health'], summary: 'Prometheus metrics', response: { 200: z.string() } }
  app.get('/metrics', { schema: metrics, onRequest: guard('read_metrics') }, async (httpRequest, reply) => {
    // The counts are those of the whole installation: not for one tenant's eyes.
    if (principalOf(httpRequest).controllerId !== null) throw new DsrError('FORBIDDEN', 'this key sees one controller')
    const text = await options.metrics.read()
    return reply.type(options.metrics.contentType).serializer(String).send(text)
  })
}
