import formbody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DsrError, type ErrorCode } from '../../domain/errors.ts'
import type { Failures } from '../access/authentication.ts'
import { actorOf, requestInScope, requirePermission } from '../access/principal.ts'
import { may } from '../access/roles.ts'
import { requireCsrf } from '../access/sessions.ts'
import type { App, ServerOptions } from '../options.ts'
import { PAGE_TYPE, wantsProblem } from '../negotiation.ts'
import { asDsrError, PROBLEM_TYPE, retryAfterSeconds, problemOf } from '../problem.ts'
import { errorOfIssues } from '../schema-errors.ts'
import { readDetail } from '../views/detail.ts'
import { isUnderWay } from '../views/needs.ts'
import { readOpsList } from '../views/ops-list.ts'
import { peopleOf } from '../views/people.ts'
import { ORDERS, type OrderName } from '../wire/orders.ts'
import { copyPages } from './copy-routes.ts'
import { datesOf } from './dates.ts'
import { archivePages } from './archive-pages.ts'
import { doorRoutes, requireSession, sessionOfRequest, signedIn } from './door.ts'
import { errorPage, pageOf } from './layout.ts'
import { listContent } from './list-page.ts'
import { html } from './html.ts'
import { stopAlerts } from './stop-alert.ts'
import { orderBody } from './order-body.ts'
import { boardRoutes } from './queue-board.ts'
import { requestContent } from './request-page.ts'
import { requestTitle } from './request-title.ts'
import { STYLE } from './style.ts'
import { wordsFor, type ErrorWord } from './words.ts'

const hide = { hide: true }
/** How often a page looks again while nobody has to do anything. */
const REFRESH_S = 10
const idParams = z.object({ id: z.string() })

/** The pages under /ops: plain HTML, no script, forms that work everywhere. */
export async function pageRoutes(app: App, options: ServerOptions, failures: Failures): Promise<void> {
  await app.register(async (scope) => {
    const pages = scope.withTypeProvider<ZodTypeProvider>()
    await pages.register(formbody, { bodyLimit: 64 * 1024 })
    pages.setErrorHandler((error, httpRequest, reply) => sendError(options, { error, httpRequest, reply }))
    pages.get('/ops/style.css', { schema: hide }, async (_, reply) =>
      reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=300').send(STYLE),
    )
    doorRoutes(pages, options, failures)
    archivePages(pages, options, failures)
    await pages.register(async (inner) => {
      inner.addHook('onRequest', requireSession(options))
      const guarded = inner.withTypeProvider<ZodTypeProvider>()
      listRoute(guarded, options)
      requestRoute(guarded, options)
      recordRoute(guarded, options)
      copyPages(guarded, options)
      orderRoute(guarded, options)
      if (options.board) await boardRoutes(guarded, options.board)
    })
  })
}

function listRoute(scope: App, options: ServerOptions): void {
  const { store, clock, policies } = options.ports
  scope.get('/ops', { schema: hide }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    const words = wordsFor(httpRequest.headers['accept-language'])
    const { controllerId: own } = session.principal
    const nowMs = clock.nowMs()
    const list = await store.transact(async (tx) =>
      readOpsList(tx, own === null ? policies.controllers() : [own], nowMs),
    )
    const { stops } = await options.stopping.report({ controllerId: own, accountId: null })
    const dates = datesOf(words, 'UTC')
    const content = html`${stopAlerts(stops, { words, dates, ports: options.ports })}${listContent(list, { words, ports: options.ports, nowMs })}`
    const page = { words, title: words.ui.requests, session, hasQueues: options.board !== undefined, content }
    return reply.type(PAGE_TYPE).send(pageOf(page))
  })
}

function requestRoute(scope: App, options: ServerOptions): void {
  const { store, clock, policies, vault } = options.ports
  const querystring = z.object({ done: z.literal('1').optional() }).catch({})
  const schema = { ...hide, params: idParams, querystring }
  scope.get('/ops/requests/:id', { schema }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    const words = wordsFor(httpRequest.headers['accept-language'])
    const rows = await store.transact(async (tx) =>
      readDetail(tx, await requestInScope(tx, session.principal, httpRequest.params.id)),
    )
    const content = requestContent({
      words,
      dates: datesOf(words, policies.of(rows.request.controllerId).timeZone),
      nowMs: clock.nowMs(),
      session,
      rows,
      people: may(session.principal.role, 'see_people') ? peopleOf(vault, rows.request) : undefined,
      ports: options.ports,
    })
    const notice = httpRequest.query.done === '1' ? ({ kind: 'good', text: words.ui.done_notice } as const) : undefined
    const title = requestTitle(rows.request, words)
    const refreshS = isUnderWay(rows.request, rows.legs) ? REFRESH_S : undefined
    const page = { words, title, session, hasQueues: options.board !== undefined, notice, content, refreshS }
    return reply.type(PAGE_TYPE).send(pageOf(page))
  })
}

function recordRoute(scope: App, options: ServerOptions): void {
  scope.get('/ops/requests/:id/record', { schema: { ...hide, params: idParams } }, async (httpRequest, reply) => {
    const { principal } = signedIn(httpRequest)
    requirePermission(principal, 'read_record')
    const seal = await options.ports.store.transact(async (tx) => {
      const request = await requestInScope(tx, principal, httpRequest.params.id)
      return (await tx.seal.find({ requestId: request.id }, { orderBy: ['generation'] })).at(-1)
    })
    if (!seal) throw new DsrError('RECORD_NOT_READY', 'this record is not sealed yet')
    return reply
      .type('application/json')
      .header('content-disposition', `attachment; filename="record-${seal.requestId}-${seal.generation + 1}.json"`)
      .send(Buffer.from(seal.envelope))
  })
}

function orderRoute(scope: App, options: ServerOptions): void {
  const params = z.object({ id: z.string(), order: z.string() })
  scope.post('/ops/requests/:id/:order', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    const form = z.record(z.string(), z.unknown()).parse(httpRequest.body)
    requireCsrf(session, form.csrf)
    const { order: name } = httpRequest.params
    if (!isOrderName(name)) throw new DsrError('NOT_FOUND', 'not found')
    const { permission, form: bodySchema, run } = ORDERS[name]
    requirePermission(session.principal, permission)
    const { id } = await options.ports.store.transact(async (tx) =>
      requestInScope(tx, session.principal, httpRequest.params.id),
    )
    const body = bodySchema.safeParse(orderBody(name, form))
    if (!body.success) throw errorOfIssues(body.error.issues, 'body')
    await run(options.commands, { requestId: id, actor: actorOf(session.principal) }, orderBody(name, form))
    return reply.redirect(`/ops/requests/${id}?done=1`, 303)
  })
}

function isOrderName(name: string): name is OrderName {
  return Object.hasOwn(ORDERS, name)
}

function sendError(
  options: ServerOptions,
  { error, httpRequest, reply }: { error: unknown; httpRequest: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const known = asDsrError(error)
  const { status } = problemOf(known)
  options.metrics.countFailure(known.code)
  if (status >= 500)
    options.log.error(
      { code: known.code, route: httpRequest.routeOptions.url, err: known.cause ?? known },
      'http.failed',
    )
  const retryAfter = retryAfterSeconds(known)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  if (wantsProblem(httpRequest))
    return reply
      .code(status)
      .type(PROBLEM_TYPE)
      .serializer(String)
      .send(JSON.stringify(problemOf(known)))
  const words = wordsFor(httpRequest.headers['accept-language'])
  const params = z.object({ id: z.uuid(), order: z.string() }).safeParse(httpRequest.params)
  return reply
    .code(status)
    .type(PAGE_TYPE)
    .send(
      errorPage({
        words,
        session: sessionOfRequest(httpRequest),
        hasQueues: options.board !== undefined,
        error: errorWord(known.code),
        requestId: params.data?.id,
      }),
    )
}

const ERROR_WORDS: Readonly<Partial<Record<ErrorCode, ErrorWord>>> = {
  NOT_FOUND: 'not_found',
  FORBIDDEN: 'forbidden',
  UNAUTHENTICATED: 'signed_out',
  RATE_LIMITED: 'too_many',
  ILLEGAL_TRANSITION: 'not_now',
  WITHDRAW_TOO_LATE: 'too_late',
  PLAN_HASH_MISMATCH: 'plan_changed',
  COPY_CHANGED: 'plan_changed',
  APPROVAL_EXPIRED: 'plan_changed',
  FIELD_INVALID: 'field',
  FIELD_UNKNOWN: 'field',
  RANGE_INVALID: 'field',
}

function errorWord(code: ErrorCode): ErrorWord {
  return ERROR_WORDS[code] ?? 'broken'
}
