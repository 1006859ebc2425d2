import { DsrError, neverPolled } from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  KeyedAnswer,
  LegSubject,
  PlannedEffect,
  ReadBackAnswer,
  WritingVerb,
} from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import { isStepName } from './manifest.ts'
import type { StepName } from './manifest.ts'

/** How one step of the manifest is carried out on one target, and how one looks whether it happened. */
export interface Step {
  readonly perform: (api: Intercom, member: EffectMember) => Promise<EffectAnswer>
  readonly readBack: (api: Intercom, member: EffectMember) => Promise<ReadBackAnswer>
}

export const DONE: EffectAnswer = { kind: 'done' }
export const ALREADY: EffectAnswer = { kind: 'already' }
export const UNKNOWN: EffectAnswer = { kind: 'unknown' }
export const REFUSED: EffectAnswer = { kind: 'rejected', code: 'VENDOR_REFUSED' }

export function happenedIf(hasHappened: boolean): ReadBackAnswer {
  return { kind: hasHappened ? 'happened' : 'not_happened' }
}

/** A verb whose calls carry one effect each, since Intercom's changing calls have no batch form outside a preview. */
export function verbOf(
  plan: (context: Context, subject: LegSubject) => Promise<readonly PlannedEffect[]>,
  steps: Readonly<Partial<Record<StepName, Step>>>,
): WritingVerb {
  const stepOf = ({ step }: EffectCall): Step => {
    const found = isStepName(step) ? steps[step] : undefined
    if (found === undefined) throw new DsrError('CONNECTOR_BUG', 'the verb has no such step')
    return found
  }
  return {
    plan,
    async perform(context, call) {
      const [member, ...more] = call.members
      if (member === undefined || more.length > 0) throw new DsrError('CONNECTOR_BUG', 'a call carries one effect')
      return [{ key: member.key, answer: await stepOf(call).perform(openIntercom(context), member) }]
    },
    async readBack(context, call) {
      const api = openIntercom(context)
      const answers: KeyedAnswer<ReadBackAnswer>[] = []
      for (const member of call.members)
        answers.push({ key: member.key, answer: await stepOf(call).readBack(api, member) })
      return answers
    },
    poll: neverPolled,
  }
}
