import { may } from '../../access/roles.ts'
import { ORDERS, type OrderName } from '../../wire/orders.ts'
import { html, type Html } from '../html.ts'
import { csrfField } from '../layout.ts'
import type { RequestPage } from '../request-page.ts'

/** Whether who is signed in may give the order. */
export function mayOrder(page: RequestPage, name: OrderName): boolean {
  return may(page.session.principal.role, ORDERS[name].permission)
}

/** A plain form that gives one order; it works without scripts. */
export function orderForm(page: RequestPage, name: OrderName, content: Html): Html {
  return html`<form class="order" method="post" action="/ops/requests/${page.rows.request.id}/${name}">
    ${csrfField(page.session)} ${content}
  </form>`
}

/** A field for the person's words. `key` tells two of a page apart. */
export function reasonField(page: RequestPage, of: { readonly key: string; readonly isNeeded?: boolean }): Html {
  const { ui } = page.words
  const id = `reason-${of.key}`
  return html`<label for="${id}">${of.isNeeded === true ? ui.reason_needed : ui.reason}</label>
    <input
      type="text"
      id="${id}"
      name="reason"
      maxlength="4000"
      autocomplete="off"
      ${of.isNeeded === true && 'required'}
      aria-describedby="${id}-hint"
    />
    <p class="hint" id="${id}-hint">${ui.reason_hint}</p>`
}
