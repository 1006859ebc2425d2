import { DsrError } from '../../src/connector/index.ts'
import type { Context, EffectCall, EffectMember, WritingVerb } from '../../src/connector/index.ts'
import { openSendGrid } from './client.ts'
import { SPLIT, keyed } from './erase/answers.ts'
import {
  correctContact,
  deleteContacts,
  deleteLegacyRecipients,
  dropAlternate,
  leaveList,
} from './erase/contact-steps.ts'
import { joinGroup } from './erase/group-steps.ts'
import { eraseMailEvents } from './erase/mail-events.ts'
import { planErasure } from './erase/plan.ts'
import { removeAlert, removeTeammate } from './erase/staff-steps.ts'
import type { Step } from './erase/step.ts'
import {
  deleteSuppressions,
  leaveAllowList,
  leaveGroup,
  restoreSuppression,
  suppressGlobally,
} from './erase/suppression-steps.ts'
import { isStepName } from './manifest.ts'
import type { StepName } from './manifest.ts'
import { placeOf } from './refs.ts'

const STEPS: Readonly<Record<StepName, Step>> = {
  suppress_globally: suppressGlobally,
  leave_allow_list: leaveAllowList,
  leave_list: leaveList,
  drop_alternate: dropAlternate,
  delete_contacts: deleteContacts,
  delete_legacy_recipients: deleteLegacyRecipients,
  delete_bounces: deleteSuppressions('bounces'),
  delete_blocks: deleteSuppressions('blocks'),
  delete_spam_reports: deleteSuppressions('spam_reports'),
  delete_invalid_emails: deleteSuppressions('invalid_emails'),
  leave_group: leaveGroup,
  join_group: joinGroup,
  correct_contact: correctContact,
  erase_mail_events: eraseMailEvents,
  restore_suppression: restoreSuppression,
  remove_teammate: removeTeammate,
  remove_alert: removeAlert,
}

export const erase: WritingVerb = {
  plan: (context, subject) => Promise.resolve(planErasure(context, subject)),
  async perform(context, call) {
    // One vendor call speaks for one subuser: members of others were not sent, and come again in smaller calls.
    const [subuser, mine, others] = firstSubuser(call.members)
    const answers = await stepOf(call).perform(openSendGrid(context, subuser), mine)
    return [...answers, ...keyed(others, SPLIT)]
  },
  async readBack(context, call) {
    const step = stepOf(call)
    return (await bySubuser(context, call.members, (sendGrid, some) => step.readBack(sendGrid, some))).flat()
  },
  async poll(context, call) {
    const { poll } = stepOf(call)
    if (poll === undefined) throw new DsrError('CONNECTOR_BUG', 'the step is not asynchronous')
    return (await bySubuser(context, call.members, (sendGrid, some) => poll(sendGrid, some))).flat()
  },
}

function stepOf({ step }: EffectCall): Step {
  if (!isStepName(step)) throw new DsrError('CONNECTOR_BUG', 'the manifest has no such step')
  return STEPS[step]
}

function firstSubuser(
  members: readonly EffectMember[],
): readonly [string, readonly EffectMember[], readonly EffectMember[]] {
  const subuser = placeOf(members[0]?.target ?? '').subuser
  const isMine = ({ target }: EffectMember) => placeOf(target).subuser === subuser
  return [subuser, members.filter(isMine), members.filter((member) => !isMine(member))]
}

async function bySubuser<Answer>(
  context: Context,
  members: readonly EffectMember[],
  ask: (sendGrid: ReturnType<typeof openSendGrid>, some: readonly EffectMember[]) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let rest = members
  while (rest.length > 0) {
    const [subuser, mine, others] = firstSubuser(rest)
    answers.push(await ask(openSendGrid(context, subuser), mine))
    rest = others
  }
  return answers
}
