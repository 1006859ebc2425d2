import { recordsIn, singleStepVerb } from '../../src/connector/index.ts'
import type { LegSubject, PartFinding, PlannedEffect, VerifySubject, WritingVerb } from '../../src/connector/index.ts'
import { openJira } from './client.ts'
import type { Jira } from './client.ts'
import { askSelf } from './control.ts'
import { accountsOf } from './erase-plan.ts'
import { STEPS } from './erase-steps.ts'

/** Parts through which Jira writes to the person without having been asked by the person. */
const MAILING = { watches: 'unwatch', issues_of_others: 'leave_request' } as const

type MailingPart = keyof typeof MAILING

/**
 * Jira sends no marketing. What it sends unasked goes to watchers and participants: an objection takes the person out of
 * both. Answers to the person's own requests still come.
 */
export const object: WritingVerb = singleStepVerb({
  open: openJira,
  plan: async (context, subject) => {
    const api = openJira(context)
    const effects = isMeant(subject) ? effectsOf(subject) : []
    if (effects.length > 0) await askSelf(api)
    return effects
  },
  steps: { unwatch: STEPS.unwatch, leave_request: STEPS.leave_request },
})

function isMeant({ wish }: Pick<VerifySubject, 'wish'>): boolean {
  return (wish?.purposes ?? []).some((purpose) => purpose === 'direct_marketing' || purpose === 'all')
}

function effectsOf({ records }: LegSubject): readonly PlannedEffect[] {
  const details = { accounts: [...accountsOf(records)] }
  return mailingParts().flatMap((part) =>
    recordsIn(records, part).map(({ ref }) => ({ step: MAILING[part], target: ref, part, after: [], details })),
  )
}

function mailingParts(): readonly MailingPart[] {
  return ['watches', 'issues_of_others']
}

export async function verifyObjection(api: Jira, subject: VerifySubject): Promise<readonly PartFinding[]> {
  const self = await askSelf(api)
  const findings = isMeant(subject) ? await lookAtMailing(api, subject) : []
  await askSelf(api, self)
  return findings
}

async function lookAtMailing(api: Jira, { records }: VerifySubject): Promise<readonly PartFinding[]> {
  const details = { accounts: [...accountsOf(records)] }
  const findings: PartFinding[] = []
  for (const part of mailingParts()) {
    const refs = recordsIn(records, part).map(({ ref }) => ref)
    if (refs.length === 0) continue
    const answers = []
    for (const target of refs) answers.push(await STEPS[MAILING[part]].readBack(api, { key: target, target, details }))
    const remaining = answers.filter(({ kind }) => kind !== 'happened').length
    const verdict = { kind: remaining === 0 ? ('in_place' as const) : ('present' as const) }
    findings.push({ part, looked: refs.length, remaining, verdict })
  }
  return findings
}
