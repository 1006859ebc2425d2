import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import { isWritingRight } from '../../domain/right.ts'
import type { RequestRow, SealRow } from '../../ports/rows.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, requestInScope, type Principal } from '../access/principal.ts'
import type { App, OpenedArchive, ServerOptions } from '../options.ts'
import { peopleOf } from '../views/people.ts'
import { planAnswer } from '../wire/answers.ts'
import { idParams, isoOf, problems } from '../wire/common.ts'

/** The plan, the signed record and the archive of one request. */
export function evidenceRoutes(app: App, options: ServerOptions, guard: Guard): void {
  planRoute(app, options, guard)
  recordRoute(app, options, guard)
  archiveRoute(app, options, guard)
}

function planRoute(app: App, options: ServerOptions, guard: Guard): void {
  const { store, vault } = options.ports
  const schema = {
    summary: 'The plan as approvers read it, with the hash that approving names',
    tags: ['requests'],
    params: idParams,
    response: { 200: planAnswer, ...problems },
  }
  app.get('/v1/requests/:id/plan', { schema, onRequest: guard('read_plan') }, async (httpRequest) => {
    const principal = principalOf(httpRequest)
    const { request, plans } = await store.transact(async (tx) => {
      const found = await requestInScope(tx, principal, httpRequest.params.id)
      return { request: found, plans: await tx.plan.find({ requestId: found.id }, { orderBy: ['version'] }) }
    })
    const plan = plans.at(-1)
    const opened = plan && peopleOf(vault, request).vault?.open(plan.sealedPlan, 'plan')
    if (!plan || opened === undefined) throw new DsrError('PLAN_NOT_READY', 'there is no plan yet')
    return {
      subject_request_id: request.id,
      version: plan.version,
      plan_hash: plan.hash,
      made_time: isoOf(plan.createdAtMs),
      is_present: request.planHash === plan.hash,
      plan: opened,
    }
  })
}

function recordRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'The signed completion record, byte for byte as it was sealed',
    tags: ['requests'],
    params: idParams,
    querystring: z.strictObject({
      sequence: z.coerce.number().int().min(1).max(10_000).optional().describe('1 for the first; absent: the newest'),
    }),
    response: {
      200: { description: 'DSSE envelope in JCS', content: { 'application/json': { schema: z.looseObject({}) } } },
      ...problems,
    },
  }
  app.get('/v1/requests/:id/record', { schema, onRequest: guard('read_record') }, async (httpRequest, reply) => {
    const principal = principalOf(httpRequest)
    const { sequence } = httpRequest.query
    const seals = await options.ports.store.transact(async (tx) => {
      const request = await requestInScope(tx, principal, httpRequest.params.id)
      return tx.seal.find({ requestId: request.id }, { orderBy: ['generation'] })
    })
    const seal = sequence === undefined ? seals.at(-1) : seals.find((row) => row.generation === sequence - 1)
    if (!seal) throw new DsrError('RECORD_NOT_READY', 'this record is not sealed yet')
    // The signature covers these bytes: nothing may write them anew, so they pass the serialiser by.
    return sendBytes(reply, seal)
  })
}

async function sendBytes(reply: FastifyReply, seal: SealRow): Promise<FastifyReply> {
  return reply
    .type('application/json')
    .header('etag', `"${seal.recordSha256}"`)
    .serializer((bytes: unknown) => bytes as string)
    .send(Buffer.from(seal.envelope))
}

function archiveRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'The archive of an access or portability request, as a ZIP',
    tags: ['requests'],
    params: idParams,
    response: {
      200: { description: 'the ZIP', content: { 'application/zip': { schema: z.string() } } },
      ...problems,
    },
  }
  app.get('/v1/requests/:id/archive', { schema, onRequest: guard('read_archive') }, async (httpRequest, reply) => {
    const principal = principalOf(httpRequest)
    const request = await sealedRequest(options, principal, httpRequest.params.id)
    const archive = await options.openArchive(request.id)
    await journalOpening(options, principal, request)
    return sendArchive(reply, { request, archive })
  })
}

async function sendArchive(
  reply: FastifyReply,
  { request, archive }: { readonly request: RequestRow; readonly archive: OpenedArchive },
): Promise<FastifyReply> {
  return reply
    .type('application/zip')
    .header('content-length', archive.bytes)
    .header('content-disposition', `attachment; filename="dsr-${request.id}.zip"`)
    .send(archive.stream)
}

/** @throws DsrError `NOT_FOUND` when there is none or it was deleted, `ARCHIVE_NOT_READY` when it is still to come. */
async function sealedRequest(options: ServerOptions, principal: Principal, id: string): Promise<RequestRow> {
  return options.ports.store.transact(async (tx) => {
    const request = await requestInScope(tx, principal, id)
    if (isWritingRight(request.right)) throw new DsrError('NOT_FOUND', 'not found')
    const [seal] = await tx.seal.find({ requestId: request.id, generation: 0 })
    if (!seal) throw new DsrError('ARCHIVE_NOT_READY', 'the archive is not sealed yet')
    const isExpired = seal.archiveExpiresAtMs !== null && seal.archiveExpiresAtMs <= options.ports.clock.nowMs()
    if (seal.archiveKey === null || isExpired) throw new DsrError('NOT_FOUND', 'not found')
    return request
  })
}

/** Who took the archive is part of the request's history. */
async function journalOpening(options: ServerOptions, principal: Principal, request: RequestRow): Promise<void> {
  const { store, random, clock } = options.ports
  await store.transact(async (tx) =>
    tx.journal.insert({
      id: random.uuid(),
      seq: 0,
      requestId: request.id,
      legId: null,
      atMs: clock.nowMs(),
      actor: actorOf(principal),
      kind: 'archive.opened',
      detail: {},
      sealedReason: null,
    }),
  )
}
