import type { Ports } from '../../ports/runtime.ts'
import type { Listed, OpsList } from '../views/ops-list.ts'
import { needsOf } from '../views/needs.ts'
import { datesOf, type Dates } from './dates.ts'
import { dueLine } from './due.ts'
import { html, type Html } from './html.ts'
import { systemState } from './outcome-text.ts'
import { requestTitle } from './request-title.ts'
import { systemName } from './systems.ts'
import type { Words } from './words.ts'

const SECTIONS = ['needs_decision', 'late', 'due', 'under_way', 'completed'] as const

export interface ListContext {
  readonly words: Words
  readonly ports: Pick<Ports, 'accounts' | 'policies'>
  readonly nowMs: number
}

export function listContent(list: OpsList, of: ListContext): Html {
  const { ui } = of.words
  const isEmpty = SECTIONS.every((section) => list[section].length === 0)
  if (isEmpty)
    return html`<h1>${ui.all_quiet}</h1>
      <p>${ui.all_quiet_text}</p>`
  return html`<h1>${ui.requests}</h1>
    ${SECTIONS.map(
      (section) =>
        html`<section aria-labelledby="${section.replace('_', '-')}">
          <h2 id="${section.replace('_', '-')}">
            ${ui[section]}${list[section].length > 0 && html` <span class="soft">${list[section].length}</span>`}
          </h2>
          ${list[section].length === 0 ? html`<p class="soft">${ui[`none_${section}`]}</p>` : list[section].map((one) => listedCard(one, of))}
        </section>`,
    )}`
}

function listedCard({ request, legs }: Listed, of: ListContext): Html {
  const { words } = of
  const dates = datesOf(words, of.ports.policies.of(request.controllerId).timeZone)
  const needs = needsOf(request, legs)
  const latest = legs.filter((leg) => leg.generation === 0 || leg.state !== 'settled')
  return html`<article class="card ${needs.length > 0 && 'wanted'}">
    <div class="line">
      <h3><a href="/ops/requests/${request.id}">${requestTitle(request, words)}</a></h3>
      ${dueLine(request, { words, dates, nowMs: of.nowMs })}
    </div>
    <p>
      ${needs.length > 0 ? null : request.result === null ? words.state[request.state] : words.result[request.result]}
      ${needs.map((need) => html` <span class="tag warn">${words.need[need]}</span>`)}
    </p>
    <ul class="systems">
      ${latest.map((leg) => systemItem(leg, { ...of, dates }))}
    </ul>
  </article>`
}

function systemItem(leg: Listed['legs'][number], of: ListContext & { readonly dates: Dates }): Html {
  return html`<li>${systemName(of.ports.accounts, leg.accountId)}: ${systemState(leg, of)}</li>`
}
