import { accountId } from '../../../domain/ids.ts'
import { plannedSystems, type PlannedSystem } from '../../views/plan-content.ts'
import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { placeTitle, systemName } from '../systems.ts'
import { fill } from '../words.ts'
import { mayOrder, orderForm, reasonField } from './order-form.ts'

/** The plan as a person reads it, and the form that approves exactly this one. */
export function approveCard(page: RequestPage): Html {
  const { words, rows, people } = page
  const { ui } = words
  const hash = rows.plan?.hash ?? ''
  const systems = rows.plan && plannedSystems(people?.vault?.open(rows.plan.sealedPlan, 'plan'))
  const content = html`<input type="hidden" name="plan_hash" value="${hash}" />
    ${reasonField(page, { key: 'approve' })}<button>${ui.approve}</button>`
  return html`<section class="card wanted">
    <h3>${ui.approve_title}</h3>
    <p>${ui.approve_text}</p>
    ${
      systems &&
      html`<ul>
        ${systems.map((one) => systemLine(one, page))}
      </ul>`
    }
    <p class="hint">${ui.plan_hash}: <code>${hash}</code></p>
    ${mayOrder(page, 'approve') ? orderForm(page, 'approve', content) : html`<p class="soft">${ui.not_your_role}</p>`}
  </section>`
}

function systemLine(system: PlannedSystem, { words, ports }: RequestPage): Html {
  const { ui } = words
  const id = accountId(system.accountId)
  const account = ports.accounts.get(id)
  const places = system.places.flatMap(({ part, acted, kept }) => {
    const place = placeTitle(account, part)
    return [
      ...(acted > 0 ? [fill(ui.plan_records, { count: acted, place })] : []),
      ...(kept > 0 ? [fill(ui.plan_kept, { count: kept, place })] : []),
    ]
  })
  const nothing = system.isSearched ? ui.plan_none : ui.plan_not_searched
  return html`<li>
    <strong>${systemName(ports.accounts, id)}</strong>
    ${system.effects !== null && html`<span class="tag ${system.effects === 'live' && 'warn'}">${words.effects[system.effects]}</span>`}:
    ${places.length > 0 ? places.join(', ') : nothing}
  </li>`
}

/** Who approved the plan and when the work starts, until it has started. */
export function approvalState({ words, dates, rows }: RequestPage): Html | null {
  const { approval, state } = rows.request
  if (approval === null || state !== 'awaiting_approval') return null
  return html`<p class="alert good">
    ${fill(words.ui.approved_by, { who: words.role[approval.by.role] })}.
    ${fill(words.ui.starts_after, { date: dates.time(approval.actNotBeforeMs) })}
  </p>`
}
