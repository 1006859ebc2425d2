import { z } from 'zod'
import { DsrError } from '../../domain/errors.ts'
import { accountId, connectorId, legId, requestId } from '../../domain/ids.ts'
import type { EffectsJob, Job, LegJob, RequestJob } from '../../ports/queue.ts'

const count = z.int().nonnegative()
const request = z.string().transform(requestId)
const account = z.string().transform(accountId)
const connector = z.string().transform(connectorId)

const legFields: z.ZodType<LegJob> = z.object({
  kind: z.literal('leg'),
  requestId: request,
  legId: z.string().transform(legId),
  accountId: account,
  connectorId: connector,
  stage: z.enum(['discover', 'act', 'verify']),
  generation: count,
  round: count,
  issue: count,
})

const requestFields: z.ZodType<RequestJob> = z.object({
  kind: z.literal('request'),
  requestId: request,
  stage: z.enum(['discover', 'plan', 'act', 'seal', 'answer', 'recheck']),
  generation: count,
  round: count,
  issue: count,
})

const effectsFields: z.ZodType<EffectsJob> = z.object({
  kind: z.literal('effects'),
  accountId: account,
  connectorId: connector,
  step: z.string().regex(/^[\w-]{1,64}$/),
  issue: count,
})

/**
 * What may enter the queue and what comes out of it: the fields of the port and nothing else, so that no personal data can
 * ride along. Used on both sides, since a queue is shared and may hold jobs of another version.
 *
 * @throws DsrError `FIELD_INVALID`.
 */
export const jobFields = fieldsOf<Job>(z.union([legFields, requestFields, effectsFields]))
export const coordinatorJob = fieldsOf(requestFields)
export const connectorJob = fieldsOf<LegJob | EffectsJob>(z.union([legFields, effectsFields]))

function fieldsOf<One extends Job>(schema: z.ZodType<One>): (found: unknown) => One {
  return (found) => {
    const parsed = schema.safeParse(found)
    if (!parsed.success) throw new DsrError('FIELD_INVALID', 'not a job of this queue')
    return parsed.data
  }
}
