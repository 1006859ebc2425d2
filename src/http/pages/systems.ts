import type { LegRow } from '../../ports/rows.ts'
import type { Account } from '../../ports/runtime.ts'
import { html, type Html } from './html.ts'
import { outcomeText, systemState } from './outcome-text.ts'
import type { RequestPage } from './request-page.ts'
import { fill } from './words.ts'

/** Each system with what was found, done and seen again, place by place. */
export function systemsTable(page: RequestPage): Html {
  const { ui } = page.words
  if (page.rows.legs.length === 0) return html`<p class="soft">${ui.nothing_yet}</p>`
  return html`<div class="scroll">
    <table class="wide">
      <thead>
        <tr>
          <th scope="col">${ui.system}</th>
          <th scope="col" class="number">${ui.found}</th>
          <th scope="col" class="number">${ui.done}</th>
          <th scope="col" class="number">${ui.kept}</th>
          <th scope="col" class="number">${ui.left}</th>
          <th scope="col">${ui.looked_again}</th>
          <th scope="col">${ui.how_it_ended}</th>
        </tr>
      </thead>
      ${page.rows.legs.map((leg) => systemRows(leg, page))}
    </table>
  </div>`
}

function systemRows(leg: LegRow, page: RequestPage): Html {
  const account = page.ports.accounts.get(leg.accountId)
  const told = leg.parts.filter((part) => part.counts.found > 0 || part.outcome.kind !== 'nothing_found')
  const sum = (name: 'found' | 'done' | 'kept' | 'remaining') =>
    leg.parts.reduce((total, part) => total + part.counts[name], 0)
  return html`<tbody class="system">
    <tr>
      <th scope="row">
        ${systemName(account, leg)}${
          leg.generation > 0 &&
          html` <span class="soft">${fill(page.words.ui.again_number, { number: leg.generation })}</span>`
        }
      </th>
      ${counts(page, { found: sum('found'), done: sum('done'), kept: sum('kept'), left: sum('remaining') })}
      <td data-label="${page.words.ui.looked_again}">${lookedAgain(leg, page)}</td>
      <td data-label="${page.words.ui.how_it_ended}">${systemState(leg, page)}</td>
    </tr>
    ${told.map(
      (part) =>
        html`<tr class="place">
          <th scope="row">${placeTitle(account, part.part)}</th>
          ${counts(page, { found: part.counts.found, done: part.counts.done, kept: part.counts.kept, left: part.counts.remaining })}
          <td></td>
          <td data-label="${page.words.ui.how_it_ended}">${outcomeText(part.outcome, page)}</td>
        </tr>`,
    )}
  </tbody>`
}

function counts(page: RequestPage, of: Readonly<Record<'found' | 'done' | 'kept' | 'left', number>>): Html {
  const { ui } = page.words
  return html`<td class="number" data-label="${ui.found}">${of.found}</td>
    <td class="number" data-label="${ui.done}">${of.done}</td>
    <td class="number" data-label="${ui.kept}">${of.kept}</td>
    <td class="number" data-label="${ui.left}">${of.left}</td>`
}

function lookedAgain(leg: LegRow, { words, dates }: RequestPage): Html {
  const looks = leg.readbacks.filter((one) => one.queryClass !== 'control')
  const last = looks.at(-1)
  if (!last) return html`<span class="soft">${words.ui.not_yet}</span>`
  const isLeft = leg.parts.some((part) => part.counts.remaining > 0)
  return html`${isLeft ? words.ui.still_there : words.ui.gone}
    <span class="soft">(${fill(words.ui.seen_times, { count: looks.length, date: dates.time(last.atMs) })})</span>`
}

/** The vendor's name, and the account's when there may be two. */
export function systemName(account: Account | undefined, of: Pick<LegRow, 'accountId'>): string {
  return account?.connector.manifest.title ?? of.accountId
}

/** A place by the manifest's own title; the bare name only when the manifest no longer knows it. */
export function placeTitle(account: Account | undefined, part: string): string {
  return account?.connector.manifest.depth.find((row) => row.part === part)?.title ?? part.replaceAll('_', ' ')
}
