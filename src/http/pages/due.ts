import { clockOf } from '../views/clock.ts'
import type { RequestRow } from '../../ports/rows.ts'
import type { Dates } from './dates.ts'
import { html, type Html } from './html.ts'
import { fill, type Words } from './words.ts'

const SOON_DAYS = 10

/** When the answer is due and how much time is left, or when it was given. */
export function dueLine(request: RequestRow, of: { words: Words; dates: Dates; nowMs: number }): Html {
  const { ui } = of.words
  const { daysLeft, isLate } = clockOf(request, of.nowMs)
  if (daysLeft === null) {
    const at = request.answeredAtMs ?? request.closedAtMs
    return html`${at !== null && html`<span class="soft">${fill(ui.answered_on, { date: of.dates.day(at) })}</span>`}
    ${isLate && html`<span class="tag bad">${ui.was_late}</span>`}`
  }
  const kind = daysLeft < 0 ? 'bad' : daysLeft <= SOON_DAYS ? 'warn' : ''
  return html`<span
    ><span class="soft">${fill(ui.due_on, { date: of.dates.day(request.dueAtMs) })}</span>
    <span class="tag ${kind}">${daysText(of.words, daysLeft)}</span></span
  >`
}

function daysText({ ui }: Words, days: number): string {
  if (days === 0) return ui.due_today
  if (days === 1) return ui.day_left
  if (days === -1) return ui.day_late
  return days > 0 ? fill(ui.days_left, { days }) : fill(ui.days_late, { days: -days })
}
