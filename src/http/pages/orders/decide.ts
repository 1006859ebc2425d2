import type { RecordRow } from '../../../ports/rows.ts'
import type { ComparedFact, Facts } from '../../views/facts.ts'
import { comparedMatch, groupedMatches, knownPerson } from '../../views/matches.ts'
import type { People } from '../../views/people.ts'
import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { placeTitle, systemName } from '../systems.ts'
import { fill } from '../words.ts'
import { mayOrder, orderForm, reasonField } from './order-form.ts'

// So many are still readable; the others come once these are decided.
const SHOWN = 60
/** A group of more is folded: one answer for all of it is the usual one. */
const UNFOLDED = 3

interface Comparison {
  readonly page: RequestPage
  readonly people: People
  readonly person: Facts
}

/** The uncertain records beside the person who asks; those that are uncertain for one reason can be answered together. */
export function decideCard(page: RequestPage): Html {
  const { ui } = page.words
  const { people, rows } = page
  if (!people || !mayOrder(page, 'decide'))
    return html`<section class="card wanted">
      <h3>${ui.decide_title}</h3>
      <p class="soft">${ui.not_your_role}</p>
    </section>`
  const of = { page, people, person: knownPerson(rows, rows.identifiers, people) }
  const groups = groupedMatches(rows.candidates.slice(0, SHOWN))
  const content = html`${groups.map((group, at) => groupCard(group, at, of))}
    ${rows.candidates.length > SHOWN && html`<p class="hint">${ui.more_matches}</p>`}
    ${reasonField(page, { key: 'decide' })}<button>${ui.decide}</button>`
  return html`<section class="card wanted">
    <h3>${ui.decide_title}</h3>
    <p>${ui.decide_text}</p>
    ${orderForm(page, 'decide', content)}
  </section>`
}

function groupCard(group: readonly RecordRow[], at: number, of: Comparison): Html {
  const { page } = of
  const { because, match } = page.words
  const [first] = group
  const leg = page.rows.legs.find((one) => one.id === first?.legId)
  const system = leg === undefined ? '' : systemName(page.ports.accounts, leg.accountId)
  const records = html`<div class="matches">${group.map((row) => matchCard(row, of))}</div>`
  return html`<div class="group">
    <h4>
      ${system} ${first?.reason && html`<span class="tag warn">${because[first.reason]}</span>`}
      ${group.length > 1 && html`<span class="soft">${fill(match.count, { count: group.length })}</span>`}
    </h4>
    ${group.length > 1 && groupChoices(group, at, page)}
    ${
      group.length > UNFOLDED
        ? html`<details>
            <summary>${match.one_by_one}</summary>
            ${records}
          </details>`
        : records
    }
  </div>`
}

function groupChoices(group: readonly RecordRow[], at: number, page: RequestPage): Html {
  const { match } = page.words
  const name = `group.${at}`
  return html`<fieldset>
    <legend>${fill(match.for_all, { count: group.length })}</legend>
    ${group.map((row) => html`<input type="hidden" name="member.${row.id}" value="${at}" />`)}
    ${radio(name, { value: '', text: match.one_by_one, isChosen: true })}${radio(name, { value: 'subject', text: match.all })}${radio(
      name,
      { value: 'not_subject', text: match.none },
    )}
  </fieldset>`
}

function radio(name: string, of: { readonly value: string; readonly text: string; readonly isChosen?: boolean }): Html {
  return html`<label class="choice"
    ><input type="radio" name="${name}" value="${of.value}" ${of.isChosen === true && 'checked'} />${of.text}</label
  >`
}

function matchCard(row: RecordRow, { page, people, person }: Comparison): Html {
  const { ui } = page.words
  const leg = page.rows.legs.find((one) => one.id === row.legId)
  const place = placeTitle(leg && page.ports.accounts.get(leg.accountId), row.part)
  const { label, facts } = comparedMatch(row, person, people)
  return html`<fieldset class="card match">
    <legend>${place}</legend>
    ${label !== undefined && html`<p>${label}</p>`}
    ${row.createdAtMs !== null && html`<p class="soft">${fill(ui.created_on, { date: page.dates.day(row.createdAtMs) })}</p>`}
    ${comparison(facts, page)}${choices(row, page)}
  </fieldset>`
}

function comparison(facts: readonly ComparedFact[], page: RequestPage): Html {
  const { match } = page.words
  if (facts.every(({ record }) => record.length === 0)) return html`<p class="soft">${match.nothing_to_compare}</p>`
  if (facts.every(({ person }) => person.length === 0))
    return html`<dl class="facts">
      ${facts.map(
        (fact) =>
          html`<dt>${match[fact.kind]}</dt>
            <dd>${lines(shownValues(fact, page))}</dd>`,
      )}
    </dl>`
  return html`<table class="compare">
    <thead>
      <tr>
        <td></td>
        <th scope="col">${match.asks}</th>
        <th scope="col">${match.record}</th>
      </tr>
    </thead>
    <tbody>
      ${facts.map(
        (fact) =>
          html`<tr>
            <th scope="row">${match[fact.kind]}</th>
            <td>${lines(fact.person)}</td>
            <td>
              ${lines(shownValues(fact, page))}${fact.isSame && html` <span class="tag good">${match.same}</span>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function shownValues({ kind, record }: ComparedFact, { dates }: RequestPage): readonly string[] {
  return kind === 'created' ? record.map((at) => dates.day(Date.parse(at))) : record
}

function lines(values: readonly string[]): Html {
  if (values.length === 0) return html`<span class="soft">–</span>`
  return html`${values.map((value, at) => (at === 0 ? html`${value}` : html`<br />${value}`))}`
}

function choices(row: RecordRow, page: RequestPage): Html {
  const { ui } = page.words
  const name = `decision.${row.id}`
  return html`${radio(name, { value: '', text: ui.decide_later, isChosen: true })}${radio(name, { value: 'subject', text: ui.is_person })}${radio(
    name,
    { value: 'not_subject', text: ui.is_other },
  )}
  ${
    page.rows.request.right === 'erasure' &&
    html`${radio(name, { value: 'retain', text: ui.keep })}
      <details>
        <summary>${ui.keep_law}</summary>
        <label>${ui.keep_law}<input type="text" name="law.${row.id}" maxlength="200" autocomplete="off" /></label>
        <label>${ui.keep_until}<input type="date" name="until.${row.id}" /></label>
      </details>`
  }`
}
