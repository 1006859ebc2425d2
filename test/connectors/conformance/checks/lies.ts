import { gather, legOf, lookAgain, planOf } from '../driver.ts'
import { act } from '../acting.ts'
import { erasableParts, expectHonest, findingOf, remainingOf } from '../facts.ts'
import { inLab } from '../lab.ts'
import type { Candidate, Lab } from '../lab.ts'
import { holds } from '../violation.ts'
import type { Check } from './check.ts'
import { plannedSteps } from './lost-answers.ts'

export const lieChecks: readonly Check[] = [
  {
    name: 'sees each record that the vendor kept although it said yes, for every step',
    run: async (candidate) => {
      for (const step of await plannedSteps(candidate)) await expectSeen(candidate, (asked) => asked === step)
    },
  },
  {
    name: 'sees everything that the vendor kept when it said yes to all',
    run: (candidate) => expectSeen(candidate, () => true),
  },
]

async function expectSeen(candidate: Candidate, isLiedTo: (step: string) => boolean): Promise<void> {
  await inLab(candidate, {}, async (lab) => {
    const leg = legOf(await gather(lab, lab.subject))
    const plan = await planOf(lab, leg)
    await act(lab, [plan], {
      beforePerform: ({ step }) => {
        if (isLiedTo(step)) lab.sandbox.arm({ match: { changesOnly: true }, times: 1, what: { kind: 'lie' } })
      },
    })
    const report = await lookAgain(lab, leg)
    expectHonest(lab, lab.subject, report)
    for (const { part, isRead } of erasableParts(lab)) if (isRead) expectPresent(lab, part, findingOf(report, part))
  })
}

function expectPresent(lab: Lab, part: string, finding: ReturnType<typeof findingOf>): void {
  if (remainingOf(lab, lab.subject, part) === 0) return
  holds(finding?.verdict.kind === 'present', 'says present while a record is there', part)
  holds(finding.remaining > 0, 'counts what is still there', part)
}
