import { countsOf, plannedSystems, type PlannedPlace, type PlannedSystem } from '../../views/plan-content.ts'
import { openValue } from '../../views/people.ts'
import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { systemName } from '../systems.ts'
import { fill } from '../words.ts'

/** The plan as a table by system and place, with what it was searched by; nothing when the plan cannot be opened here. */
export function planTable(page: RequestPage): Html | null {
  const { rows, people, words } = page
  const plan = rows.plan && people?.vault?.open(rows.plan.sealedPlan, 'plan')
  const systems = plannedSystems(plan, { accounts: page.ports.accounts, right: rows.request.right })
  if (!systems) return null
  const counts = countsOf(systems.flatMap((one) => one.places))
  const total = fill(words.plan.total, {
    records: recordsText(page, counts.found),
    systems: systems.filter((one) => one.places.length > 0).length,
    acted: counts.acted,
    kept: counts.kept,
    cannot: counts.cannot,
  })
  return html`<p><strong>${total}</strong></p>
    ${searchedBy(page)}
    <div class="scroll">
      <table class="wide plan">
        <thead>
          <tr>
            <th scope="col">${words.ui.system}</th>
            <th scope="col" class="number">${words.ui.found}</th>
            <th scope="col">${words.plan.will}</th>
            <th scope="col">${words.plan.kept_why}</th>
            <th scope="col">${words.plan.cannot_why}</th>
          </tr>
        </thead>
        ${systems.map((system) => systemRows(system, page))}
      </table>
    </div>`
}

function recordsText({ words }: RequestPage, count: number): string {
  return count === 1 ? words.plan.one_record : fill(words.plan.records, { count })
}

/** What is certain to be the person's, and where it came from: a wrong one here is a wrong person there. */
function searchedBy(page: RequestPage): Html | null {
  const { people, words } = page
  if (!people) return null
  const certain = page.rows.identifiers.filter((row) => row.isCertain)
  return html`<dl class="facts">
    <dt>${words.plan.identifiers}</dt>
    <dd>
      <ul class="plain">
        ${certain.map((row) => {
          const leg = page.rows.legs.find((one) => one.id === row.legId)
          const source =
            leg === undefined
              ? words.plan.given
              : fill(words.plan.learned_from, { system: systemName(page.ports.accounts, leg.accountId) })
          return html`<li>${openValue(people, row)} <span class="soft">${source}</span></li>`
        })}
      </ul>
    </dd>
  </dl>`
}

function systemRows(system: PlannedSystem, page: RequestPage): Html {
  const { words } = page
  const counts = countsOf(system.places)
  const name = html`${systemName(page.ports.accounts, system.accountId)}
  ${system.effects !== null && html`<span class="tag ${system.effects === 'live' && 'warn'}">${words.effects[system.effects]}</span>`}`
  if (system.places.length === 0)
    return html`<tbody class="system">
      <tr>
        <th scope="row">${name}</th>
        <td colspan="4" class="soft">${system.isSearched ? words.plan.nothing_found : words.plan.not_searched}</td>
      </tr>
    </tbody>`
  return html`<tbody class="system">
    <tr>
      <th scope="row">${name}</th>
      <td class="number" data-label="${words.ui.found}">${counts.found}</td>
      <td data-label="${words.plan.will}">${counts.acted}</td>
      <td data-label="${words.plan.kept_why}">${counts.kept}</td>
      <td data-label="${words.plan.cannot_why}">${counts.cannot}</td>
    </tr>
    ${system.places.map((place) => placeRow(place, page))}
  </tbody>`
}

function placeRow(place: PlannedPlace, page: RequestPage): Html {
  const { words } = page
  const told = (label: string, text: string) =>
    text === '' ? html`<td></td>` : html`<td data-label="${label}">${text}</td>`
  return html`<tr class="place">
    <th scope="row">${place.title}</th>
    <td class="number" data-label="${words.ui.found}">${place.found}</td>
    ${told(words.plan.will, place.acted === 0 ? '' : fill(words.plan[place.deed], { count: place.acted }))}
    ${told(words.plan.kept_why, keptText(place, page))} ${told(words.plan.cannot_why, cannotText(place, page))}
  </tr>`
}

function keptText({ kept }: PlannedPlace, { words, dates }: RequestPage): string {
  return kept
    .map(({ count, law, untilMs }) =>
      law === null || untilMs === null
        ? fill(words.plan.kept, { count })
        : fill(words.plan.kept_by, { count, law, date: dates.day(untilMs) }),
    )
    .join('; ')
}

function cannotText({ cannot }: PlannedPlace, { words }: RequestPage): string {
  if (cannot === undefined) return ''
  const { count, why } = cannot
  switch (why.kind) {
    case 'read_only':
      return `${count}: ${words.plan.read_only}`
    case 'unsupported':
      return `${count}: ${words.plan.unsupported}`
    case 'vendor':
      return `${count}: ${why.text ?? words.plan.vendor_cannot}`
  }
}
