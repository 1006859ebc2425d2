import type { PlannedRecord } from '../connector/contract.ts'
import type { Identifier } from '../domain/identifier.ts'
import { findAll } from '../ports/find-all.ts'
import type { RecordRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import { bringIntoForce } from './common/approval.ts'
import type { Lease } from './common/lease.ts'
import { approvedRows } from './common/planned.ts'
import { openIdentifier, openRecord } from './common/sealed.ts'

/** What the approval in force lets a leg do, and what it says nothing about. */
export interface Approved {
  readonly acted: readonly PlannedRecord[]
  readonly kept: readonly PlannedRecord[]
  /** Certain ones that the approved plan lists. */
  readonly identifiers: readonly Identifier[]
  /** All certain ones, also those that were learned since. */
  readonly certain: readonly Identifier[]
  /** Digests of what the approver saw, or what waits for or had a person's decision. */
  readonly known: ReadonlySet<string>
  /** How many of the leg's own records nobody approved: an account that was searched after the plan was made. */
  readonly unplanned: number
  /** How many of the leg's own matches wait for a decision. */
  readonly undecided: number
}

/** Reads what a leg may do now; an approval whose cooling-off period is over comes into force first. */
export async function approvedShare(ports: Ports, lease: Lease): Promise<Approved> {
  const { request, leg, vault } = lease
  return ports.store.transact(async (tx) => {
    if (request.nextApproval !== null) await bringIntoForce(ports, tx, request.id)
    const [present, rows, identifiers, own] = await Promise.all([
      tx.request.get(request.id),
      approvedRows(tx, lease),
      tx.identifier.find({ requestId: request.id, isCertain: true }),
      findAll(tx.record, { legId: leg.id }),
    ])
    const now = ports.clock.nowMs()
    const version = present?.approval?.planVersion ?? 0
    const isKept = (row: RecordRow) => row.decision === 'retain' && (row.untilMs ?? Infinity) > now
    const undecided = own.filter((row) => !row.isCertain && row.decision === null)
    const passed = [...undecided, ...own.filter((row) => row.decision === 'not_subject')]
    const known = new Set([...rows, ...passed].map((row) => row.refDigest))
    const listed = identifiers.filter((row) => row.planVersion !== null && row.planVersion <= version)
    return {
      acted: rows.filter((row) => !isKept(row)).map((row) => openRecord(vault, row)),
      kept: rows.filter(isKept).map((row) => openRecord(vault, row)),
      identifiers: listed.map((row) => openIdentifier(vault, row)),
      certain: identifiers.map((row) => openIdentifier(vault, row)),
      known,
      // What was found here and never planned was never approved, unless it is no matter for a plan.
      unplanned: own.filter((row) => row.round === leg.round && !known.has(row.refDigest)).length,
      undecided: undecided.length,
    }
  })
}
