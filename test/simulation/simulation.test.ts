import { describe, expect, it } from '@jest/globals'
import { runSeed } from './run.ts'
import { SCENARIOS } from './scenario.ts'
import { violationsOf } from './seeds.ts'

const { SIM_SEED, SIM_SEEDS, SIM_FROM } = process.env
const SEEDS = SIM_SEED === undefined ? Number(SIM_SEEDS ?? 2000) : 1
const FIRST = Number(SIM_SEED ?? SIM_FROM ?? 0)
const GROUPS = 20
const MINUTES = 60_000

/** Every move of a seed, when it is the one that somebody replays. */
async function storyOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = []
  if (SIM_SEED !== undefined) await violationsOf(seed, { trace: (line) => lines.push(line) })
  return lines
}

/**
 * Two coordinators, three connector workers, two relays, a watchdog and impatient people, on one store, one queue and two vendors.
 * Any of them may die at any commit, call or message; answers are lost, the queue forgets, clocks differ and jump. A seed is one
 * course of events and repeats itself exactly: `SIM_SEED=7 npm test -- test/simulation/simulation`.
 */
describe('the simulation', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.title, scenario] as const))(
    'without faults: %s',
    async (_, scenario) => {
      const { violations } = await runSeed({ scenario, seed: 1, faults: 0 })
      expect(violations).toEqual([])
    },
  )

  it('repeats itself exactly', async () => {
    const trace = async (): Promise<readonly string[]> => {
      const lines: string[] = []
      await violationsOf(FIRST + 3, { trace: (line) => lines.push(line) })
      return lines
    }
    expect(await trace()).toEqual(await trace())
  })

  const perGroup = Math.ceil(SEEDS / GROUPS)
  const groups = Array.from({ length: Math.ceil(SEEDS / perGroup) }, (_, index) => FIRST + index * perGroup)
  it.each(groups)(
    'nothing is lost, doubled, touched or claimed wrongly, seeds from %i',
    async (from) => {
      const seen: Record<string, readonly string[]> = {}
      for (let seed = from; seed < Math.min(from + perGroup, FIRST + SEEDS); seed += 1) {
        const violations = await violationsOf(seed)
        if (violations.length > 0) seen[`SIM_SEED=${seed}`] = [...violations, ...(await storyOf(seed))]
      }
      expect(seen).toEqual({})
    },
    (perGroup * MINUTES) / 20 + MINUTES,
  )
})
