import type { PartFinding, PlannedRecord } from '../../src/connector/index.ts'
import { PURGE_MS } from './depth.ts'
import { msAt } from './mapping.ts'

/** What one look showed: findings and the queries behind them. */
export interface Look {
  readonly findings: readonly PartFinding[]
  /** Query class and how many of the subject's records it showed. */
  readonly seen: readonly (readonly [queryClass: string, result: number])[]
}

export interface Left {
  readonly live: number
  /** One entry for each record that is marked as deleted: when Pipedrive purges it at the latest. */
  readonly purgeByMs: readonly number[]
  readonly nowMs: number
}

/** The verdict of a part by what is live and what waits for the purge. */
export function findingOf(part: string, looked: number, { live, purgeByMs, nowMs }: Left): PartFinding {
  if (live > 0) return { part, looked, remaining: live, verdict: { kind: 'present' } }
  if (purgeByMs.length === 0) return { part, looked, remaining: 0, verdict: { kind: 'absent' } }
  const lastMs = Math.max(...purgeByMs)
  // What should have been purged and is still shown was not purged.
  if (lastMs < nowMs) return { part, looked, remaining: purgeByMs.length, verdict: { kind: 'present' } }
  return { part, looked, remaining: 0, verdict: { kind: 'soft_deleted', purgeByMs: lastMs } }
}

/**
 * When Pipedrive purges a record that it no longer shows. It was marked as deleted between our reading and now, so it is
 * gone 30 days from now at the latest. 30 days after the reading, a look that shows nothing means gone.
 *
 * @returns nothing when the purge is over.
 */
export function hiddenPurge(record: PlannedRecord, nowMs: number): readonly number[] {
  const readMs = msAt(record.content, 'read_at') ?? nowMs
  return nowMs < readMs + PURGE_MS ? [nowMs + PURGE_MS] : []
}
