import { describe, expect, it } from '@jest/globals'
import { checks, runCheck } from './checks/index.ts'
import { FLAWS } from './toy/flaws.ts'
import type { Flaw } from './toy/flaws.ts'
import { toyConnector } from './toy/connector.ts'
import { startToySandbox } from './toy/sandbox.ts'
import { Violation } from './violation.ts'

/** The first promise that the suite finds broken. */
async function firstViolation(flaw: Flaw): Promise<string> {
  const candidate = { connector: toyConnector(flaw), startSandbox: startToySandbox }
  for (const check of checks) {
    try {
      await runCheck(check, candidate)
    } catch (error) {
      return error instanceof Violation ? error.rule : `fails with ${String(error)}`
    }
  }
  return 'nothing is wrong'
}

describe('the conformance suite', () => {
  it.each(Object.entries(FLAWS))(
    'sees a connector that %s',
    async (flaw, rule) => {
      expect(await firstViolation(flaw as Flaw)).toBe(rule)
    },
    120_000,
  )
})
