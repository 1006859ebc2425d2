import type { StopRow } from '../../ports/brake-rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Dates } from './dates.ts'
import { html, type Html } from './html.ts'
import { systemName } from './systems.ts'
import { fill, type Words } from './words.ts'

export interface StopContext {
  readonly words: Words
  readonly dates: Dates
  readonly ports: Pick<Ports, 'accounts'>
}

/** What is halted, before everything else on the page. */
export function stopAlerts(stops: readonly StopRow[], { words, dates, ports }: StopContext): Html {
  return html`${stops.map(({ accountId, stoppedAtMs, reason }) => {
    const place = accountId === null ? words.ui.stop_everywhere : systemName(ports.accounts, accountId)
    const text = fill(words.ui.stop_alert, { place, date: dates.time(stoppedAtMs), reason })
    return html`<p class="alert bad" role="status">${text}</p>`
  })}`
}
