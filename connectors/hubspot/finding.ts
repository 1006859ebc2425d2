import type { PartFinding } from '../../src/connector/index.ts'

/** What one look showed: findings and the queries behind them. */
export interface Look {
  readonly findings: readonly PartFinding[]
  /** Query class and how many of the subject's records it showed. */
  readonly seen: readonly (readonly [queryClass: string, result: number])[]
}

/** The verdict of a part by what is live and what waits for the vendor's purge. */
export function findingOf(part: string, looked: number, left: Left): PartFinding {
  if (left.live > 0) return { part, looked, remaining: left.live, verdict: { kind: 'present' } }
  if (left.purgeByMs.length === 0) return { part, looked, remaining: 0, verdict: { kind: 'absent' } }
  const purgeByMs = Math.max(...left.purgeByMs)
  // What should have been purged and is still shown was not purged.
  if (purgeByMs < left.nowMs) return { part, looked, remaining: left.purgeByMs.length, verdict: { kind: 'present' } }
  return { part, looked, remaining: 0, verdict: { kind: 'soft_deleted', purgeByMs } }
}

export interface Left {
  readonly live: number
  /** One entry for each record that is out of use: when the vendor purges it. */
  readonly purgeByMs: readonly number[]
  readonly nowMs: number
}

export const DAY_MS = 24 * 60 * 60 * 1000
