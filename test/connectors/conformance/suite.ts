import { describe, it } from '@jest/globals'
import { contractProblems, loadContract } from '../contract-check.ts'
import { checks, runCheck } from './checks/index.ts'
import { eraseWell } from './facts.ts'
import { inLab } from './lab.ts'
import type { Candidate } from './lab.ts'
import { holds } from './violation.ts'

// A check of many faults is one test; the slowest vendors need some minutes on a busy machine.
const TIMEOUT_MS = 300_000

/** Registers the whole conformance suite for one connector. */
export function describeConformance(candidate: Candidate): void {
  const { id } = candidate.connector.manifest
  describe(`connector ${id}`, () => {
    it.each(checks.map((check) => [check.name, check] as const))(
      '%s',
      async (_, check) => {
        await runCheck(check, candidate)
      },
      TIMEOUT_MS,
    )
    const contract = loadContract(id)
    const run = contract === undefined ? it.skip : it
    run(
      'makes only calls, and gets only answers, of the published document',
      async () => {
        await inLab(candidate, {}, async (lab) => {
          await eraseWell(lab, lab.subject)
          const known = Object.keys(lab.sandbox.deviations ?? {}).map(patternOf)
          const said = contract === undefined ? [] : contractProblems(contract, lab.sandbox.calls())
          const problems = said.filter((problem) => !known.some((pattern) => pattern.test(problem)))
          holds(problems.length === 0, 'keeps to the published document', problems.slice(0, 20).join('; '))
        })
      },
      TIMEOUT_MS,
    )
  })
}

/** A deviation as its sandbox writes it: `*` stands for any text. */
export function patternOf(deviation: string): RegExp {
  const pieces = deviation.split('*').map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`)
}
