import type { PartFinding, PlannedRecord } from './contract.ts'

export const DAY_MS = 24 * 60 * 60 * 1000

/** What one look showed: findings and the queries behind them. */
export interface Look {
  readonly findings: readonly PartFinding[]
  /** Query class and how many of the subject's records it showed. */
  readonly seen: readonly (readonly [queryClass: string, result: number])[]
}

export interface Left {
  /** The subject's records that are still in use. */
  readonly live: number
  /** Why some of them could not be looked at, if so: a fixed text. */
  readonly unseenBecause?: string
  /** One entry for each record that is out of use: when the vendor purges it at the latest. */
  readonly purgeByMs?: readonly number[]
  readonly nowMs: number
}

/** The verdict of a part: present wins over doubt, doubt over waiting for the purge, waiting over absence. */
export function findingOf(part: string, looked: number, left: Left): PartFinding {
  const { live, unseenBecause, purgeByMs = [], nowMs } = left
  if (live > 0) return { part, looked, remaining: live, verdict: { kind: 'present' } }
  const lastMs = Math.max(...purgeByMs)
  // What should have been purged and is still shown was not purged.
  if (purgeByMs.length > 0 && lastMs < nowMs)
    return { part, looked, remaining: purgeByMs.length, verdict: { kind: 'present' } }
  if (unseenBecause !== undefined)
    return { part, looked, remaining: 0, verdict: { kind: 'cannot_tell', why: unseenBecause } }
  if (purgeByMs.length === 0) return { part, looked, remaining: 0, verdict: { kind: 'absent' } }
  return { part, looked, remaining: 0, verdict: { kind: 'soft_deleted', purgeByMs: lastMs } }
}

/**
 * When a vendor purges a record that it marks as deleted and no longer shows. It was marked between our reading and now, so
 * it is gone `purgeMs` from now at the latest; `purgeMs` after the reading, a look that shows nothing means gone.
 *
 * @returns nothing when the purge is over.
 */
export function hiddenPurge(readMs: number, { purgeMs, nowMs }: HiddenPurge): readonly number[] {
  return nowMs < readMs + purgeMs ? [nowMs + purgeMs] : []
}

export interface HiddenPurge {
  readonly purgeMs: number
  readonly nowMs: number
}

/** The records of one part. */
export function recordsIn<Record extends Pick<PlannedRecord, 'part'>>(
  records: readonly Record[],
  part: string,
): readonly Record[] {
  return records.filter((record) => record.part === part)
}
