import { DsrError, listAt, textAt } from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  JsonObject,
  KeyedAnswer,
} from '../../src/connector/index.ts'
import { isGone, writing } from './answers.ts'
import type { Written } from './answers.ts'
import { openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { ERASURE_STEPS } from './erase-steps.ts'
import type { ErasureStep } from './erase-steps.ts'
import { BLANK, commentNow, noteNow } from './left-behind.ts'
import { numberOf } from './mapping.ts'
import { anonymousName, hasAddresses, NO_NUMBER, overwriting, personNow, placeholderOf } from './person-now.ts'
import { commentAt, participationAt } from './refs.ts'
import { activityChange, activityNow, dealNow, leavingIn, projectChange, projectNow, textChange } from './redaction.ts'

/** Carries out one call of the erasure. Exactly one call changes something; an overwriting reads before, as things are now. */
export async function performErasure(
  context: Context,
  { step, members }: EffectCall,
): Promise<readonly KeyedAnswer<EffectAnswer>[]> {
  const [member] = members
  if (member === undefined || members.length > 1)
    throw new DsrError('CONNECTOR_BUG', 'this call carries one effect at a time')
  return [{ key: member.key, answer: await WORKS[stepNamed(step)](openClient(context), member) }]
}

/** @throws DsrError `CONNECTOR_BUG` for a step that the manifest does not have. */
export function stepNamed(step: string): ErasureStep {
  const known = ERASURE_STEPS.find((name) => name === step)
  if (known === undefined) throw new DsrError('CONNECTOR_BUG', 'an effect names a step that the manifest does not have')
  return known
}

type Work = (api: Pipedrive, member: EffectMember) => Promise<EffectAnswer>

const WORKS: Readonly<Record<ErasureStep, Work>> = {
  delete_file: (api, { target }) => gone(() => api.files.deleteFile({ id: numberOf(target) })),
  delete_call: (api, { target }) => gone(() => api.callLogs.deleteCallLog({ id: target })),
  delete_lead: (api, { target }) => gone(() => api.leads.deleteLead({ id: target })),
  delete_mail: (api, { target }) => gone(() => api.mailbox.deleteMailThread({ id: numberOf(target) })),
  delete_note: (api, { target }) => gone(() => api.notes.deleteNote({ id: numberOf(target) })),
  delete_comment: (api, { target }) => gone(() => api.notes.deleteComment(commentAt(target))),
  delete_activity: (api, { target }) => gone(() => api.activities.deleteActivity({ id: numberOf(target) })),
  delete_picture: (api, { target }) => gone(() => api.personsV1.deletePersonPicture({ id: numberOf(target) })),
  delete_person: (api, { target }) => gone(() => api.persons.deletePerson({ id: numberOf(target) })),
  blank_note: async (api, { target }) => {
    const note = await noteNow(api, target)
    if (note === undefined || textAt(note, 'content') === BLANK) return { kind: 'already' }
    return gone(() => api.notes.updateNote({ id: numberOf(target), NoteRequest: { content: BLANK } }))
  },
  blank_comment: async (api, { target }) => {
    const comment = await commentNow(api, target)
    if (comment === undefined || textAt(comment, 'content') === BLANK) return { kind: 'already' }
    return gone(() =>
      api.notes.updateCommentForNote({ ...commentAt(target), CommentPostPutObject: { content: BLANK } }),
    )
  },
  redact_activity: async (api, { target, details }) => {
    const activity = await activityNow(api, target)
    const change = activity && activityChange(activity, leavingIn(details))
    return changed(change, (AddActivityRequest) =>
      // The SDK names the body of a change after that of a creation.
      api.activities.updateActivity({ id: numberOf(target), AddActivityRequest }),
    )
  },
  redact_deal: async (api, { target, details }) => {
    const deal = await dealNow(api, target)
    const change = deal && textChange(deal, 'deal', leavingIn(details))
    return changed(change, (UpdateDealRequest) => api.deals.updateDeal({ id: numberOf(target), UpdateDealRequest }))
  },
  unlink_deal: async (api, { target, details }) => {
    const deal = await dealNow(api, target)
    if (deal === undefined || !leavingIn(details).persons.includes(textAt(deal, 'person_id')))
      return { kind: 'already' }
    return gone(() => api.deals.updateDeal({ id: numberOf(target), UpdateDealRequest: { person_id: null } }))
  },
  leave_deal: (api, { target }) => gone(() => api.dealsV1.deleteDealParticipant(participationAt(target))),
  release_project: async (api, { target, details }) => {
    const project = await projectNow(api, target)
    const change = project && projectChange(project, leavingIn(details))
    return changed(change, (UpdateProjectRequest) =>
      api.projects.updateProject({ id: numberOf(target), UpdateProjectRequest }),
    )
  },
  anonymise_person: anonymise,
  clear_addresses: clearAddresses,
}

/** A deletion, or an overwriting of something that is there. 404 and 410 mean that an earlier attempt did it. */
async function gone(work: () => Promise<unknown>): Promise<EffectAnswer> {
  return answerOf(await writing(work))
}

function answerOf(written: Written): EffectAnswer {
  if (written.kind === 'answered') return { kind: 'done' }
  if (isGone(written.status)) return { kind: 'already' }
  return { kind: 'rejected', code: written.status === 403 ? 'VENDOR_SCOPE_MISSING' : 'VENDOR_REFUSED' }
}

function changed(
  change: JsonObject | undefined,
  write: (change: JsonObject) => Promise<unknown>,
): Promise<EffectAnswer> {
  return change === undefined ? Promise.resolve({ kind: 'already' }) : gone(() => write(change))
}

/** Pipedrive answers with the person as it is then: a name that stands is a refusal, whatever the status. */
async function anonymise(api: Pipedrive, { target }: EffectMember): Promise<EffectAnswer> {
  const person = await personNow(api, target)
  const change = person && overwriting(person)
  if (change === undefined) return { kind: 'already' }
  const written = await writing(() => api.persons.updatePerson({ id: numberOf(target), UpdatePersonRequest: change }))
  const isNamed = written.kind === 'answered' && textAt(written.answer, 'data', 'name') !== anonymousName(target)
  return isNamed ? { kind: 'rejected', code: 'VENDOR_REFUSED' } : answerOf(written)
}

/** Addresses that an empty list did not clear are overwritten with one that nobody has. */
async function clearAddresses(api: Pipedrive, { target }: EffectMember): Promise<EffectAnswer> {
  const person = await personNow(api, target)
  if (person === undefined || !hasAddresses(person)) return { kind: 'already' }
  const only = (value: string) => [{ value, primary: true, label: 'work' }]
  const written = await writing(() =>
    api.persons.updatePerson({
      id: numberOf(target),
      UpdatePersonRequest: {
        ...(listAt(person, 'emails').length > 0 ? { emails: only(placeholderOf(target)) } : {}),
        ...(listAt(person, 'phones').length > 0 ? { phones: only(NO_NUMBER) } : {}),
      },
    }),
  )
  return answerOf(written)
}
