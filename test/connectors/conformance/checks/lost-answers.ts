import type { EffectCall } from '../../../../src/connector/index.ts'
import type { Fault } from '../../../../src/connector/testing.ts'
import { act } from '../acting.ts'
import type { Running } from '../acting.ts'
import { gather, legOf, planOf } from '../driver.ts'
import { erase, expectGone, picturesOf } from '../facts.ts'
import { inLab } from '../lab.ts'
import type { Candidate, Lab } from '../lab.ts'
import { holds } from '../violation.ts'
import type { Check } from './check.ts'

const LOST: readonly Fault['what'][] = [
  { kind: 'reset_before' },
  { kind: 'reset_after' },
  { kind: 'status', status: 503 },
  { kind: 'status_after', status: 502 },
]

export const lostAnswerChecks: readonly Check[] = [
  {
    name: 'settles each call whose answer was lost, before and after the effect, and ends the same',
    run: async (candidate) => {
      for (const step of await plannedSteps(candidate)) {
        for (const what of LOST) await expectSettled(candidate, { step, what })
      }
    },
  },
  {
    name: 'settles a batch whose answer was lost, before and after the effect, and ends the same',
    run: async (candidate) => {
      for (const step of await plannedSteps(candidate)) {
        if ((candidate.connector.manifest.steps[step]?.batchMax ?? 1) < 2) continue
        // The kinds of a broken answer are told apart above; a batch only has to be settled member by member.
        for (const what of LOST.slice(0, 2)) await expectBatchSettled(candidate, { step, what })
      }
    },
  },
]

/** The steps that an erasure of the planted subject needs. */
export async function plannedSteps(candidate: Candidate): Promise<readonly string[]> {
  return inLab(candidate, {}, async (lab) => {
    const plan = await planOf(lab, legOf(await gather(lab, lab.subject)))
    return [...new Set(plan.map(({ step }) => step))]
  })
}

interface Lost {
  readonly step: string
  readonly what: Fault['what']
}

async function expectSettled(candidate: Candidate, lost: Lost): Promise<void> {
  await inLab(candidate, {}, async (lab) => {
    const expectUntouched = picturesOf(lab, [lab.namesake, lab.stranger])
    const { leg, running } = await erase(lab, lab.subject, { beforePerform: armOnce(lab, lost) })
    expectSettledWell(running, lost)
    await expectGone(lab, lab.subject, leg)
    expectUntouched()
  })
}

async function expectBatchSettled(candidate: Candidate, lost: Lost): Promise<void> {
  await inLab(candidate, {}, async (lab) => {
    const expectUntouched = picturesOf(lab, [lab.namesake])
    const legs = [legOf(await gather(lab, lab.subject)), legOf(await gather(lab, lab.stranger))] as const
    const plans = [await planOf(lab, legs[0]), await planOf(lab, legs[1])]
    const running = await act(lab, plans, { beforePerform: armOnce(lab, lost) })
    expectSettledWell(running, lost)
    await expectGone(lab, lab.subject, legs[0])
    await expectGone(lab, lab.stranger, legs[1])
    expectUntouched()
  })
}

function armOnce(lab: Lab, { step, what }: Lost): (call: EffectCall) => void {
  let isArmed = false
  return (call) => {
    if (isArmed || call.step !== step) return
    isArmed = true
    lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what })
  }
}

function expectSettledWell(running: readonly Running[], { step, what }: Lost): void {
  const bad = running.find(({ state }) => state !== 'done')
  holds(
    bad === undefined,
    'settles a lost answer by looking',
    `${step} ${what.kind}: ${bad?.effect.step ?? ''} ${bad?.how ?? ''}`,
  )
}
