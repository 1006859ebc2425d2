import {
  BatchInputPublicAssociationMultiArchive,
  PublicAssociationMultiArchive,
  PublicObjectId,
} from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import { PublicGdprDeleteInput } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js'
import {
  BatchInputSimplePublicObjectBatchInput,
  BatchInputSimplePublicObjectId,
  SimplePublicObjectBatchInput,
  SimplePublicObjectId,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { DsrError, joinedTraces, redact, textsAt, tracesIn } from '../../src/connector/index.ts'
import type { Context, EffectAnswer, EffectCall, EffectMember, KeyedAnswer } from '../../src/connector/index.ts'
import { list, present, writing } from './answers.ts'
import type { Written } from './answers.ts'
import { openClient } from './client.ts'
import type { HubSpot } from './client.ts'
import { objectType } from './object-types.ts'
import { unsubscribe } from './opt-out.ts'
import { readObjects } from './objects.ts'
import { sdkModel } from './sdk-model.ts'

type Answers = readonly KeyedAnswer<EffectAnswer>[]

/** Carries out one call of the erasure. Exactly one call changes something; a redaction reads the text before. */
export async function performErasure(context: Context, call: EffectCall): Promise<Answers> {
  const api = openClient(context)
  const [verb, type] = stepOf(call.step)
  switch (verb) {
    case 'unsubscribe':
      return single(call, (member) => unsubscribe(api, member))
    case 'delete_file':
      return single(call, ({ target }) => gone(() => api.files._delete(target)))
    case 'delete_thread':
      return single(call, ({ target }) =>
        gone(() => api.delete(`/conversations/v3/conversations/threads/${encodeURIComponent(target)}`)),
      )
    case 'purge_contact':
      return single(call, ({ target }) => purge(api, target))
    case 'archive':
      return batch(call, await archive(api, type, call.members))
    case 'redact':
      return redactBatch(api, type, call.members)
    case 'unlink':
      return batch(call, await unlink(api, type, call.members))
  }
}

const SINGLE_STEPS = ['unsubscribe', 'delete_file', 'delete_thread', 'purge_contact'] as const
const TYPED_STEPS = ['archive', 'redact', 'unlink'] as const

type Verb = (typeof SINGLE_STEPS)[number] | (typeof TYPED_STEPS)[number]

/** The verb of a step and, where it has one, the object type: `archive_notes`. */
export function stepOf(step: string): readonly [Verb, string] {
  const one = SINGLE_STEPS.find((name) => name === step)
  if (one !== undefined) return [one, '']
  const verb = TYPED_STEPS.find((name) => step.startsWith(`${name}_`))
  const type = step.slice(step.indexOf('_') + 1)
  if (verb === undefined || objectType(type) === undefined)
    throw new DsrError('CONNECTOR_BUG', 'an effect names a step that the manifest does not have')
  return [verb, type]
}

async function single(call: EffectCall, work: (member: EffectMember) => Promise<EffectAnswer>): Promise<Answers> {
  const [member] = call.members
  if (member === undefined || call.members.length > 1)
    throw new DsrError('CONNECTOR_BUG', 'this call carries one effect at a time')
  return [{ key: member.key, answer: await work(member) }]
}

function batch({ members }: EffectCall, answer: EffectAnswer): Answers {
  return members.map(({ key }) => ({ key, answer }))
}

/** A call that ends with 204; 404 means an earlier attempt did it, which verify checks beside its control. */
async function gone(work: () => Promise<unknown>): Promise<EffectAnswer> {
  return answerOf(await writing(work))
}

function answerOf(written: Written<unknown>): EffectAnswer {
  if (written.kind === 'answered') return { kind: 'done' }
  return written.status === 404 ? { kind: 'already' } : { kind: 'rejected', code: 'VENDOR_REFUSED' }
}

function purge(api: HubSpot, contactId: string): Promise<EffectAnswer> {
  return gone(() => api.contacts.purge(sdkModel(PublicGdprDeleteInput, { objectId: contactId })))
}

async function archive(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<EffectAnswer> {
  const inputs = members.map(({ target }) => sdkModel(SimplePublicObjectId, { id: target }))
  const written = await writing(() => api.objects.archive(type, sdkModel(BatchInputSimplePublicObjectId, { inputs })))
  return wholeBatch(written, members)
}

async function unlink(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<EffectAnswer> {
  const objectId = (id: string): PublicObjectId => sdkModel(PublicObjectId, { id })
  const inputs = members.map(({ target, details }) =>
    sdkModel(PublicAssociationMultiArchive, {
      _from: objectId(target),
      to: textsAt(details ?? null, 'contacts').map(objectId),
    }),
  )
  const wanted = sdkModel(BatchInputPublicAssociationMultiArchive, { inputs })
  return wholeBatch(await writing(() => api.associations.archive(type, 'contacts', wanted)), members)
}

/** HubSpot answers such a batch as a whole; a refusal does not say for whom. */
function wholeBatch(written: Written<unknown>, members: readonly EffectMember[]): EffectAnswer {
  const answer = answerOf(written)
  return answer.kind !== 'done' && members.length > 1 ? { kind: 'split' } : answer
}

/** Reads the texts as they are now and writes them back without the traces: whoever else is named keeps their part. */
async function redactBatch(api: HubSpot, type: string, members: readonly EffectMember[]): Promise<Answers> {
  const texts = objectType(type)?.texts ?? []
  const ids = [...new Set(members.map(({ target }) => target))]
  const objects = await readObjects(api, { type, ids, properties: texts })
  const changed = new Map(
    objects.flatMap(({ id, properties }) => {
      // Two requests may share a record in one call: the text loses the traces of both.
      const traces = joinedTraces(members.filter(({ target }) => target === id).map(({ details }) => tracesIn(details)))
      const rest = Object.entries(properties).flatMap(([name, text]) => {
        const redacted = redact(text ?? '', traces)
        return texts.includes(name) && redacted !== (text ?? '') ? [[name, redacted] as const] : []
      })
      return rest.length === 0 ? [] : [[id, Object.fromEntries(rest)] as const]
    }),
  )
  if (changed.size === 0) return members.map(({ key }) => ({ key, answer: { kind: 'already' } }))
  return updateTexts(api, { type, changed, members })
}

interface TextUpdate {
  readonly type: string
  readonly changed: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly members: readonly EffectMember[]
}

async function updateTexts(api: HubSpot, { type, changed, members }: TextUpdate): Promise<Answers> {
  const inputs = [...changed].map(([id, properties]) => sdkModel(SimplePublicObjectBatchInput, { id, properties }))
  const written = await writing(async () => {
    const answer = present(await api.objects.update(type, sdkModel(BatchInputSimplePublicObjectBatchInput, { inputs })))
    return new Set(list(answer.results).map(({ id }) => id))
  })
  return members.map(({ key, target }): KeyedAnswer<EffectAnswer> => {
    if (!changed.has(target)) return { key, answer: { kind: 'already' } }
    if (written.kind === 'answered')
      // Answered for others and not for this one: the batch did not take it.
      return {
        key,
        answer: written.answer.has(target) ? { kind: 'done' } : { kind: 'rejected', code: 'VENDOR_REFUSED' },
      }
    return { key, answer: changed.size > 1 ? { kind: 'split' } : { kind: 'rejected', code: 'VENDOR_REFUSED' } }
  })
}
