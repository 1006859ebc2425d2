import type { PlannedRecord } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { PartResult } from '../domain/part.ts'
import { isWritingRight } from '../domain/right.ts'
import type { LegRow, RecordRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { holdLease, RELEASED, type Lease } from './common/lease.ts'
import { parkLeg } from './common/moves.ts'
import { approvedRows, openQuestion, refusedRows, undecidedRows } from './common/planned.ts'
import { settleLeg } from './common/settle-leg.ts'
import { openIdentifier, openIntake, openRecord } from './common/sealed.ts'
import { partResults, type Look } from './verify-outcome.ts'

/** When absences are still missing after the manifest's last wait, so many further looks follow at that wait. */
const EXTRA_LOOKS = 3

/**
 * One leg's look at the vendor after acting: by id and by identifier, after a positive control. Only this yields gone. What is
 * still there is looked at again on the manifest's schedule; what is there at the last look goes to a person.
 */
export async function runVerify(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  const [rows, others] = await ports.store.transact(async (tx) =>
    Promise.all([approvedRows(tx, lease), passedOver(tx, lease)]),
  )
  const records: readonly PlannedRecord[] = rows.map((row) => openRecord(lease.vault, row))
  const report = await lease.account.connector.verify(lease.account.context(signal), {
    right: lease.request.right,
    records,
    wish: openIntake(lease.vault, lease.request),
    others: others.map((row) => openRecord(lease.vault, row)),
    identifiers: lease.identifiers.map((row) => openIdentifier(lease.vault, row)),
  })
  if (report.control.result === 0) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the positive control showed nothing')
  await ports.store.transact(async (tx) => {
    const [leg, effects] = await Promise.all([holdLease(tx, lease), findAll(tx.effect, { legId: lease.leg.id })])
    const look = { lease, report, rows, effects }
    const parts = partResults(look, ports.clock.nowMs())
    await decide(ports, tx, { leg, look: { ...look, parts } })
  })
  ports.events.emit('leg.looked', { legId: lease.leg.id, accountId: lease.account.id, look: lease.leg.looks + 1 })
}

/** Somebody else's, and what nobody decided yet: the leg asks about it before it ends, so it is no reason to look again. */
async function passedOver(tx: Tx, lease: Lease): Promise<readonly RecordRow[]> {
  return (await Promise.all([refusedRows(tx, lease), undecidedRows(tx, lease.leg.id)])).flat()
}

interface JudgedLook extends Look {
  readonly parts: readonly PartResult[]
}

async function decide(ports: Ports, tx: Tx, { leg, look }: { leg: LegRow; look: JudgedLook }): Promise<void> {
  const { manifest } = look.lease.account.connector
  const now = ports.clock.nowMs()
  const looks = leg.looks + 1
  const isClear = !look.parts.some((part) => isStillThere(part.outcome))
  const absences = isClear ? leg.absences + 1 : 0
  const patch = {
    looks,
    absences,
    parts: look.parts,
    readbacks: [...leg.readbacks, { ...look.report.control, queryClass: 'control' }, ...look.report.readbacks],
    lastAtMs: now,
  }
  const needed = isWritingRight(look.lease.request.right) ? manifest.absencesNeeded : 1
  if (absences >= needed) {
    const reason = await openQuestion(tx, leg)
    if (reason !== undefined) return parkQuestion(ports, tx, { leg, patch, reason })
    await settleLeg(ports, tx, { leg: { ...leg, ...patch }, parts: look.parts, patch })
    return
  }
  const waitMs = manifest.verifyAfterMs[looks] ?? manifest.verifyAfterMs.at(-1) ?? 0
  const isLast = looks >= manifest.verifyAfterMs.length + (isClear ? EXTRA_LOOKS : 0)
  await tx.leg.update(leg.id, { ...RELEASED, ...patch, stage: 'verify', nextActionAtMs: now + waitMs })
  if (isLast) {
    await parkLeg(ports, tx, {
      leg: { ...leg, ...patch },
      reason: 'still_present',
      returnTo: 'settling',
      errorCode: 'VENDOR_KEPT_RECORD',
    })
  }
}

interface Asking {
  readonly leg: LegRow
  readonly patch: Partial<Omit<LegRow, 'id' | 'state'>>
  readonly reason: 'undecided' | 'plan_drift'
}

/** The leg does not end before a person answered; what is the subject's after all is acted on under a plan of its own. */
async function parkQuestion(ports: Ports, tx: Tx, { leg, patch, reason }: Asking): Promise<void> {
  const stage = reason === 'undecided' ? 'verify' : 'act'
  await tx.leg.update(leg.id, { ...RELEASED, ...patch, stage })
  const returnTo = reason === 'undecided' ? 'settling' : 'found'
  await parkLeg(ports, tx, { leg: { ...leg, ...patch }, reason, returnTo })
}

function isStillThere(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.code === 'VENDOR_KEPT_RECORD'
}
