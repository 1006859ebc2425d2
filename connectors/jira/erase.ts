import { singleStepVerb, happenedIf } from '../../src/connector/index.ts'
import type { WritingVerb } from '../../src/connector/index.ts'
import { deleteIssues, pollDeletions, stillThere } from './bulk-delete.ts'
import { openJira } from './client.ts'
import { askSelf } from './control.ts'
import { planErasure } from './erase-plan.ts'
import { STEPS } from './erase-steps.ts'

const single = singleStepVerb({ open: openJira, plan: planErasure, steps: STEPS })

/** Issues are deleted many at a time by a job; everything else one by one. */
export const erase: WritingVerb = {
  plan: planErasure,
  perform: (context, call) =>
    call.step === 'delete_issue' ? deleteIssues(context, call) : single.perform(context, call),
  async readBack(context, call) {
    if (call.step !== 'delete_issue') return single.readBack(context, call)
    const api = openJira(context)
    const self = await askSelf(api)
    const there = await stillThere(api, call.members)
    await askSelf(api, self)
    return call.members.map(({ key, target }) => ({ key, answer: happenedIf(!there.has(target)) }))
  },
  poll: pollDeletions,
}
