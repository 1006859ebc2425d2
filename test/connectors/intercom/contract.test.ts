import { describe, expect, it } from '@jest/globals'
import { intercom } from '../../../connectors/intercom/index.ts'
import type { Correction, WritingRight } from '../../../src/connector/index.ts'
import { contractProblems, loadContract } from '../contract-check.ts'
import { carryOutAll, lookBack, planned, verbOf, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const [current, older, preview] = ['2.16', '2.14', '0'].map((version) => loadContract(`intercom/${version}`))
// Visible as skipped where the published documents are not beside the project.
const whenPublished = current === undefined || older === undefined || preview === undefined ? it.skip : it

const CORRECTIONS: readonly Correction[] = [{ field: 'phone', value: '+32470111222' }]

/** Every verb and every step once, those that wait for a person's decision among them. */
async function doEverything(bench: Bench): Promise<ReadonlySet<string>> {
  const { context, lab } = bench
  const steps = new Set<string>()
  await intercom.check(context)
  const wish = { corrections: CORRECTIONS, purposes: ['direct_marketing'] } as const
  const records = (await bench.discover({ right: 'access', identifiers: lab.subject.identifiers })).map(planned)
  for await (const piece of intercom.export(context, records))
    if (piece.kind === 'attachment') (await piece.open()).resume()
  const rights: readonly WritingRight[] = ['rectification', 'objection', 'restriction', 'erasure']
  for (const right of rights) {
    const leg = await bench.legOf({ right, wish })
    const plan = await verbOf(bench, right).plan(context, leg)
    for (const effect of plan) await lookBack(bench, right, effect)
    await carryOutAll(bench, right, plan)
    await bench.verify(leg)
    for (const { step } of plan) steps.add(step)
  }
  return steps
}

describe('the published documents of Intercom', () => {
  whenPublished('allow every call and every answer of the version that is pinned', () =>
    withBench({}, async (bench) => {
      await doEverything(bench)
      const known = Object.keys(bench.lab.sandbox.deviations ?? {})
      const problems = current === undefined ? [] : contractProblems(current, ownCalls(bench))
      expect(problems.filter((problem) => !known.includes(problem))).toEqual([])
      expect(known.filter((one) => !problems.includes(one))).toEqual([])
    }),
  )

  whenPublished('still allow them in the preview version', () =>
    withBench({}, async (bench) => {
      await doEverything(bench)
      // Some path parameters have another name there.
      const known = Object.keys(bench.lab.sandbox.deviations ?? {}).flatMap((one) => [
        one,
        one.replace('{contact_id}', '{id}'),
      ])
      const problems = preview === undefined ? [] : contractProblems(preview, ownCalls(bench))
      expect(problems.filter((problem) => !known.includes(problem))).toEqual([])
    }),
  )

  whenPublished('of the SDK’s own version lack what the connector needs, which is why another is pinned', () =>
    withBench({}, async (bench) => {
      await doEverything(bench)
      const problems = older === undefined ? [] : contractProblems(older, ownCalls(bench))
      const missing = problems.filter((problem) => problem.endsWith('not in the documents'))
      const kinds = new Set(missing.map((problem) => /(merge_history|side_conversations|deleted)/.exec(problem)?.[1]))
      expect(kinds).toContain('merge_history')
      expect(kinds).toContain('side_conversations')
    }),
  )

  it('are held against every step but that of a kept contact', () =>
    withBench({}, async (bench) => {
      const steps = [...(await doEverything(bench)), 'blank_contact']
      expect(steps.sort()).toEqual(Object.keys(intercom.manifest.steps).sort())
    }))
})

/** Signed addresses of files are no part of the interface. */
function ownCalls({ lab }: Bench) {
  return lab.sandbox.calls().filter(({ path }) => !path.startsWith('/signed/'))
}
