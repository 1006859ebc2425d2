import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import type { SealRow } from '../../ports/rows.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, requestInScope } from '../access/principal.ts'
import { createArchiveLink, presentArchive } from '../access/archive-links.ts'
import { sendArchive } from '../archive-reply.ts'
import { noteInHistory } from '../journal.ts'
import type { App, ServerOptions } from '../options.ts'
import { peopleOf } from '../views/people.ts'
import { plannedAnswer, plannedSystems } from '../views/plan-content.ts'
import { archiveLinkAnswer, planAnswer } from '../wire/answers.ts'
import { idParams, isoOf, problems } from '../wire/common.ts'

const sequenceQuery = z.strictObject({
  sequence: z.coerce.number().int().min(1).max(10_000).optional().describe('1 for the first; absent: the newest'),
})

/** The plan, the signed record, the archive of one request, and links to the archive. */
export function evidenceRoutes(app: App, options: ServerOptions, guard: Guard): void {
  planRoute(app, options, guard)
  recordRoute(app, options, guard)
  proofRoute(app, options, guard)
  archiveRoute(app, options, guard)
  archiveLinkRoute(app, options, guard)
}

function planRoute(app: App, options: ServerOptions, guard: Guard): void {
  const { store, vault, accounts } = options.ports
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
      ...plannedAnswer(plannedSystems(opened, { accounts, right: request.right }) ?? [], accounts),
      plan: opened,
    }
  })
}

function recordRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'The signed completion record, byte for byte as it was sealed',
    tags: ['requests'],
    params: idParams,
    querystring: sequenceQuery,
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

function proofRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'The record with the proof that it stands in the log: one file to hand over (C2SP tlog-proof)',
    tags: ['requests'],
    params: idParams,
    querystring: sequenceQuery,
    response: {
      200: { description: 'the proof file', content: { 'text/plain': { schema: z.string() } } },
      ...problems,
    },
  }
  app.get('/v1/requests/:id/proof', { schema, onRequest: guard('read_record') }, async (httpRequest, reply) => {
    const principal = principalOf(httpRequest)
    const { id } = httpRequest.params
    const request = await options.ports.store.transact(async (tx) => requestInScope(tx, principal, id))
    const proof = await options.openProof(request, httpRequest.query.sequence)
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `attachment; filename="dsr-${request.id}.tlog-proof"`)
      .serializer(String)
      .send(Buffer.from(proof).toString('utf8'))
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
    const sealed = await options.ports.store.transact(async (tx) => {
      const request = await requestInScope(tx, principal, httpRequest.params.id)
      return { request, seal: await presentArchive(options.ports, tx, request) }
    })
    const { request } = sealed
    await options.ports.store.transact(async (tx) =>
      noteInHistory(options.ports, tx, { request, actor: actorOf(principal), kind: 'archive.opened' }),
    )
    return sendArchive(options, { httpRequest, reply }, sealed)
  })
}

function archiveLinkRoute(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'A link and a code by which the person fetches the archive, once; an earlier link ends',
    tags: ['requests'],
    params: idParams,
    body: z.strictObject({}),
    response: { 201: archiveLinkAnswer, ...problems },
  }
  app.post('/v1/requests/:id/archive', { schema, onRequest: guard('read_archive') }, async (httpRequest, reply) => {
    const principal = principalOf(httpRequest)
    const { store } = options.ports
    const request = await store.transact(async (tx) => requestInScope(tx, principal, httpRequest.params.id))
    const link = await createArchiveLink(options.ports, { request, actor: actorOf(principal) })
    return reply.code(201).send({
      url: new URL(`/archive/${link.token}`, options.settings.publicUrl).href,
      code: link.code,
      expires_time: isoOf(link.expiresAtMs),
    })
  })
}
