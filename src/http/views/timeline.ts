import type { JournalRow } from '../../ports/rows.ts'

/** A request's journal in the order of its writing, oldest first. */
export function timelineOf(lines: readonly JournalRow[]): readonly JournalRow[] {
  return [...lines].sort((a, b) => a.seq - b.seq)
}
