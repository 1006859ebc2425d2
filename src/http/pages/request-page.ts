import type { Ports } from '../../ports/runtime.ts'
import type { Session } from '../access/sessions.ts'
import type { DetailRows } from '../views/detail.ts'
import type { People } from '../views/people.ts'
import type { Dates } from './dates.ts'
import { dueLine } from './due.ts'
import { historyTable } from './history.ts'
import { html, type Html } from './html.ts'
import { isUnderWay, needsOf } from '../views/needs.ts'
import { ordersContent } from './orders/orders.ts'
import { planTable } from './orders/plan-table.ts'
import { requestTitle } from './request-title.ts'
import { systemsTable } from './systems.ts'
import { fill, type Words } from './words.ts'

/** All that a request's page is made of. */
export interface RequestPage {
  readonly words: Words
  readonly dates: Dates
  readonly nowMs: number
  readonly session: Session
  readonly rows: DetailRows
  /** Undefined for roles that may not read people's words. */
  readonly people: People | undefined
  readonly ports: Pick<Ports, 'accounts' | 'policies'>
}

export function requestContent(page: RequestPage): Html {
  const { words, rows } = page
  const { request } = rows
  return html`<p><a href="/ops">${words.ui.back}</a></p>
    <div class="line">
      <h1>${requestTitle(request, words)}</h1>
      ${dueLine(request, page)}
    </div>
    <p>${request.result === null ? words.state[request.state] : words.result[request.result]}</p>
    ${isUnderWay(request, rows.legs) && html`<p class="hint">${words.places.refreshes}</p>`} ${facts(page)}
    ${ordersContent(page)} ${planDetails(page)}
    <h2>${words.ui.systems}</h2>
    ${systemsTable(page)}
    <h2>${words.ui.history}</h2>
    ${historyTable(page)}`
}

/** The plan for whoever wants to read it again; while it waits for approval it stands open above. */
function planDetails(page: RequestPage): Html | null {
  const { words, rows } = page
  if (rows.plan === undefined || page.people === undefined || needsOf(rows.request, rows.legs).includes('approval'))
    return null
  return html`<details>
    <summary>${words.places.plan}</summary>
    ${planTable(page)}
  </details>`
}

function facts(page: RequestPage): Html {
  const { words, dates, rows } = page
  const { request } = rows
  const policy = page.ports.policies.of(request.controllerId)
  const looks = rows.rechecks.filter((one) => one.state !== 'done')
  return html`<dl class="facts">
    <dt>${words.ui.received}</dt>
    <dd>${dates.time(request.receivedAtMs)}</dd>
    <dt>${words.ui.whose}</dt>
    <dd>${policy.controllerName}</dd>
    <dt>${words.ui.number}</dt>
    <dd><code>${request.id}</code></dd>
    ${
      request.mode === 'plan' &&
      html`<dt></dt>
        <dd>${words.ui.dry_run}</dd>`
    }
    ${
      request.duplicateOf !== null &&
      html`<dt></dt>
        <dd>
          ${words.ui.same_as} <a href="/ops/requests/${request.duplicateOf}">${request.duplicateOf.slice(0, 8)}</a>
        </dd>`
    }
    ${
      rows.seal &&
      html`<dt>${words.ui.record}</dt>
        <dd><a href="/ops/requests/${request.id}/record">${recordText(page)}</a></dd>`
    }
    ${
      looks.length > 0 &&
      html`<dt>${words.ui.planned_looks}</dt>
        <dd>${[...new Set(looks.map((one) => dates.day(one.dueAtMs)))].join(', ')}</dd>`
    }
  </dl>`
}

function recordText({ words, dates, rows }: RequestPage): string {
  return fill(words.ui.record_text, { date: rows.seal ? dates.day(rows.seal.sealedAtMs) : '' })
}
