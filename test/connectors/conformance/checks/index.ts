import { isDsrError } from '../../../../src/connector/index.ts'
import { Violation } from '../violation.ts'
import type { Candidate } from '../lab.ts'
import { brokenAnswerChecks } from './broken-answers.ts'
import type { Check } from './check.ts'
import { erasingChecks } from './erasing.ts'
import { lieChecks } from './lies.ts'
import { lostAnswerChecks } from './lost-answers.ts'
import { manifestChecks } from './manifest.ts'
import { pressureChecks } from './pressure.ts'
import { readingChecks } from './reading.ts'
import { wishChecks } from './wishes.ts'

export type { Check } from './check.ts'

/** Every promise of the contract that a sandbox can show, in the order in which a broken connector is best understood. */
export const checks: readonly Check[] = [
  ...manifestChecks,
  ...readingChecks,
  ...erasingChecks,
  ...lostAnswerChecks,
  ...lieChecks,
  ...wishChecks,
  ...brokenAnswerChecks,
  ...pressureChecks,
]

/**
 * Runs one check. An error of the connector that no check expected is a violation as well.
 *
 * @throws Violation
 */
export async function runCheck(check: Check, candidate: Candidate): Promise<void> {
  try {
    await check.run(candidate)
  } catch (error) {
    if (!isDsrError(error)) throw error
    throw new Violation('does what a good vendor lets it do', error.code, error)
  }
}

export type { Candidate }
