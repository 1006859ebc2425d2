import { z } from 'zod'
import { actorOf, requestInScope, requirePermission } from '../access/principal.ts'
import { requireCsrf } from '../access/sessions.ts'
import { PAGE_TYPE } from '../negotiation.ts'
import type { App, ServerOptions } from '../options.ts'
import { copyQuery, fileQuery, readCopy, sendCopyFile } from '../routes/copy.ts'
import { errorOfIssues } from '../schema-errors.ts'
import { ORDERS } from '../wire/orders.ts'
import { copyContent, copyOrder } from './copy-page.ts'
import { signedIn } from './door.ts'
import { pageOf } from './layout.ts'
import { wordsFor } from './words.ts'

const params = z.object({ id: z.string() })
const hide = { hide: true }

/** The pages on which a copy is read before it goes out. */
export function copyPages(scope: App, options: ServerOptions): void {
  scope.get('/ops/requests/:id/copy', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    requirePermission(session.principal, 'review')
    const words = wordsFor(httpRequest.headers['accept-language'])
    const query = copyQuery.catch({ from: 0 }).parse(httpRequest.query)
    const seen = await readCopy(options, session.principal, { id: httpRequest.params.id, query })
    const content = copyContent({ words, session, seen })
    const page = { words, title: words.copy.title, session, hasQueues: options.board !== undefined, content }
    return reply.type(PAGE_TYPE).send(pageOf(page))
  })
  const fileSchema = { ...hide, params, querystring: fileQuery }
  scope.get('/ops/requests/:id/copy/file', { schema: fileSchema }, async (httpRequest, reply) => {
    const { principal } = signedIn(httpRequest)
    requirePermission(principal, 'review')
    return sendCopyFile(options, { principal, reply }, { id: httpRequest.params.id, query: httpRequest.query })
  })
  scope.post('/ops/requests/:id/copy', { schema: { ...hide, params } }, async (httpRequest, reply) => {
    const session = signedIn(httpRequest)
    const form = z.record(z.string(), z.unknown()).parse(httpRequest.body)
    requireCsrf(session, form.csrf)
    requirePermission(session.principal, 'review')
    const { id } = await options.ports.store.transact(async (tx) =>
      requestInScope(tx, session.principal, httpRequest.params.id),
    )
    const { name, body } = copyOrder(form)
    const checked = ORDERS[name].form.safeParse(body)
    if (!checked.success) throw errorOfIssues(checked.error.issues, 'body')
    await ORDERS[name].run(options.commands, { requestId: id, actor: actorOf(session.principal) }, body)
    const back = new URLSearchParams({
      leg_id: z.string().catch('').parse(form.leg_id),
      part: z.string().catch('').parse(form.part),
      from: z.string().catch('0').parse(form.from),
    })
    return reply.redirect(`/ops/requests/${id}/copy?${back.toString()}#shown`, 303)
  })
}
