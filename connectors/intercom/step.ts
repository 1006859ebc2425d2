import { singleStepVerb } from '../../src/connector/index.ts'
import type { SingleStep, SingleStepVerb, WritingVerb } from '../../src/connector/index.ts'
import { openIntercom } from './client.ts'
import type { Intercom } from './client.ts'
import type { StepName } from './manifest.ts'

export type Step = SingleStep<Intercom>

/** A verb whose calls carry one effect each, since Intercom's changing calls have no batch form outside a preview. */
export function verbOf(
  plan: SingleStepVerb<Intercom>['plan'],
  steps: Readonly<Partial<Record<StepName, Step>>>,
): WritingVerb {
  return singleStepVerb({ open: openIntercom, plan, steps })
}
