import type { PartFinding, PlannedRecord } from '../../src/connector/index.ts'

/** What one look showed: findings and the queries behind them. */
export interface Look {
  readonly findings: readonly PartFinding[]
  /** Query class and how many of the subject's records it showed. */
  readonly seen: readonly (readonly [queryClass: string, result: number])[]
}

export interface Left {
  readonly looked: number
  readonly remaining: number
  /** Why some of them could not be looked at, if so. */
  readonly unseenBecause?: string
}

/** Present wins over doubt, doubt over absence. */
export function findingOf(part: string, { looked, remaining, unseenBecause }: Left): PartFinding {
  if (remaining > 0) return { part, looked, remaining, verdict: { kind: 'present' } }
  if (unseenBecause !== undefined)
    return { part, looked, remaining, verdict: { kind: 'cannot_tell', why: unseenBecause } }
  return { part, looked, remaining, verdict: { kind: 'absent' } }
}

export function inPart(records: readonly PlannedRecord[], part: string): readonly PlannedRecord[] {
  return records.filter((record) => record.part === part)
}
