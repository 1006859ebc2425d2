import { html, type Html } from '../html.ts'
import type { RequestPage } from '../request-page.ts'
import { fill } from '../words.ts'
import { mayOrder, orderForm, reasonField } from './order-form.ts'
import { planTable } from './plan-table.ts'

/** The plan as a person reads it, and the form that approves exactly this one. */
export function approveCard(page: RequestPage): Html {
  const { words, rows } = page
  const { ui } = words
  const hash = rows.plan?.hash ?? ''
  const content = html`<input type="hidden" name="plan_hash" value="${hash}" />
    ${reasonField(page, { key: 'approve' })}<button>${ui.approve}</button>`
  return html`<section class="card wanted">
    <h3>${ui.approve_title}</h3>
    <p>${ui.approve_text}</p>
    ${planTable(page)}
    <p class="hint">${ui.plan_hash}: <code>${hash}</code></p>
    ${mayOrder(page, 'approve') ? orderForm(page, 'approve', content) : html`<p class="soft">${ui.not_your_role}</p>`}
  </section>`
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
