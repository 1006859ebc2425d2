import type { RecordRow } from '../../ports/rows.ts'
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
  return rows.filter((row) => row.decision !== 'not_subject')
}

/** Records of the account that a person said are somebody else's. */
export async function refusedRows(tx: Tx, lease: Lease): Promise<readonly RecordRow[]> {
  const legs = await tx.leg.find({ requestId: lease.request.id, accountId: lease.account.id })
  return findAll(tx.record, { legId: { in: legs.map((leg) => leg.id) }, decision: 'not_subject' })
}
