import { describe, expect, it } from '@jest/globals'
import * as serviceDesk from 'jira.js/serviceDesk'
import { jira } from '../../../connectors/jira/index.ts'
import { DEVIATIONS } from '../../../connectors/jira/sandbox/deviations.ts'
import type { SandboxCall } from '../../../src/connector/testing.ts'
import { contractProblems, loadContract } from '../contract-check.ts'
import { patternOf } from '../conformance/suite.ts'
import { carryOutAll, verbOf } from '../kit/bench.ts'
import type { Bench } from '../kit/bench.ts'
import { eraseAll, withJira } from './piece.ts'

const contract = loadContract('jira')

const OPTIONS = {
  correction_fields: { phone: 'customfield_10050' },
  restriction_level: '10100',
  revoke_portal: true,
}

/** Everything that the connector can do: reading, the three lesser rights, erasing, looking again. Steps that were sent. */
async function doEverything(bench: Bench): Promise<ReadonlySet<string>> {
  const steps = new Set<string>()
  await jira.check(bench.context)
  for (const right of ['rectification', 'objection', 'restriction'] as const) {
    const wish = { corrections: [{ field: 'phone' as const, value: '+32470999888' }], purposes: ['all' as const] }
    const leg = await bench.legOf({ right, wish })
    const plan = await verbOf(bench, right).plan(bench.context, leg)
    await carryOutAll(bench, right, plan)
    await bench.verify(leg)
    for (const { step } of plan) steps.add(step)
  }
  const leg = await bench.legOf({ right: 'erasure' })
  for (const { effect } of await eraseAll(bench)) steps.add(effect.step)
  await bench.verify(leg)
  return steps
}

function isOfDesk({ path, method }: SandboxCall): boolean {
  return path.startsWith('/rest/servicedeskapi/') && method === 'GET'
}

/** The SDK's model of an answer of the service desk, which has no published document that may be kept. */
function modelOf(path: string) {
  const last = path.split('/').at(-1)
  switch (last) {
    case 'servicedesk':
      return serviceDesk.PagedServiceDeskSchema
    case 'customer':
    case 'participant':
      return serviceDesk.PagedUserSchema
    case 'organization':
      return serviceDesk.PagedOrganizationSchema
    case 'approval':
      return serviceDesk.PagedApprovalSchema
    case 'sla':
      return serviceDesk.PagedSlaInformationSchema
    case 'feedback':
      return serviceDesk.CSATFeedbackFullSchema
    default:
      return undefined
  }
}

describe('the calls of the connector and the answers of the sandbox', () => {
  const run = contract === undefined ? it.skip : it
  run('keep to the published document of the platform, both ways, for every right and every step', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      const steps = await doEverything(bench)
      expect([...steps].sort()).toEqual(Object.keys(jira.manifest.steps).sort())
      const known = Object.keys(DEVIATIONS).map(patternOf)
      const problems = contract === undefined ? [] : contractProblems(contract, bench.lab.sandbox.calls())
      expect(problems.filter((problem) => !known.some((pattern) => pattern.test(problem)))).toEqual([])
    }),
  )

  run('know no deviation that does not happen', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      await doEverything(bench)
      const problems = contract === undefined ? [] : contractProblems(contract, bench.lab.sandbox.calls())
      const idle = Object.keys(DEVIATIONS).filter((one) => !problems.some((problem) => patternOf(one).test(problem)))
      expect(idle).toEqual([])
    }),
  )

  it('keep to the SDK’s models of the service desk', () =>
    withJira({ options: OPTIONS }, async (bench) => {
      await doEverything(bench)
      const answers = bench.lab.sandbox.calls().filter((call) => isOfDesk(call) && call.status === 200)
      const failing = answers.filter(({ path, replyBody }) => {
        const model = modelOf(path)
        return !model?.safeParse(JSON.parse(replyBody)).success
      })
      expect(answers.length).toBeGreaterThan(10)
      expect([...new Set(failing.map(({ path }) => path.replaceAll(/\d+/g, '{id}')))]).toEqual([])
    }))
})
