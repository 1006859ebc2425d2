import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import type { OpenCopy } from '../../ports/commands.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, requestInScope, type Principal } from '../access/principal.ts'
import type { App, ServerOptions } from '../options.ts'
import { copyPlaces, showPlace, type CopyPlace, type ShownPlace } from '../views/copy.ts'
import { openValue, peopleOf } from '../views/people.ts'
import { copyAnswer, type CopyAnswer } from '../wire/answers.ts'
import { idParams, problems } from '../wire/common.ts'

export const copyQuery = z.strictObject({
  leg_id: z.uuid().optional(),
  part: z.string().max(100).optional(),
  from: z.coerce.number().int().min(0).max(10_000_000).default(0),
})
export const fileQuery = z.strictObject({
  leg_id: z.uuid(),
  part: z.string().max(100),
  position: z.coerce.number().int().min(0).max(10_000_000),
})

export interface ReadCopy {
  readonly copy: OpenCopy
  readonly places: readonly CopyPlace[]
  readonly shown: ShownPlace | undefined
}

/** A copy as a reviewer reads it; the look is a line of the history. @throws DsrError `NOT_FOUND`, `ILLEGAL_TRANSITION`. */
export async function readCopy(
  options: ServerOptions,
  principal: Principal,
  { id, query }: { readonly id: string; readonly query: z.output<typeof copyQuery> },
): Promise<ReadCopy> {
  const { store, accounts, vault } = options.ports
  const { leg_id: legId, part, from } = query
  const { request, identifiers } = await store.transact(async (tx) => {
    const found = await requestInScope(tx, principal, id)
    return { request: found, identifiers: await tx.identifier.find({ requestId: found.id, isCertain: true }) }
  })
  const what = { from, ...(legId !== undefined && { leg: legId }), ...(part !== undefined && { part }) }
  const copy = await options.commands.openCopy({ requestId: request.id, actor: actorOf(principal), what })
  const places = copyPlaces(copy, accounts)
  const place = places.find((one) => one.legId === legId && one.part === part)
  if (part !== undefined && !place) throw new DsrError('NOT_FOUND', 'not found')
  const people = peopleOf(vault, request)
  const own = new Set(identifiers.map((row) => openValue(people, row).toLowerCase()))
  return { copy, places, shown: place && (await showPlace(copy, { place, from, own, accounts })) }
}

/** One file of the copy, as the person would get it; also when it was taken out, so that a reviewer can think again. */
export async function sendCopyFile(
  options: ServerOptions,
  { principal, reply }: { readonly principal: Principal; readonly reply: FastifyReply },
  { id, query }: { readonly id: string; readonly query: z.output<typeof fileQuery> },
): Promise<FastifyReply> {
  const request = await options.ports.store.transact(async (tx) => requestInScope(tx, principal, id))
  const { leg_id: legId, part, position } = query
  const what = { leg: legId, part, file: position }
  const copy = await options.commands.openCopy({ requestId: request.id, actor: actorOf(principal), what })
  const reader = copy.systems.find(({ leg }) => leg.id === legId)?.reader
  const file = reader && [...reader.attachments(part)][position]
  if (!file) throw new DsrError('NOT_FOUND', 'not found')
  return (
    reply
      // Whatever a vendor says that it is: nothing of it runs here.
      .type('application/octet-stream')
      .header('content-disposition', `attachment; filename="file-${position + 1}"`)
      .header('content-security-policy', "default-src 'none'; sandbox")
      .send(await file.open())
  )
}

/** `GET /v1/requests/{id}/copy`: what waits for a review, place by place. */
export function copyRoutes(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'The copy that waits for a review: its places, and one of them record by record',
    tags: ['requests'],
    params: idParams,
    querystring: copyQuery,
    response: { 200: copyAnswer, ...problems },
  }
  app.get('/v1/requests/:id/copy', { schema, onRequest: guard('review') }, async (httpRequest) => {
    const { id } = httpRequest.params
    const seen = await readCopy(options, principalOf(httpRequest), { id, query: httpRequest.query })
    return answerOf(seen)
  })
  const fileSchema = {
    summary: 'One file of the copy that waits for a review',
    tags: ['requests'],
    params: idParams,
    querystring: fileQuery,
    response: {
      200: { description: 'the file', content: { 'application/octet-stream': { schema: z.string() } } },
      ...problems,
    },
  }
  app.get(
    '/v1/requests/:id/copy/file',
    { schema: fileSchema, onRequest: guard('review') },
    async (httpRequest, reply) => {
      const { id } = httpRequest.params
      return sendCopyFile(options, { principal: principalOf(httpRequest), reply }, { id, query: httpRequest.query })
    },
  )
}

function answerOf({ copy, places, shown }: ReadCopy): CopyAnswer {
  return {
    subject_request_id: copy.request.id,
    copy_hash: copy.hash,
    places: places.map(({ legId, accountId, ...place }) => ({ leg_id: legId, account_id: accountId, ...place })),
    shown: shown === undefined ? null : shownAnswer(shown),
  }
}

function shownAnswer({ place, from, nextFrom, records, files }: ShownPlace): NonNullable<CopyAnswer['shown']> {
  return {
    leg_id: place.legId,
    part: place.part,
    from,
    next_from: nextFrom,
    records: records.map(({ position, redactionId, isCut, fields }) => ({
      position,
      redaction_id: redactionId,
      is_cut: isCut,
      fields: fields.map(({ path, value, isOfOthers, redactionId: id }) => ({
        path,
        value,
        is_of_others: isOfOthers,
        redaction_id: id,
      })),
    })),
    files: files.map(({ position, name, mediaType, bytes, redactionId }) => ({
      position,
      name,
      media_type: mediaType,
      bytes,
      redaction_id: redactionId,
    })),
  }
}
