import type { LegId } from '../../domain/ids.ts'
import type { LegRow, RecordRow } from '../../ports/rows.ts'
import type { Tx } from '../../ports/store.ts'
import { findAll } from '../../ports/find-all.ts'
import type { Lease } from './lease.ts'

/**
 * The records of the approved plan at the lease's account: listed in a version that was approved, and not said to be somebody
 * else's. A recheck's leg works from the records of the legs before it.
 */
export async function approvedRows(tx: Tx, lease: Lease): Promise<readonly RecordRow[]> {
  const [request, legs] = await Promise.all([
    tx.request.get(lease.request.id),
    tx.leg.find({ requestId: lease.request.id, accountId: lease.account.id }),
  ])
  const version = request?.approval?.planVersion ?? 0
  const rows = await findAll(tx.record, { legId: { in: legs.map((leg) => leg.id) }, planVersion: { atMost: version } })
  // What a recheck found again has a row of each leg: the latest says what was decided last.
  const generations = new Map(legs.map((leg) => [leg.id, leg.generation]))
  const inOrder = [...rows].sort((a, b) => (generations.get(a.legId) ?? 0) - (generations.get(b.legId) ?? 0))
  const latest = new Map(inOrder.map((row) => [`${row.part} ${row.refDigest}`, row]))
  return [...latest.values()].filter((row) => row.decision !== 'not_subject')
}

/**
 * Why a leg may not end yet: a match waits for a decision, or what a person decided is the subject's is in no approved plan.
 *
 * @returns undefined when it may.
 */
export async function openQuestion(
  tx: Tx,
  leg: Pick<LegRow, 'id' | 'requestId'>,
): Promise<'undecided' | 'plan_drift' | undefined> {
  const matches = await findAll(tx.record, { legId: leg.id, isCertain: false })
  if (matches.length === 0) return undefined
  if (matches.some((row) => row.decision === null)) return 'undecided'
  const request = await tx.request.get(leg.requestId)
  const version = request?.approval?.planVersion ?? 0
  const isUnplanned = (row: RecordRow) =>
    row.decision !== 'not_subject' && (row.planVersion === null || row.planVersion > version)
  return matches.some(isUnplanned) ? 'plan_drift' : undefined
}

/** Matches of a leg that are not certain and that nobody decided: the leg does not end before somebody does. */
export async function undecidedRows(tx: Tx, legId: LegId): Promise<readonly RecordRow[]> {
  return findAll(tx.record, { legId, isCertain: false, decision: null })
}

/** Records of the account that a person said are somebody else's. */
export async function refusedRows(tx: Tx, lease: Lease): Promise<readonly RecordRow[]> {
  const legs = await tx.leg.find({ requestId: lease.request.id, accountId: lease.account.id })
  return findAll(tx.record, { legId: { in: legs.map((leg) => leg.id) }, decision: 'not_subject' })
}
