import { describe, expect, it } from '@jest/globals'
import { MUTANTS } from './mutants.ts'
import { violationsOf } from './seeds.ts'

const MOST_SEEDS = 2000
const MINUTES = 60_000

describe('the simulation sees within two thousand seeds that', () => {
  it.each(Object.entries(MUTANTS))(
    '%s',
    async (name, mutation) => {
      let seed = 0
      let seen: readonly string[] = []
      for (; seed < MOST_SEEDS && seen.length === 0; seed += 1) seen = await violationsOf(seed, { mutation })
      if (process.env.SIM_TABLE !== undefined) console.info(`${name} | ${seed} | ${seen[0] ?? 'not seen'}`)
      expect(seen).not.toEqual([])
    },
    10 * MINUTES,
  )
})
