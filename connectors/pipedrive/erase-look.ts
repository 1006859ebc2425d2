import { textAt } from '../../src/connector/index.ts'
import type { Context, EffectCall, EffectMember, KeyedAnswer, ReadBackAnswer } from '../../src/connector/index.ts'
import { pagesOfV1 } from './answers.ts'
import { openClient } from './client.ts'
import type { Pipedrive } from './client.ts'
import { askControl } from './control.ts'
import { stepNamed } from './erase-calls.ts'
import type { ErasureStep } from './erase-steps.ts'
import { BLANK, callState, commentNow, fileState, leadState, mailState, noteNow } from './left-behind.ts'
import { readPicture } from './person-places.ts'
import { hasAddresses, overwriting, personNow } from './person-now.ts'
import { activityChange, activityNow, dealNow, leavingIn, projectChange, projectNow, textChange } from './redaction.ts'
import { participationAt } from './refs.ts'

const PER_PAGE = 500

/** Looks whether the effects of a call happened: by reading, beside a positive control. */
export async function lookAtErasure(
  context: Context,
  { step, members }: EffectCall,
): Promise<readonly KeyedAnswer<ReadBackAnswer>[]> {
  const api = openClient(context)
  await askControl(api)
  const isLeft = LEFT[stepNamed(step)]
  const answers: KeyedAnswer<ReadBackAnswer>[] = []
  for (const member of members)
    answers.push({ key: member.key, answer: { kind: (await isLeft(api, member)) ? 'not_happened' : 'happened' } })
  return answers
}

type Look = (api: Pipedrive, member: EffectMember) => Promise<boolean>

/** Whether what a step should have changed is still as it was. */
const LEFT: Readonly<Record<ErasureStep, Look>> = {
  delete_file: async (api, { target }) => (await fileState(api, target)) === 'live',
  delete_call: async (api, { target }) => (await callState(api, target)) === 'live',
  delete_lead: async (api, { target }) => (await leadState(api, target)) === 'live',
  delete_mail: async (api, { target }) => (await mailState(api, target)) === 'live',
  delete_note: async (api, { target }) => (await noteNow(api, target)) !== undefined,
  delete_comment: async (api, { target }) => (await commentNow(api, target)) !== undefined,
  delete_activity: async (api, { target }) => (await activityNow(api, target)) !== undefined,
  delete_picture: async (api, { target }) => (await readPicture(api, target)) !== undefined,
  delete_person: async (api, { target }) => (await personNow(api, target)) !== undefined,
  blank_note: async (api, { target }) => isWritten(await noteNow(api, target)),
  blank_comment: async (api, { target }) => isWritten(await commentNow(api, target)),
  redact_activity: async (api, { target, details }) => {
    const activity = await activityNow(api, target)
    return activity !== undefined && activityChange(activity, leavingIn(details)) !== undefined
  },
  redact_deal: async (api, { target, details }) => {
    const deal = await dealNow(api, target)
    return deal !== undefined && textChange(deal, 'deal', leavingIn(details)) !== undefined
  },
  unlink_deal: async (api, { target, details }) => {
    const deal = await dealNow(api, target)
    return deal !== undefined && leavingIn(details).persons.includes(textAt(deal, 'person_id'))
  },
  leave_deal: async (api, { target }) => {
    const { id, deal_participant_id } = participationAt(target)
    for await (const one of pagesOfV1(PER_PAGE, (window) => api.dealsV1.getDealParticipants({ id, ...window })))
      if (textAt(one, 'id') === String(deal_participant_id)) return true
    return false
  },
  release_project: async (api, { target, details }) => {
    const project = await projectNow(api, target)
    return project !== undefined && projectChange(project, leavingIn(details)) !== undefined
  },
  anonymise_person: async (api, { target }) => {
    const person = await personNow(api, target)
    return person !== undefined && overwriting(person) !== undefined
  },
  clear_addresses: async (api, { target }) => {
    const person = await personNow(api, target)
    return person !== undefined && hasAddresses(person)
  },
}

function isWritten(record: Awaited<ReturnType<typeof noteNow>>): boolean {
  return record !== undefined && textAt(record, 'content') !== BLANK
}
