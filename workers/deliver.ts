import type { OutboxRow, RequestRow } from '../src/ports/rows.ts'
import type { Ports } from '../src/ports/runtime.ts'
import { recordAnswer, recordUndelivered } from '../src/stages/answer.ts'
import type { Relay } from './relay.ts'

/** While a message is under way nobody else sends it; after a crash it goes out once more, with the same id. */
const UNDER_WAY_MS = 60_000
const ROWS_A_TURN = 20

export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  /** Not now; `waitMs` is set when the receiver named a time. */
  | { readonly kind: 'retry'; readonly waitMs: number | undefined }
  /** Never: the address is refused or the receiver says so for good. */
  | { readonly kind: 'gave_up' }

/** The outside that messages go to; the entry point builds it from the webhook and mail adapters. */
export interface Outside {
  /** A signed event to the request's callback URL. */
  sendEvent(row: OutboxRow, request: RequestRow): Promise<DeliveryOutcome>
  /** A message to the controller's owner. */
  sendNotice(row: OutboxRow): Promise<DeliveryOutcome>
  /** Waits before the second, third … attempt, in ms; after the last one it is given up. */
  readonly retryAfterMs: readonly number[]
}

/** Sends events and notices that are due. Delivery is recorded, since the law's clock stops at informing. */
export async function deliver(relay: Relay): Promise<number> {
  const rows = await claim(relay.ports)
  // Side by side, so that one slow receiver holds up nobody's messages for longer than its own time-out.
  await Promise.all(rows.map(async (row) => record(relay, row, await send(relay, row))))
  return rows.length
}

async function claim(ports: Ports): Promise<readonly OutboxRow[]> {
  return ports.store.transact(async (tx) => {
    const now = ports.clock.nowMs()
    const at = { kind: { in: ['event', 'notice'] as const }, publishedAtDbMs: null }
    const options = { orderBy: ['createdAtDbMs'], limit: ROWS_A_TURN } as const
    const [fresh, later] = await Promise.all([
      tx.outbox.claim({ ...at, notBeforeMs: null }, options),
      tx.outbox.claim({ ...at, notBeforeMs: { atMost: now } }, options),
    ])
    for (const row of [...fresh, ...later])
      await tx.outbox.update(row.id, { notBeforeMs: now + UNDER_WAY_MS, tries: row.tries + 1 })
    return [...fresh, ...later].map((row) => ({ ...row, tries: row.tries + 1 }))
  })
}

async function send({ ports, outside }: Relay, row: OutboxRow): Promise<DeliveryOutcome> {
  if (row.kind === 'notice') return outside.sendNotice(row)
  const { requestId } = row
  const request = requestId === null ? undefined : await ports.store.transact(async (tx) => tx.request.get(requestId))
  return request?.callbackUrl == null ? { kind: 'gave_up' } : outside.sendEvent(row, request)
}

async function record({ ports, outside }: Relay, row: OutboxRow, outcome: DeliveryOutcome): Promise<void> {
  const waitMs = outside.retryAfterMs[row.tries - 1]
  const isOver = outcome.kind !== 'retry' || waitMs === undefined
  await ports.store.transact(async (tx) => {
    if (!isOver) {
      const notBeforeMs = ports.clock.nowMs() + Math.max(waitMs, outcome.waitMs ?? 0)
      await tx.outbox.update(row.id, { notBeforeMs })
      return
    }
    await tx.outbox.update(row.id, { publishedAtDbMs: await tx.dbNowMs() })
    if (row.kind !== 'event' || row.body.name !== 'request.completed' || row.requestId === null) return
    const request = await tx.request.lock(row.requestId)
    if (request?.state !== 'sealing') return
    const atMs = ports.clock.nowMs()
    if (outcome.kind === 'delivered') {
      await recordAnswer(ports, tx, { request, delivery: { channel: 'callback', result: 'delivered', atMs } })
    } else await recordUndelivered(ports, tx, request)
  })
  ports.events.emit('message.settled', { kind: row.kind, outcome: isOver ? outcome.kind : 'retry', tries: row.tries })
}
