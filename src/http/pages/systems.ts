import type { LegRow } from '../../ports/rows.ts'
import type { AccountId } from '../../domain/ids.ts'
import type { Account, Accounts } from '../../ports/runtime.ts'
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
  const { ui } = page.words
  const account = page.ports.accounts.get(leg.accountId)
  const found = page.rows.found.get(leg.id)
  const again = fill(ui.again_number, { number: leg.generation })
  return html`<tbody class="system">
    <tr>
      <th scope="row">
        ${systemName(page.ports.accounts, leg.accountId)}${leg.generation > 0 && html` <span class="soft">${again}</span>`}
      </th>
      ${found ? counts(page, { found: sumOf(found.map((one) => one.count)) }) : counts(page, totals(leg))}
      <td data-label="${ui.looked_again}">${lookedAgain(leg, page)}</td>
      <td data-label="${ui.how_it_ended}">
        ${systemState(leg, { ...page, progress: page.rows.progress.get(leg.id) })}
      </td>
    </tr>
    ${found ? found.map((one) => placeRow(page, { title: placeTitle(account, one.part), found: one.count })) : actedRows(leg, page)}
  </tbody>`
}

function actedRows(leg: LegRow, page: RequestPage): readonly Html[] {
  const account = page.ports.accounts.get(leg.accountId)
  const told = leg.parts.filter((part) => part.counts.found > 0 || part.outcome.kind !== 'nothing_found')
  return told.map(({ part, counts: { remaining: left, ...counted }, outcome }) =>
    placeRow(page, { title: placeTitle(account, part), ...counted, left, ended: outcomeText(outcome, page) }),
  )
}

function totals(leg: LegRow): Required<Counts> {
  const sum = (name: 'found' | 'done' | 'kept' | 'remaining') => sumOf(leg.parts.map((part) => part.counts[name]))
  return { found: sum('found'), done: sum('done'), kept: sum('kept'), left: sum('remaining') }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

/** What is absent is not known yet, and stays empty. */
interface Counts {
  readonly found: number
  readonly done?: number
  readonly kept?: number
  readonly left?: number
}

function placeRow(page: RequestPage, of: Counts & { readonly title: string; readonly ended?: string }): Html {
  return html`<tr class="place">
    <th scope="row">${of.title}</th>
    ${counts(page, of)}
    <td></td>
    ${of.ended === undefined ? html`<td></td>` : html`<td data-label="${page.words.ui.how_it_ended}">${of.ended}</td>`}
  </tr>`
}

function counts({ words: { ui } }: RequestPage, of: Counts): readonly Html[] {
  return (['found', 'done', 'kept', 'left'] as const).map((name) =>
    of[name] === undefined
      ? html`<td class="number"></td>`
      : html`<td class="number" data-label="${ui[name]}">${of[name]}</td>`,
  )
}

function lookedAgain(leg: LegRow, { words, dates, rows }: RequestPage): Html | null {
  const looks = leg.readbacks.filter((one) => one.queryClass !== 'control')
  const last = looks.at(-1)
  // Where nothing was found there is nothing to look at again.
  if (!last) return leg.state === 'settled' ? null : html`<span class="soft">${words.ui.not_yet}</span>`
  const checks = fill(words.ui.seen_times, { count: looks.length, date: dates.time(last.atMs) })
  if (rows.request.right !== 'erasure') return html`<span class="soft">${checks}</span>`
  const isLeft = leg.parts.some((part) => part.counts.remaining > 0)
  return html`${isLeft ? words.ui.still_there : words.ui.gone} <span class="soft">(${checks})</span>`
}

/** The vendor's name, and the account's too when the controller has two of that vendor. */
export function systemName(accounts: Accounts, id: AccountId): string {
  const account = accounts.get(id)
  if (!account) return id
  const { title, id: vendor } = account.connector.manifest
  const twins = accounts.of(account.controllerId).filter((one) => one.connector.manifest.id === vendor)
  return twins.length > 1 ? `${title} (${id})` : title
}

/** A place by the manifest's own title; the bare name only when the manifest no longer knows it. */
export function placeTitle(account: Account | undefined, part: string): string {
  return account?.connector.manifest.depth.find((row) => row.part === part)?.title ?? part.replaceAll('_', ' ')
}
