import { z } from 'zod'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, requestInScope, requireVouching } from '../access/principal.ts'
import type { App, ServerOptions } from '../options.ts'
import { summaryOf } from '../views/summary.ts'
import { requestSummary } from '../wire/answers.ts'
import { idParams, problems } from '../wire/common.ts'
import { ORDER_NAMES, ORDERS } from '../wire/orders.ts'

/** `POST /v1/requests/{id}/<order>` for every order of the table; the answer is the request after it. */
export function orderRoutes(app: App, options: ServerOptions, guard: Guard): void {
  const { store, clock } = options.ports
  for (const name of ORDER_NAMES) {
    const { permission, summary, form, run } = ORDERS[name]
    const schema = {
      summary,
      tags: ['orders'],
      params: idParams,
      body: form,
      response: { 200: requestSummary, ...problems },
    }
    app.post(`/v1/requests/:id/${name}`, { schema, onRequest: guard(permission) }, async (httpRequest) => {
      const principal = principalOf(httpRequest)
      if (name === 'verify-identity') requireVouching(principal, vouchedLevel(httpRequest.body))
      const { id } = await store.transact(async (tx) => requestInScope(tx, principal, httpRequest.params.id))
      const request = await run(options.commands, { requestId: id, actor: actorOf(principal) }, httpRequest.body)
      const legs = await store.transact(async (tx) => tx.leg.find({ requestId: id, state: 'parked' }))
      return summaryOf(request, { legs, nowMs: clock.nowMs() })
    })
  }
}

/** The level that an identity order vouches for; its schema has filled it in. */
function vouchedLevel(body: unknown): number {
  return z.object({ level: z.number() }).safeParse(body).data?.level ?? 0
}
