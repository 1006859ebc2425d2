import { DsrError } from '../domain/errors.ts'
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
} from './contract.ts'
import { neverPolled } from './never-polled.ts'

/** How one step of the manifest is carried out on one target, and how one looks whether it happened. */
export interface SingleStep<Api> {
  readonly perform: (api: Api, member: EffectMember) => Promise<EffectAnswer>
  readonly readBack: (api: Api, member: EffectMember) => Promise<ReadBackAnswer>
}

export const DONE: EffectAnswer = { kind: 'done' }
export const ALREADY: EffectAnswer = { kind: 'already' }
export const UNKNOWN: EffectAnswer = { kind: 'unknown' }
export const REFUSED: EffectAnswer = { kind: 'rejected', code: 'VENDOR_REFUSED' }

export function happenedIf(hasHappened: boolean): ReadBackAnswer {
  return { kind: hasHappened ? 'happened' : 'not_happened' }
}

export interface SingleStepVerb<Api> {
  readonly open: (context: Context) => Api
  readonly plan: (context: Context, subject: LegSubject) => Promise<readonly PlannedEffect[]>
  /** By the names of the manifest; `batchMax` of each is 1, and none is asynchronous. */
  readonly steps: Readonly<Partial<Record<string, SingleStep<Api>>>>
}

/**
 * A verb whose calls carry one effect each, for vendors whose changing calls have no batch form.
 *
 * @returns the verb; `perform` and `readBack` throw DsrError `CONNECTOR_BUG` for a step that it lacks.
 */
export function singleStepVerb<Api>({ open, plan, steps }: SingleStepVerb<Api>): WritingVerb {
  const stepOf = ({ step }: EffectCall): SingleStep<Api> => {
    const found = Object.hasOwn(steps, step) ? steps[step] : undefined
    if (found === undefined) throw new DsrError('CONNECTOR_BUG', 'the verb has no such step')
    return found
  }
  return {
    plan,
    async perform(context, call) {
      const [member, ...more] = call.members
      if (member === undefined || more.length > 0) throw new DsrError('CONNECTOR_BUG', 'a call carries one effect')
      return [{ key: member.key, answer: await stepOf(call).perform(open(context), member) }]
    },
    async readBack(context, call) {
      const api = open(context)
      const answers: KeyedAnswer<ReadBackAnswer>[] = []
      for (const member of call.members)
        answers.push({ key: member.key, answer: await stepOf(call).readBack(api, member) })
      return answers
    },
    poll: neverPolled,
  }
}
