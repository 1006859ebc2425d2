import { runSeed, type RunResult } from './run.ts'
import type { Facts } from './checker.ts'
import { SCENARIOS, type Scenario } from './scenario.ts'
import type { Mutation } from './world.ts'

const FAULTS = 12
const calm = new Map<Scenario, Promise<Facts>>()

/** What the records say when nothing goes wrong. */
function calmFacts(scenario: Scenario): Promise<Facts> {
  const facts = calm.get(scenario) ?? runSeed({ scenario, seed: 1, faults: 0 }).then((result) => result.facts)
  calm.set(scenario, facts)
  return facts
}

/**
 * Runs one seed with faults. Whatever happened on the way, the records say in the end what they say when nothing goes wrong.
 *
 * @returns what was violated; empty when all is well.
 */
export async function violationsOf(
  seed: number,
  { mutation, trace }: { mutation?: Mutation; trace?: (line: string) => void } = {},
): Promise<readonly string[]> {
  const scenario = SCENARIOS[seed % SCENARIOS.length]!
  const expected = await calmFacts(scenario)
  const result = await runSeed({
    scenario,
    seed,
    faults: FAULTS,
    ...(mutation && { mutation }),
    ...(trace && { trace }),
  })
  return [...result.violations, ...differences(result, expected)]
}

/**
 * Somebody who withdrew in time changed the end, and not by a fault. An account that was searched too late leaves what only it could
 * have led to for a sequel, which says so.
 */
function differences({ facts }: RunResult, expected: Facts): readonly string[] {
  return Object.keys(expected)
    .filter((key) => facts[key] !== expected[key] && facts[key] !== 'withdrawn' && expected[key] !== 'withdrawn')
    .filter((key) => !/[.][1-9]\/\w+=not_done/.test(facts[key] ?? ''))
    .map((key) => `the record says otherwise: ${facts[key] ?? ''} instead of ${expected[key] ?? ''}`)
}
