import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { DsrError } from '../domain/errors.ts'
import { createFailures, createGuard, DEFAULT_LIMITS, limited } from './access/authentication.ts'
import { BODY_LIMIT_BYTES, parseBody } from './json-body.ts'
import type { App, ServerOptions } from './options.ts'
import { PAGE_TYPE, wantsPage } from './negotiation.ts'
import { lostPage, placesRoute } from './pages/places-page.ts'
import { pageRoutes } from './pages/routes.ts'
import { wordsFor } from './pages/words.ts'
import { asDsrError, PROBLEM_TYPE, problemOf, retryAfterSeconds } from './problem.ts'
import { copyRoutes } from './routes/copy.ts'
import { connectorRoutes } from './routes/connectors.ts'
import { describeRoutes, documentRoutes } from './routes/documents.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { healthRoutes } from './routes/health.ts'
import { orderRoutes } from './routes/orders.ts'
import { suppressionRoutes } from './routes/suppressions.ts'
import { stopRoutes } from './routes/stop.ts'
import { requestRoutes } from './routes/requests.ts'
import { errorOfIssues } from './schema-errors.ts'

/**
 * The HTTP side: the API under /v1, its document, health and metrics, and the pages under /ops. It listens when the caller says
 * so, keeps no state of its own but counts of calls, and several may run side by side. `close` waits for calls under way.
 */
export async function createServer(options: ServerOptions): Promise<App> {
  const trusted = options.settings.trustedProxies ?? []
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: trusted.length === 0 ? false : [...trusted],
    requestTimeout: 60_000,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, httpRequest, reply) => void sendProblem(options, { error, httpRequest, reply }),
  }).withTypeProvider<ZodTypeProvider>()
  readBodies(app)
  answerErrors(app, options)
  await protect(app, options)
  await describeRoutes(app, options.settings)
  const limits = { ...DEFAULT_LIMITS, ...options.settings.limits }
  const failures = createFailures(app, limits)
  const guard = createGuard(app, options, failures)
  requestRoutes(app, options, guard)
  orderRoutes(app, options, guard)
  evidenceRoutes(app, options, guard)
  copyRoutes(app, options, guard)
  connectorRoutes(app, options, guard)
  stopRoutes(app, options, guard)
  suppressionRoutes(app, options, guard)
  healthRoutes(app, options, guard)
  await documentRoutes(app)
  placesRoute(app)
  await pageRoutes(app, options, failures)
  return app
}

function readBodies(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
    Promise.resolve(parseBody(body)),
  )
  app.addHook('preValidation', async (httpRequest) => {
    // An order without a body is an order without a reason.
    if (httpRequest.method === 'POST') httpRequest.body ??= {}
    return Promise.resolve()
  })
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (given: unknown) => {
    const result = schema.safeParse(given)
    return result.success ? { value: result.data } : { error: errorOfIssues(result.error.issues, httpPart ?? '') }
  })
  app.setSerializerCompiler(serializerCompiler)
}

function answerErrors(app: App, options: ServerOptions): void {
  app.setErrorHandler<FastifyError>((error, httpRequest, reply) => sendProblem(options, { error, httpRequest, reply }))
  app.setNotFoundHandler((httpRequest, reply) => {
    const words = wordsFor(httpRequest.headers['accept-language'])
    if (wantsPage(httpRequest)) return reply.code(404).type(PAGE_TYPE).send(lostPage(words))
    return sendProblem(options, { error: new DsrError('NOT_FOUND', 'not found'), httpRequest, reply })
  })
  app.addHook('onResponse', (httpRequest, reply, done) => {
    const facts = {
      method: httpRequest.method,
      // The pattern, never the address: an address may carry a one-time token.
      route: httpRequest.routeOptions.url ?? 'none',
      status: reply.statusCode,
    }
    options.metrics.observeHttp({ ...facts, seconds: reply.elapsedTime / 1000 })
    options.log.info({ ...facts, ms: Math.round(reply.elapsedTime) }, 'http.answered')
    done()
  })
}

interface Failed {
  readonly error: unknown
  readonly httpRequest: FastifyRequest
  readonly reply: FastifyReply
}

function sendProblem(options: ServerOptions, { error, httpRequest, reply }: Failed): FastifyReply {
  const known = asDsrError(error)
  const problem = problemOf(known)
  options.metrics.countFailure(known.code)
  if (problem.status >= 500)
    options.log.error(
      { code: known.code, route: httpRequest.routeOptions.url, err: known.cause ?? known },
      'http.failed',
    )
  const retryAfter = retryAfterSeconds(known)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .header('cache-control', 'no-store')
    .serializer(String)
    .send(JSON.stringify(problem))
}

async function protect(app: App, options: ServerOptions): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.settings.limits }
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: options.settings.publicUrl.startsWith('https:'),
  })
  await app.register(cookie)
  await app.register(rateLimit, {
    max: limits.perSource,
    timeWindow: 60_000,
    errorResponseBuilder: (_, { ttl }) => limited(ttl),
  })
  app.addHook('onSend', async (_, reply, body) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    return Promise.resolve(body)
  })
}
