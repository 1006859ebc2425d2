import { isFinal } from '../../domain/request.ts'
import type { RequestRow } from '../../ports/rows.ts'

const DAY_MS = 24 * 3600_000

export interface ClockView {
  /** Whole days until the due day is over: 0 on that day, negative after it; null once answered or ended. */
  readonly daysLeft: number | null
  /** Past due and not answered, or answered too late. */
  readonly isLate: boolean
}

export function clockOf(request: RequestRow, nowMs: number): ClockView {
  const isOver = request.answeredAtMs !== null || isFinal(request.state)
  const endedAtMs = request.answeredAtMs ?? (isOver ? request.closedAtMs : null) ?? nowMs
  return {
    daysLeft: isOver ? null : Math.floor((request.dueAtMs - nowMs) / DAY_MS),
    isLate: endedAtMs > request.dueAtMs,
  }
}
