import { isException, worstOutcome, type Outcome } from '../../domain/outcome.ts'
import type { LegRow } from '../../ports/rows.ts'
import type { Progress } from '../views/detail.ts'
import type { Dates } from './dates.ts'
import { html, type Html } from './html.ts'
import { fill, type Words } from './words.ts'

/** How something ended, in a few words. */
export function outcomeText(outcome: Outcome, { words, dates }: { words: Words; dates: Dates }): string {
  const text = words.outcome[outcome.kind]
  switch (outcome.kind) {
    case 'retained':
      return `${text} (${outcome.law}), ${fill(words.ui.until, { date: dates.day(outcome.untilMs) })}`
    case 'accepted':
      return `${text}, ${fill(words.ui.finishes_by, { date: dates.day(outcome.finishesByMs) })}`
    case 'unverifiable':
    case 'not_supported':
    case 'not_done':
      return `${text}: ${outcome.why}`
    case 'failed':
    case 'done_by_hand':
    case 'exported':
    case 'erased':
    case 'anonymised':
    case 'rectified':
    case 'suppressed':
    case 'restricted':
    case 'nothing_found':
      return text
  }
}

/** Where a system stands: how it ended, why it stopped, or what it is doing. */
export function systemState(leg: LegRow, of: { words: Words; dates: Dates; progress?: Progress | undefined }): Html {
  if (leg.state === 'parked' && leg.parkedReason !== null)
    return html`<span class="tag warn">${of.words.stop[leg.parkedReason]}</span>`
  const { progress } = of
  if (progress !== undefined) {
    const text = fill(of.words.plan.progress, { ...progress })
    return html`<progress value="${progress.done}" max="${progress.all}" aria-label="${text}"></progress>
      <span class="soft">${text}</span>`
  }
  if (leg.state !== 'settled' || leg.parts.length === 0)
    return html`<span class="soft">${of.words.system[leg.state]}</span>`
  const worst = worstOutcome(leg.parts.map((part) => part.outcome))
  const kind = isException(worst) ? 'bad' : worst.kind === 'nothing_found' ? '' : 'good'
  return html`<span class="tag ${kind}">${outcomeText(worst, of)}</span>`
}
