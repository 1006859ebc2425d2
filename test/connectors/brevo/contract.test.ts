import { describe, expect, it } from '@jest/globals'
import { brevo } from '../../../connectors/brevo/index.ts'
import { DEVIATIONS } from '../../../connectors/brevo/sandbox/deviations.ts'
import type { WritingRight } from '../../../src/connector/index.ts'
import { act } from '../conformance/acting.ts'
import { contractProblems, loadContract } from '../contract-check.ts'
import { carryOutAll, lookBack, ownIds, planned, verbOf, withBench } from './bench.ts'
import type { Bench } from './bench.ts'

const contract = loadContract('brevo')
// Visible as skipped where the published document is not beside the project.
const whenPublished = contract === undefined ? it.skip : it

const RIGHTS: readonly WritingRight[] = ['objection', 'restriction', 'rectification']

/** Every verb and every step once, those that wait for a person's decision among them; what Brevo refuses, too. */
async function doEverything(bench: Bench): Promise<ReadonlySet<string>> {
  const { context, lab } = bench
  const steps = new Set<string>()
  await brevo.check(context)
  await bench.discover({ identifiers: [{ kind: 'email', value: 'nobody.at.all@example.net' }] })
  const corrections = [{ field: 'email', value: 'moved@example.net' }] as const
  const wish = { corrections, purposes: ['direct_marketing'] } as const
  const [customer] = ownIds(bench)
  const records = (await bench.discover({ right: 'access', identifiers: lab.subject.identifiers })).map(planned)
  for await (const piece of brevo.export(context, records))
    if (piece.kind === 'attachment') (await piece.open()).resume()
  for (const right of RIGHTS) {
    const leg = await bench.legOf({ right, wish })
    const some = { ...leg, records: leg.records.filter(({ part, ref }) => part !== 'contact' || ref === customer) }
    const plan = await verbOf(bench, right).plan(context, some)
    for (const effect of plan) await lookBack(bench, right, effect)
    await carryOutAll(bench, right, plan)
    await bench.verify(some)
    for (const { step } of plan) steps.add(step)
  }
  const leg = await bench.legOf({ right: 'erasure' })
  const plan = await verbOf(bench, 'erasure').plan(context, leg)
  for (const effect of plan) await lookBack(bench, 'erasure', effect)
  await act(lab, [plan], { context })
  await act(lab, [plan], { context })
  await bench.verify(leg)
  for (const { step } of plan) steps.add(step)
  return steps
}

describe('the published document of Brevo', () => {
  whenPublished('allows every call and every answer, but for what its newer SDK says otherwise', () =>
    withBench({}, async (bench) => {
      await doEverything(bench)
      const calls = bench.lab.sandbox.calls().filter(({ path }) => !path.startsWith('/store/'))
      const problems = contract === undefined ? [] : contractProblems(contract, calls)
      const known = Object.keys(DEVIATIONS)
      expect(problems.filter((problem) => !known.includes(problem))).toEqual([])
      // What the document has learned since is no deviation any more.
      expect(known.filter((one) => !problems.includes(one))).toEqual([])
    }),
  )

  it('is held against every step of the manifest', () =>
    withBench({}, async (bench) => {
      const steps = await doEverything(bench)
      expect([...steps].sort()).toEqual(Object.keys(brevo.manifest.steps).sort())
    }))
})
