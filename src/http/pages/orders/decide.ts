import type { JsonValue } from '../../../domain/json.ts'
import type { RecordRow } from '../../../ports/rows.ts'
import { openMatch, openValue, type People } from '../../views/people.ts'
import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { placeTitle, systemName } from '../systems.ts'
import { fill } from '../words.ts'
import { mayOrder, orderForm, reasonField } from './order-form.ts'

// So many side by side are still readable; the others come once these are decided.
const SHOWN = 24
const MOST_FIELDS = 10
const LONGEST_VALUE = 160

/** The uncertain records side by side with what was searched for, each with its own choice. */
export function decideCard(page: RequestPage): Html {
  const { ui } = page.words
  const { people } = page
  const shown = page.rows.candidates.slice(0, SHOWN)
  if (!people || !mayOrder(page, 'decide'))
    return html`<section class="card wanted">
      <h3>${ui.decide_title}</h3>
      <p class="soft">${ui.not_your_role}</p>
    </section>`
  const content = html`<div class="cards">
      ${searchedCard(page, people)}${shown.map((row) => matchCard(row, page, people))}
    </div>
    ${page.rows.candidates.length > SHOWN && html`<p class="hint">${ui.more_matches}</p>`}
    ${reasonField(page, { key: 'decide' })}<button>${ui.decide}</button>`
  return html`<section class="card wanted">
    <h3>${ui.decide_title}</h3>
    <p>${ui.decide_text}</p>
    ${orderForm(page, 'decide', content)}
  </section>`
}

function searchedCard(page: RequestPage, people: People): Html {
  const values = page.identifiers.filter((row) => row.isCertain).map((row) => openValue(people, row))
  return html`<div class="card">
    <h3>${page.words.ui.searched_for}</h3>
    ${values.map((value) => html`<p>${value}</p>`)}
  </div>`
}

function matchCard(row: RecordRow, page: RequestPage, people: People): Html {
  const { ui, because } = page.words
  const leg = page.rows.legs.find((one) => one.id === row.legId)
  const account = leg && page.ports.accounts.get(leg.accountId)
  const { label, content } = openMatch(people, row)
  const place = placeTitle(account, row.part)
  return html`<fieldset class="card">
    <legend>${leg && systemName(page.ports.accounts, leg.accountId)}: ${place}</legend>
    <p>${label ?? place}</p>
    <p>
      <span class="tag warn">${row.reason !== null && because[row.reason]}</span>
      ${row.createdAtMs !== null && html`<span class="soft">${fill(ui.created_on, { date: page.dates.day(row.createdAtMs) })}</span>`}
    </p>
    ${fieldsOf(content)}${choices(row, page)}
  </fieldset>`
}

function choices(row: RecordRow, page: RequestPage): Html {
  const { ui } = page.words
  const name = `decision.${row.id}`
  const choice = (value: string, text: string, isChosen = false) =>
    html`<label class="choice"
      ><input type="radio" name="${name}" value="${value}" ${isChosen && 'checked'} />${text}</label
    >`
  return html`${choice('', ui.decide_later, true)}${choice('subject', ui.is_person)}${choice('not_subject', ui.is_other)}
  ${
    page.rows.request.right === 'erasure' &&
    html`${choice('retain', ui.keep)}
      <details>
        <summary>${ui.keep_law}</summary>
        <label>${ui.keep_law}<input type="text" name="law.${row.id}" maxlength="200" autocomplete="off" /></label>
        <label>${ui.keep_until}<input type="date" name="until.${row.id}" /></label>
      </details>`
  }`
}

/** The plain fields of a record, so that two can be compared. */
function fieldsOf(content: JsonValue): Html | null {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return null
  const fields = Object.entries(content)
    .filter((entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number')
    .filter(([, value]) => value !== '')
    .slice(0, MOST_FIELDS)
  return html`<dl class="facts">
    ${fields.map(
      ([name, value]) =>
        html`<dt>${name.replaceAll('_', ' ')}</dt>
          <dd>${String(value).slice(0, LONGEST_VALUE)}</dd>`,
    )}
  </dl>`
}
