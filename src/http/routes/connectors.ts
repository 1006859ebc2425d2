import type { Account } from '../../ports/runtime.ts'
import { principalOf, type Guard } from '../access/authentication.ts'
import type { App, ServerOptions } from '../options.ts'
import { connectorList, type ConnectorList } from '../wire/answers.ts'
import { problems } from '../wire/common.ts'

/** `GET /v1/connectors`: the accounts that the key sees, what they can do and how far they go. */
export function connectorRoutes(app: App, options: ServerOptions, guard: Guard): void {
  const schema = {
    summary: 'Connected accounts: rights, what may be changed, depth, limits',
    tags: ['connectors'],
    response: { 200: connectorList, ...problems },
  }
  app.get('/v1/connectors', { schema, onRequest: guard('read_connectors') }, async (httpRequest) => {
    const { controllerId: own } = principalOf(httpRequest)
    const { policies, accounts, store } = options.ports
    const visible = (own === null ? policies.controllers() : [own]).flatMap((id) => accounts.of(id))
    const parked = await store.transact(async (tx) => tx.leg.countBy('accountId', { state: 'parked' }))
    const waiting = new Map(parked.map(({ value, count }) => [value, count]))
    return { accounts: visible.map((account) => accountAnswer(account, waiting.get(account.id) ?? 0)) }
  })
}

function accountAnswer(account: Account, waiting: number): ConnectorList['accounts'][number] {
  const { manifest } = account.connector
  return {
    account_id: account.id,
    controller_id: account.controllerId,
    connector: manifest.id,
    title: manifest.title,
    version: manifest.version,
    effects: account.effects,
    is_sandbox: account.isSandbox,
    rights: [...manifest.rights],
    searches: [...manifest.searches],
    waiting_for_a_person: waiting,
    limits: Object.entries(manifest.buckets).map(([bucket, one]) => ({
      bucket,
      limit: one.limit,
      window_ms: one.windowMs,
      scope: one.scope,
      source: one.source,
    })),
    depth: manifest.depth.map((row) => ({
      part: row.part,
      title: row.title,
      category: row.category,
      is_read: row.isRead,
      on_erasure: row.onErasure,
      purge_days: row.purgeDays ?? 0,
      why: row.why ?? null,
    })),
  }
}
