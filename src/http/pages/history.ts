import type { JournalRow } from '../../ports/rows.ts'
import { openReason } from '../views/people.ts'
import { html, type Html } from './html.ts'
import type { RequestPage } from './request-page.ts'
import { systemName } from './systems.ts'
import type { Words } from './words.ts'

const SHOWN = 200

/** What happened to the request, newest first, in the users' words. Steps that only we need stay out. */
export function historyTable(page: RequestPage): Html {
  const { ui } = page.words
  const lines = page.rows.journal.filter((line) => eventText(line, page.words) !== undefined).reverse()
  return html`<table class="wide">
      <thead>
        <tr>
          <th scope="col">${ui.when}</th>
          <th scope="col">${ui.what}</th>
          <th scope="col">${ui.who}</th>
        </tr>
      </thead>
      <tbody>
        ${lines.slice(0, SHOWN).map((line) => historyRow(line, page))}
      </tbody>
    </table>
    ${lines.length > SHOWN && html`<p class="hint">${ui.history_cut}</p>`}`
}

function historyRow(line: JournalRow, page: RequestPage): Html {
  const { words, dates } = page
  const leg = page.rows.legs.find((one) => one.id === line.legId)
  const system = leg && systemName(page.ports.accounts, leg.accountId)
  const reason = page.people && openReason(page.people, line)
  return html`<tr>
    <td class="soft">${dates.time(line.atMs)}</td>
    <td>
      ${system !== undefined && html`<strong>${system}</strong>: `}${eventText(line, words)}${stopText(line, words)}
      ${reason !== undefined && html`<br /><q>${reason}</q>`}
    </td>
    <td class="soft" data-label="${words.ui.who}">${words.role[line.actor.role]}</td>
  </tr>`
}

function eventText(line: JournalRow, words: Words): string | undefined {
  // A plan that was made is told once.
  if (line.kind === 'request.planned') return undefined
  const known: Readonly<Record<string, string | undefined>> = words.event
  return Object.hasOwn(known, line.kind) ? known[line.kind] : undefined
}

function stopText({ detail }: JournalRow, words: Words): string | null {
  const stops: Readonly<Record<string, string | undefined>> = words.stop
  const { reason } = detail
  const text = typeof reason === 'string' && Object.hasOwn(stops, reason) ? stops[reason] : undefined
  return text === undefined ? null : `: ${text}`
}
