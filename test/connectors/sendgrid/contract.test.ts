import { describe, expect, it } from '@jest/globals'
import { sendgrid } from '../../../connectors/sendgrid/index.ts'
import type { LegSubject, PlannedEffect } from '../../../src/connector/index.ts'
import { inventPerson } from '../../../src/connector/testing.ts'
import { contractProblems, loadContract } from '../contract-check.ts'
import { approvedLeg, carryOut, discover, eraser, lookAgain, planned, withLab } from './lab.ts'
import type { Lab } from './lab.ts'

const contract = loadContract('sendgrid')
// Visible as skipped where the published documents are not beside the project.
const whenPublished = contract === undefined ? it.skip : it

/** Every verb and every step once, those that wait for a person's decision among them. */
async function doEverything(lab: Lab): Promise<ReadonlySet<string>> {
  await sendgrid.check(lab.context)
  const found = await discover(lab, lab.subject.identifiers)
  for await (const piece of sendgrid.export(lab.context, found.map(planned))) expect(piece.kind).toBe('record')
  const activityOnly = found.filter(({ part }) => part === 'email_activity').map(planned)
  for await (const piece of sendgrid.export(lab.context, activityOnly)) expect(piece.kind).toBe('record')
  const leg = await approvedLeg(lab, { records: found.map(planned) })
  const wishes = await carryOutWishes(lab, leg)
  const plan = await eraser().plan(lab.context, leg)
  for (const effect of plan) {
    await eraser().readBack(lab.context, { right: 'erasure', step: effect.step, members: [{ ...effect, key: 'one' }] })
  }
  await carryOut(lab, plan)
  await lookAgain(lab, leg)
  // Somebody whose contact stays leaves lists one by one.
  const other = lab.sandbox.plant(inventPerson(45))
  const records = (await discover(lab, other.identifiers)).map(planned)
  const leaving = await eraser().plan(lab.context, {
    right: 'erasure',
    records: records.filter(({ part }) => part === 'lists'),
    kept: [],
    identifiers: [],
  })
  await carryOut(lab, leaving)
  return new Set([...wishes, ...plan, ...leaving].map(({ step }) => step))
}

/** Before anything is erased; the verbs of the other rights carry out their steps as erasure does. */
async function carryOutWishes(lab: Lab, leg: LegSubject): Promise<readonly PlannedEffect[]> {
  const wish = { corrections: [{ field: 'locality', value: 'Namur' }], purposes: ['direct_marketing'] } as const
  const effects: PlannedEffect[] = []
  for (const right of ['rectification', 'objection'] as const) {
    const wished = { ...leg, right, wish }
    const plan = (await sendgrid.writing[right]?.plan(lab.context, wished)) ?? []
    await carryOut(lab, plan)
    await sendgrid.verify(lab.context, wished)
    effects.push(...plan)
  }
  return effects
}

describe('the published documents of SendGrid', () => {
  whenPublished.each(['global', 'eu'])('allow every call and every answer at the %s host', (region) =>
    withLab({ switches: { region } }, async (lab) => {
      await doEverything(lab)
      const problems = contract === undefined ? [] : contractProblems(contract, lab.sandbox.calls())
      const known = Object.keys(lab.sandbox.deviations ?? {})
      expect(problems.filter((problem) => !known.includes(problem))).toEqual([])
    }),
  )

  it('are held against every step of the manifest', () =>
    withLab({}, async (lab) => {
      expect([...(await doEverything(lab))].sort()).toEqual(Object.keys(sendgrid.manifest.steps).sort())
    }))
})
