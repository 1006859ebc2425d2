import type { DepthRow, PartFinding, VerifyReport } from '../connector/contract.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { PartResult } from '../domain/part.ts'
import type { EffectRow, RecordRow } from '../ports/rows.ts'
import type { Lease } from './common/lease.ts'
import { nothingFound } from './common/parts.ts'

/** What one look at the vendor had before it: the report, the plan's records, and what became of the effects. */
export interface Look {
  readonly lease: Lease
  readonly report: VerifyReport
  readonly rows: readonly RecordRow[]
  readonly effects: readonly EffectRow[]
}

/** What became of each part, from what the look showed; nothing the vendor merely said counts. */
export function partResults(look: Look, nowMs: number): readonly PartResult[] {
  const { manifest } = look.lease.account.connector
  return nothingFound(manifest, look.lease.leg.unavailable).map((empty) => {
    const rows = look.rows.filter((row) => row.part === empty.part)
    const finding = look.report.findings.find((one) => one.part === empty.part)
    const depth = manifest.depth.find((row) => row.part === empty.part)
    return depth ? partResult({ look, rows, finding, depth, nowMs, empty }) : empty
  })
}

interface PartLook {
  readonly look: Look
  readonly rows: readonly RecordRow[]
  readonly finding: PartFinding | undefined
  readonly depth: DepthRow
  readonly nowMs: number
  readonly empty: PartResult
}

function partResult(part: PartLook): PartResult {
  switch (part.look.lease.request.right) {
    case 'access':
    case 'portability':
      return exportResult(part)
    case 'erasure':
      return erasureResult(part)
    case 'rectification':
      return wishResult(part, { kind: 'rectified' })
    case 'objection':
      return wishResult(part, { kind: 'suppressed' })
    case 'restriction':
      return wishResult(part, { kind: 'restricted' })
  }
}

function exportResult({ rows, finding, depth, empty }: PartLook): PartResult {
  if (rows.length === 0) return empty
  const counts = { found: rows.length, done: rows.length, kept: 0, remaining: finding?.remaining ?? rows.length }
  return { part: depth.part, outcome: { kind: 'exported' }, counts }
}

function erasureResult({ look, rows, finding, depth, nowMs, empty }: PartLook): PartResult {
  if (rows.length === 0 && (finding?.remaining ?? 0) === 0) return empty
  const kept = rows.filter((row) => row.decision === 'retain' && (row.untilMs ?? Infinity) > nowMs)
  const found = Math.max(rows.length, finding?.remaining ?? 0)
  const remaining = Math.max(0, (finding?.remaining ?? 0) - kept.length)
  const counts = { found, done: Math.max(0, found - kept.length - remaining), kept: kept.length, remaining }
  return { part: depth.part, outcome: erasureOutcome({ look, finding, depth, kept, remaining }), counts }
}

/**
 * What is neither read nor erased but put in place: only the places that the connector looked at for it count. A system that has
 * the person's records and no place for the wish says so.
 */
function wishResult({ look, rows, finding, depth, empty }: PartLook, inPlace: Outcome): PartResult {
  if (!finding) {
    const isSilent = look.report.findings.length === 0 && rows.length > 0
    const why = 'this system has no place for it'
    return isSilent
      ? { ...empty, outcome: { kind: 'not_supported', why }, counts: { ...empty.counts, found: rows.length } }
      : empty
  }
  const { looked, remaining } = finding
  const counts = { found: looked, done: Math.max(0, looked - remaining), kept: 0, remaining }
  return { part: depth.part, outcome: wishOutcome({ look, finding, depth }, inPlace), counts }
}

function wishOutcome(
  { look, finding, depth }: Pick<PartLook, 'look' | 'depth'> & { finding: PartFinding },
  inPlace: Outcome,
): Outcome {
  const { verdict } = finding
  switch (verdict.kind) {
    case 'in_place':
      return inPlace
    case 'cannot_tell':
      return { kind: 'unverifiable', why: verdict.why }
    case 'absent':
    case 'soft_deleted':
      return { kind: 'not_done', why: 'the record is gone' }
    case 'present':
      return refusedOutcome(look, depth) ?? { kind: 'failed', code: 'VENDOR_KEPT_RECORD' }
  }
}

function refusedOutcome({ effects }: Look, { part }: DepthRow): Outcome | undefined {
  const refused = effects.find(
    (effect) => effect.part === part && (effect.state === 'rejected' || effect.state === 'stopped'),
  )
  if (!refused) return undefined
  if (refused.state === 'stopped') return { kind: 'not_done', why: 'stopped' }
  return { kind: 'failed', code: refused.errorCode ?? 'VENDOR_REFUSED' }
}

interface ErasureLook extends Pick<PartLook, 'look' | 'finding' | 'depth'> {
  readonly kept: readonly RecordRow[]
  readonly remaining: number
}

function erasureOutcome({ finding, depth, kept, remaining, look }: ErasureLook): Outcome {
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
      return refusedOutcome(look, depth) ?? { kind: 'failed', code: 'VENDOR_KEPT_RECORD' }
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
