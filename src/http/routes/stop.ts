import { z } from 'zod'
import { accountId, controllerId, type ControllerId } from '../../domain/ids.ts'
import type { StopOrder, StopReport } from '../../ports/stopping.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import { actorOf, type Principal } from '../access/principal.ts'
import type { App, ServerOptions } from '../options.ts'
import { instant, isoOf, plainText, problems } from '../wire/common.ts'

const stopForm = z.strictObject({
  action: z
    .enum(['stop', 'lift', 'give_up'])
    .default('stop')
    .describe('give_up: what halted accounts have not sent ends as not done; the stop stays'),
  account_id: z.string().max(63).optional().describe('absent: all accounts'),
  controller_id: z.string().max(63).optional().describe('for keys of the whole installation; absent: all controllers'),
  reason: plainText(500).describe('for colleagues; kept unencrypted, so it names nobody'),
})

const by = z.object({ role: z.string(), id: z.string() })

const stopAnswer = z.object({
  stops: z.array(
    z.object({
      controller_id: z.string().nullable(),
      account_id: z.string().nullable(),
      by,
      reason: z.string(),
      stopped_time: instant,
    }),
  ),
  accounts: z
    .array(z.object({ account_id: z.string(), waiting: z.int(), on_their_way: z.int() }))
    .describe('halted accounts: changes that were not sent, and those that were on their way'),
  requests: z.array(z.object({ subject_request_id: z.string(), waiting: z.int() })),
  held: z.array(z.string()).describe('approved requests that do not begin; they can be withdrawn'),
})

/** `/v1/stop`: the brakes. */
export function stopRoutes(app: App, options: ServerOptions, guard: Guard): void {
  const { stopping } = options
  const answer = { tags: ['brakes'], response: { 200: stopAnswer, ...problems } }
  const give = { ...answer, summary: 'Halt all changes, let them go on, or give up what waits', body: stopForm }
  app.post('/v1/stop', { schema: give, onRequest: guard('stop') }, async (httpRequest) => {
    const { body } = httpRequest
    const order = orderOf(principalOf(httpRequest), body)
    switch (body.action) {
      case 'stop':
        return answerOf(await stopping.stop(order))
      case 'lift':
        return answerOf(await stopping.lift(order))
      case 'give_up':
        return answerOf(await stopping.giveUp(order))
    }
  })
  const read = { ...answer, summary: 'What is halted, and what was left' }
  app.get('/v1/stop', { schema: read, onRequest: guard('read_connectors') }, async (httpRequest) =>
    answerOf(await stopping.report({ controllerId: principalOf(httpRequest).controllerId, accountId: null })),
  )
}

/** A key of one controller reaches that controller's accounts and nothing else; another's looks like one that is not there. */
function orderOf(principal: Principal, body: z.output<typeof stopForm>): StopOrder {
  return {
    controllerId: scopeOf(principal, body.controller_id),
    accountId: body.account_id === undefined ? null : accountId(body.account_id),
    actor: actorOf(principal),
    reason: body.reason,
  }
}

function scopeOf({ controllerId: own }: Principal, given: string | undefined): ControllerId | null {
  return own ?? (given === undefined ? null : controllerId(given))
}

function answerOf({ stops, accounts, requests, held }: StopReport): z.input<typeof stopAnswer> {
  return {
    stops: stops.map((stop) => ({
      controller_id: stop.controllerId,
      account_id: stop.accountId,
      by: { role: stop.by.role, id: stop.by.id },
      reason: stop.reason,
      stopped_time: isoOf(stop.stoppedAtMs),
    })),
    accounts: accounts.map((one) => ({
      account_id: one.accountId,
      waiting: one.waiting,
      on_their_way: one.onTheirWay,
    })),
    requests: requests.map((one) => ({ subject_request_id: one.requestId, waiting: one.waiting })),
    held: [...held],
  }
}
