import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import { requestStatus, type RequestState } from '../../domain/request.ts'
import { RIGHTS } from '../../domain/right.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { receiveRequest, type Receipt } from '../../stages/intake.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, requestInScope, requireVouching } from '../access/principal.ts'
import { may } from '../access/roles.ts'
import type { App, ServerOptions } from '../options.ts'
import { detailOf, readDetail } from '../views/detail.ts'
import { peopleOf } from '../views/people.ts'
import { listRequests } from '../views/requests-page.ts'
import { linksOf, summaryOf } from '../views/summary.ts'
import { created, requestDetail, requestPage } from '../wire/answers.ts'
import { idParams, isoOf, jsonValue, problems, stateName } from '../wire/common.ts'
import { chosenController, createForm, intakeForm, type CreateForm } from '../wire/create-form.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

const listQuery = z.strictObject({
  state: stateName.optional(),
  right: z.enum(RIGHTS).optional(),
  due_before: z.iso.datetime({ offset: true }).optional(),
  late: z.enum(['true', 'false']).optional().describe('true: only what is past due and not answered'),
  controller_id: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
})

export function requestRoutes(app: App, options: ServerOptions, guard: Guard): void {
  createRoute(app, options, guard)
  listRoute(app, options, guard)
  detailRoute(app, options, guard)
}

function createRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'Hand in a request of a person',
    tags: ['requests'],
    headers: z.looseObject({
      'idempotency-key': z.string().optional().describe('repeating a call with the same key and body creates nothing'),
    }),
    body: createForm,
    response: { 201: created, ...problems },
  }
  app.post('/v1/requests', { schema, onRequest: guard('create') }, async (httpRequest, reply) => {
    const receipt = await take(options, httpRequest, httpRequest.body)
    const state = receipt.isRepeat ? await firstState(options, receipt.request) : receipt.request.state
    return reply.code(201).send(await createdAnswer(options, receipt.request, state))
  })
}

async function take(options: ServerOptions, httpRequest: FastifyRequest, form: CreateForm): Promise<Receipt> {
  const { policies } = options.ports
  const principal = principalOf(httpRequest)
  const controllerId = chosenController(form.controller_id, {
    own: principal.controllerId,
    known: policies.controllers(),
  })
  if (form.identity_check) requireVouching(principal, form.identity_check.level)
  const order = intakeForm(form, {
    controllerId,
    actor: actorOf(principal),
    idempotencyKey: idempotencyKeyOf(httpRequest),
    // Without the fields that were left out, which JSON cannot say.
    body: jsonValue.parse(JSON.parse(JSON.stringify(form))),
    languages: policies.of(controllerId).languages,
  })
  return receiveRequest(options.ports, order)
}

function idempotencyKeyOf(httpRequest: FastifyRequest): string | null {
  const key = httpRequest.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))
    throw new DsrError('FIELD_INVALID', 'at most 255 visible ASCII characters', { field: 'Idempotency-Key' })
  return key
}

/** A repeated call gets the answer of the first one, though the request has moved on since. */
async function firstState(options: ServerOptions, request: RequestRow): Promise<RequestState> {
  const kinds = { in: ['request.identity_needed', 'request.identity_accepted'] }
  const lines = await options.ports.store.transact(async (tx) =>
    tx.journal.find({ requestId: request.id, kind: kinds }, { orderBy: ['seq'], limit: 10 }),
  )
  const first = lines.find((line) => line.detail.from === 'received')
  return first?.kind === 'request.identity_needed' ? 'awaiting_identity' : 'discovering'
}

async function createdAnswer(
  options: ServerOptions,
  request: RequestRow,
  state: RequestState,
): Promise<z.input<typeof created>> {
  return {
    subject_request_id: request.id,
    controller_id: request.controllerId,
    received_time: isoOf(request.receivedAtMs),
    due_date: request.dueDate,
    request_status: requestStatus(state),
    state,
    receipt: await receiptOf(options, request),
    links: linksOf(request),
  }
}

/** The signed event that the log holds of the request's arrival: whoever has it can prove that a request was dropped. */
async function receiptOf({ ports }: ServerOptions, request: RequestRow): Promise<z.input<typeof created>['receipt']> {
  const [leaf] = await ports.store.transact(async (tx) => tx.leaf.find({ requestId: request.id, kind: 'received' }))
  if (!leaf) throw new DsrError('INTERNAL', 'a request without its arrival')
  const file = await ports.signer.signEvent(leaf.body)
  return created.shape.receipt.parse(JSON.parse(Buffer.from(file).toString('utf8')))
}

function listRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'List requests, soonest due first',
    tags: ['requests'],
    querystring: listQuery,
    response: { 200: requestPage, ...problems },
  }
  app.get('/v1/requests', { schema, onRequest: guard('read') }, async (httpRequest) => {
    const { query } = httpRequest
    const { store, clock } = options.ports
    const nowMs = clock.nowMs()
    return store.transact(async (tx) => {
      const { rows, nextCursor } = await listRequests(tx, listingOf(options, httpRequest, query), nowMs)
      const legs = await parkedLegs(tx, rows)
      return {
        requests: rows.map((row) => summaryOf(row, { legs: legs.filter((leg) => leg.requestId === row.id), nowMs })),
        next_cursor: nextCursor,
      }
    })
  })
}

function listingOf(options: ServerOptions, httpRequest: FastifyRequest, query: z.output<typeof listQuery>) {
  const { controllerId: own } = principalOf(httpRequest)
  const known = options.ports.policies.controllers()
  const visible = own === null ? known : [own]
  return {
    controllerIds:
      query.controller_id === undefined ? visible : [chosenController(query.controller_id, { own, known })],
    states: query.state && [query.state],
    right: query.right,
    dueBeforeMs: query.due_before === undefined ? undefined : Date.parse(query.due_before),
    isLateOnly: query.late === 'true',
    limit: query.limit,
    cursor: query.cursor,
  }
}

async function parkedLegs(tx: Tx, rows: readonly RequestRow[]) {
  if (rows.length === 0) return []
  return tx.leg.find({ requestId: { in: rows.map((row) => row.id) }, state: 'parked' }, { limit: 10_000 })
}

function detailRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'One request: state, clock, systems, timeline, what waits for a person',
    tags: ['requests'],
    params: idParams,
    response: { 200: requestDetail, ...problems },
  }
  app.get('/v1/requests/:id', { schema, onRequest: guard('read') }, async (httpRequest) => {
    const principal = principalOf(httpRequest)
    const { store, clock, accounts, vault } = options.ports
    const rows = await store.transact(async (tx) =>
      readDetail(tx, await requestInScope(tx, principal, httpRequest.params.id)),
    )
    const people = may(principal.role, 'see_people') ? peopleOf(vault, rows.request) : undefined
    return detailOf(rows, { accounts, nowMs: clock.nowMs(), people })
  })
}
