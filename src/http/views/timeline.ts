import type { JournalRow } from '../../ports/rows.ts'

/** How lines of one instant follow each other: several are written in one transaction, and ids tell no order. */
const ORDER: readonly string[] = [
  'request.received',
  'request.identity_needed',
  'request.identity_accepted',
  'leg.search',
  'leg.search_again',
  'leg.found_some',
  'leg.found_none',
  'request.round_started',
  'discovery.limit_reached',
  'request.ambiguous',
  'record.decided',
  'request.decided',
  'request.expired',
  'request.replan',
  'plan.made',
  'request.planned',
  'plan.approved',
  'request.dry_run_done',
  'request.acting_due',
  'leg.act',
  'leg.act_again',
  'leg.acted',
  'leg.look',
  'leg.park',
  'leg.resumed',
  'leg.settle',
  'exception.explained',
  'request.review_needed',
  'request.reviewed',
  'request.acted',
  'record.sealed',
  'request.answer_recorded',
  'request.close',
  'answer.not_delivered',
  'request.refuse',
  'request.withdraw',
  'recheck.ordered',
  'recheck.started',
  'archive.opened',
  'archive.forgotten',
  'request.forgotten',
]

/** A request's journal, oldest first. */
export function timelineOf(lines: readonly JournalRow[]): readonly JournalRow[] {
  const rank = (line: JournalRow) => ORDER.indexOf(line.kind)
  return [...lines].sort((a, b) => a.atMs - b.atMs || rank(a) - rank(b) || a.id.localeCompare(b.id))
}
