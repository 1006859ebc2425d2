import { DsrError } from '../../src/connector/index.ts'
import type {
  Context,
  EffectAnswer,
  EffectCall,
  EffectMember,
  KeyedAnswer,
  LegSubject,
  PlannedEffect,
  ReadBackAnswer,
  SingleStep,
  WritingVerb,
} from '../../src/connector/index.ts'
import { openBrevo } from './client.ts'
import type { Brevo } from './client.ts'
import { isStepName } from './manifest.ts'
import type { StepName } from './manifest.ts'

/** How one step of the manifest is carried out for all members of a call, and how one looks whether it happened. */
export interface Step {
  readonly perform: (api: Brevo, members: readonly EffectMember[]) => Promise<readonly KeyedAnswer<EffectAnswer>[]>
  readonly readBack: (api: Brevo, members: readonly EffectMember[]) => Promise<readonly KeyedAnswer<ReadBackAnswer>[]>
  readonly poll?: (api: Brevo, members: readonly EffectMember[]) => Promise<readonly KeyedAnswer<EffectAnswer>[]>
}

export const SPLIT: EffectAnswer = { kind: 'split' }

export function keyed<Answer>(members: readonly EffectMember[], answer: Answer): readonly KeyedAnswer<Answer>[] {
  return members.map(({ key }) => ({ key, answer }))
}

export async function keyedEach<Answer>(
  members: readonly EffectMember[],
  answerOf: (member: EffectMember) => Promise<Answer>,
): Promise<readonly KeyedAnswer<Answer>[]> {
  const answers: KeyedAnswer<Answer>[] = []
  for (const member of members) answers.push({ key: member.key, answer: await answerOf(member) })
  return answers
}

/** A step whose calls carry one member. */
export function alone({ perform, readBack }: SingleStep<Brevo>): Step {
  return {
    async perform(api, members) {
      const [member, ...more] = members
      if (member === undefined || more.length > 0) throw new DsrError('CONNECTOR_BUG', 'a call carries one effect')
      return [{ key: member.key, answer: await perform(api, member) }]
    },
    readBack: (api, members) => keyedEach(members, (member) => readBack(api, member)),
  }
}

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
    perform: async (context, call) => stepOf(call).perform(openBrevo(context), call.members),
    readBack: async (context, call) => stepOf(call).readBack(openBrevo(context), call.members),
    poll: async (context, call) => {
      const { poll } = stepOf(call)
      if (poll === undefined) throw new DsrError('CONNECTOR_BUG', 'the step is not asynchronous')
      return poll(openBrevo(context), call.members)
    },
  }
}
