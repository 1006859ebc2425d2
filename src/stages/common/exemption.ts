import type { FoundRecord } from '../../connector/contract.ts'
import { keptUntilMs } from '../../domain/exemption.ts'
import type { AccountId } from '../../domain/ids.ts'
import type { Right } from '../../domain/right.ts'
import type { RecordRow } from '../../ports/rows.ts'
import type { Policy } from '../../ports/runtime.ts'

/** The retention that the policy lays on a record of an erasure, or nothing. A rule decides what else a person would have to. */
export function exemptionFor(
  policy: Policy,
  { accountId, right, record }: { accountId: AccountId; right: Right; record: FoundRecord },
): Partial<Pick<RecordRow, 'decision' | 'law' | 'untilMs'>> {
  if (right !== 'erasure') return {}
  const rule = policy.exemptions.find((one) => one.accountId === accountId && one.part === record.part)
  // Without a date nobody can tell how long: a person decides then.
  if (!rule || record.createdAtMs === undefined) return {}
  return {
    decision: 'retain',
    law: rule.law,
    untilMs: keptUntilMs(record.createdAtMs, rule.keepYears, policy.timeZone),
  }
}
