import type { DepthRow, PartFinding, PlannedRecord, VerifyReport } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { PartResult } from '../domain/part.ts'
import { isWritingRight } from '../domain/right.ts'
import type { EffectRow, LegRow, RecordRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from './common/all.ts'
import { holdLease, RELEASED, type Lease } from './common/lease.ts'
import { parkLeg } from './common/moves.ts'
import { nothingFound } from './common/parts.ts'
import { approvedRows, refusedRows } from './common/planned.ts'
import { settleLeg } from './common/settle-leg.ts'
import { openIdentifier, openRecord } from './common/sealed.ts'

/** When absences are still missing after the manifest's last wait, so many further looks follow at that wait. */
const EXTRA_LOOKS = 3

/**
 * One leg's look at the vendor after acting: by id and by identifier, after a positive control. Only this yields gone. What is
 * still there is looked at again on the manifest's schedule; what is there at the last look goes to a person.
 */
export async function runVerify(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  const rows = await ports.store.transact(async (tx) => approvedRows(tx, lease))
  const identifiers = await ports.store.transact(async (tx) =>
    tx.identifier.find({ requestId: lease.request.id, isCertain: true }),
  )
  const refused = await ports.store.transact(async (tx) => refusedRows(tx, lease))
  const records: readonly PlannedRecord[] = rows.map((row) => openRecord(lease.vault, row))
  const report = await lease.account.connector.verify(lease.account.context(signal), {
    right: lease.request.right,
    records,
    others: refused.map((row) => openRecord(lease.vault, row)),
    identifiers: identifiers.map((row) => openIdentifier(lease.vault, row)),
  })
  if (report.control.result === 0) throw new DsrError('VENDOR_ANSWER_UNREADABLE', 'the positive control showed nothing')
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    const effects = await findAll(tx.effect, { legId: leg.id })
    const look: Look = { lease, report, rows, effects, parts: [] }
    const parts = partResults(ports, look)
    await decide(ports, tx, { leg, look: { ...look, parts } })
  })
  ports.events.emit('leg.looked', { legId: lease.leg.id, accountId: lease.account.id, look: lease.leg.looks + 1 })
}

interface Look {
  readonly lease: Lease
  readonly report: VerifyReport
  readonly rows: readonly RecordRow[]
  readonly effects: readonly EffectRow[]
  readonly parts: readonly PartResult[]
}

async function decide(ports: Ports, tx: Tx, { leg, look }: { leg: LegRow; look: Look }): Promise<void> {
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

function isStillThere(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.code === 'VENDOR_KEPT_RECORD'
}

/** What became of each part, from what the look showed; nothing the vendor merely said counts. */
function partResults(ports: Ports, look: Look): readonly PartResult[] {
  const { manifest } = look.lease.account.connector
  return nothingFound(manifest, look.lease.leg.unavailable).map((empty) => {
    const rows = look.rows.filter((row) => row.part === empty.part)
    const finding = look.report.findings.find((one) => one.part === empty.part)
    const depth = manifest.depth.find((row) => row.part === empty.part)
    const isReading = !isWritingRight(look.lease.request.right)
    if (!depth || (rows.length === 0 && (isReading || (finding?.remaining ?? 0) === 0))) return empty
    return partResult(ports, { look, rows, finding, depth })
  })
}

interface PartLook {
  readonly look: Look
  readonly rows: readonly RecordRow[]
  readonly finding: PartFinding | undefined
  readonly depth: DepthRow
}

function partResult(ports: Ports, { look, rows, finding, depth }: PartLook): PartResult {
  const now = ports.clock.nowMs()
  const kept = rows.filter((row) => row.decision === 'retain' && (row.untilMs ?? Infinity) > now)
  const found = Math.max(rows.length, finding?.remaining ?? 0)
  if (!isWritingRight(look.lease.request.right)) {
    return {
      part: depth.part,
      outcome: { kind: 'exported' },
      counts: { found: rows.length, done: rows.length, kept: 0, remaining: finding?.remaining ?? rows.length },
    }
  }
  const remaining = Math.max(0, (finding?.remaining ?? 0) - kept.length)
  const counts = { found, done: Math.max(0, found - kept.length - remaining), kept: kept.length, remaining }
  return { part: depth.part, outcome: erasureOutcome({ look, finding, depth, kept, remaining }), counts }
}

function erasureOutcome(of: Omit<PartLook, 'rows'> & { kept: readonly RecordRow[]; remaining: number }): Outcome {
  const { finding, depth, kept, remaining, look } = of
  const refused = look.effects.find(
    (effect) => effect.part === depth.part && (effect.state === 'rejected' || effect.state === 'stopped'),
  )
  const verdict = finding?.verdict ?? { kind: 'cannot_tell', why: 'the connector did not look' }
  switch (verdict.kind) {
    case 'cannot_tell':
      return depth.onErasure === 'left'
        ? { kind: 'not_supported', why: depth.why ?? verdict.why }
        : { kind: 'unverifiable', why: verdict.why }
    case 'in_place':
      return { kind: 'suppressed' }
    case 'soft_deleted':
      return { kind: 'accepted', finishesByMs: verdict.purgeByMs }
    case 'present':
    case 'absent':
      if (depth.onErasure === 'suppressed')
        return { kind: 'not_done', why: 'the entry that stops mail is not in place' }
      if (remaining === 0) return keptOr(kept, depth)
      if (depth.onErasure === 'left')
        return { kind: 'not_supported', why: depth.why ?? 'this system has no way to erase it' }
      if (refused)
        return refused.state === 'stopped'
          ? { kind: 'not_done', why: 'stopped' }
          : { kind: 'failed', code: refused.errorCode ?? 'VENDOR_REFUSED' }
      return { kind: 'failed', code: 'VENDOR_KEPT_RECORD' }
  }
}

function keptOr(kept: readonly RecordRow[], depth: DepthRow): Outcome {
  const last = [...kept].sort((a, b) => (a.untilMs ?? 0) - (b.untilMs ?? 0)).at(-1)
  if (last?.law != null && last.untilMs !== null) return { kind: 'retained', law: last.law, untilMs: last.untilMs }
  switch (depth.onErasure) {
    case 'anonymised':
      return { kind: 'anonymised' }
    case 'suppressed':
      return { kind: 'suppressed' }
    case 'erased':
    case 'left':
      return { kind: 'erased' }
  }
}
