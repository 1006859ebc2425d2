import { REQUEST_TABLE } from '../../../domain/request.ts'
import { needsOf, type Need } from '../../views/needs.ts'
import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { systemName } from '../systems.ts'
import { fill } from '../words.ts'
import { approvalState, approveCard } from './approve.ts'
import { decideCard } from './decide.ts'
import { mayOrder, orderForm, reasonField } from './order-form.ts'

/** What can be done with the request now by who is signed in; what waits for somebody else is said too. */
export function ordersContent(page: RequestPage): Html {
  const { request, legs } = page.rows
  const needs = needsOf(request, legs)
  const wanted = needs.map((need) => needCard(need, page))
  return html`${approvalState(page)}
  ${
    wanted.length > 0 &&
    html`<h2>${page.words.ui.what_to_do}</h2>
      ${wanted}`
  }
  ${otherOrders(page)}`
}

function needCard(need: Need, page: RequestPage): Html {
  switch (need) {
    case 'identity':
      return identityCard(page)
    case 'decision':
      return decideCard(page)
    case 'approval':
      return approveCard(page)
    case 'review':
      return reviewCard(page)
    case 'new_plan':
      return simpleCard(page, { order: 'resume', words: 'new_plan' })
    case 'delivery':
      return simpleCard(page, { order: 'resume', words: 'delivery' })
    case 'system':
      return html`${page.rows.legs.filter((leg) => leg.state === 'parked').map((leg) => resumeCard(leg, page))}`
  }
}

/** A copy is released on the page on which it is read. */
function reviewCard(page: RequestPage): Html {
  const { ui, copy } = page.words
  return html`<section class="card wanted">
    <h3>${ui.review_title}</h3>
    <p>${ui.review_text}</p>
    ${
      mayOrder(page, 'review')
        ? html`<p><a class="button" href="/ops/requests/${page.rows.request.id}/copy">${copy.read}</a></p>`
        : html`<p class="soft">${ui.not_your_role}</p>`
    }
  </section>`
}

function simpleCard(
  page: RequestPage,
  of: { readonly order: 'resume'; readonly words: 'new_plan' | 'delivery' },
): Html {
  const { ui } = page.words
  const content = html`${reasonField(page, { key: of.words })}<button>${ui[of.words]}</button>`
  return html`<section class="card wanted">
    <h3>${ui[`${of.words}_title`]}</h3>
    <p>${ui[`${of.words}_text`]}</p>
    ${mayOrder(page, of.order) ? orderForm(page, of.order, content) : html`<p class="soft">${ui.not_your_role}</p>`}
  </section>`
}

function identityCard(page: RequestPage): Html {
  const { ui } = page.words
  const { request } = page.rows
  const methods = page.ports.policies.of(request.controllerId).byRight[request.right].identity
  const options = (methods.length > 0 ? methods : ['by_hand']).map(
    (method) => html`<option value="${method}">${method.replaceAll('_', ' ')}</option>`,
  )
  const content = html`<label for="method">${ui.method}</label
    ><select id="method" name="method">
      ${options}
    </select>
    ${reasonField(page, { key: 'identity' })}<button>${ui.identify}</button>`
  return html`<section class="card wanted">
    <h3>${ui.identify_title}</h3>
    <p>${ui.identify_text}</p>
    ${mayOrder(page, 'verify-identity') ? orderForm(page, 'verify-identity', content) : html`<p class="soft">${ui.not_your_role}</p>`}
  </section>`
}

function resumeCard(leg: RequestPage['rows']['legs'][number], page: RequestPage): Html {
  const { ui, stop } = page.words
  const system = systemName(page.ports.accounts, leg.accountId)
  const canRepeat = leg.parkedReason === 'still_present' || leg.parkedReason === 'effect_rejected'
  const content = html`<input type="hidden" name="leg_id" value="${leg.id}" />
    ${reasonField(page, { key: leg.id })}
    <button name="action" value="retry">${ui.retry}</button>
    ${canRepeat && html`<button class="quiet" name="action" value="act_again">${ui.act_again}</button>`}
    <button class="quiet" name="action" value="accept">${ui.accept}</button>`
  return html`<section class="card wanted">
    <h3>${fill(ui.resume_title, { system })}</h3>
    <p class="sentence">
      ${leg.parkedReason === null ? null : stop[leg.parkedReason]}${leg.errorCode !== null && html` <span class="soft">(${ui.code} <code>${leg.errorCode}</code>)</span>`}
    </p>
    ${mayOrder(page, 'resume') ? orderForm(page, 'resume', content) : html`<p class="soft">${ui.not_your_role}</p>`}
  </section>`
}

function otherOrders(page: RequestPage): Html | null {
  const { ui } = page.words
  const events = REQUEST_TABLE[page.rows.request.state]
  const isAnswered = page.rows.request.answeredAtMs !== null
  const cards = [
    events.refuse !== undefined &&
      mayOrder(page, 'refuse') &&
      orderForm(
        page,
        'refuse',
        html`<h3>${ui.refuse}</h3>
          <p class="hint">${ui.refuse_text}</p>
          ${reasonField(page, { key: 'refuse', isNeeded: true })} <button class="danger">${ui.refuse}</button>`,
      ),
    events.withdraw !== undefined &&
      mayOrder(page, 'withdraw') &&
      orderForm(
        page,
        'withdraw',
        html`<h3>${ui.withdraw}</h3>
          <p class="hint">${ui.withdraw_text}</p>
          ${reasonField(page, { key: 'withdraw' })} <button class="danger">${ui.withdraw}</button>`,
      ),
    isAnswered &&
      mayOrder(page, 'recheck') &&
      orderForm(
        page,
        'recheck',
        html`<h3>${ui.recheck}</h3>
          <p class="hint">${ui.recheck_text}</p>
          <button class="quiet">${ui.recheck}</button>`,
      ),
  ].filter((card) => card !== false)
  if (cards.length === 0) return null
  return html`<details>
    <summary>${ui.other_actions}</summary>
    <div class="cards">${cards.map((card) => html`<div class="card">${card}</div>`)}</div>
  </details>`
}
