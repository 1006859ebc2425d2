import type { Delivery, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { writeJournal } from './common/journal.ts'
import { instantText } from '../ledger/shape.ts'
import { logEvent } from './common/leaf.ts'
import { moveRequest } from './common/moves.ts'
import { announceEvent, announceNotice } from './common/outbox.ts'

/**
 * Answers a sealed request. Without a callback the portal reads the answer from us, so it is informed once it is there; with one
 * the request stays `sealing` until the callback was delivered: the law's clock stops at informing.
 */
export async function startAnswer(ports: Ports, tx: Tx, request: RequestRow): Promise<'moved' | 'waiting'> {
  const now = ports.clock.nowMs()
  if (request.callbackUrl === null) {
    await recordAnswer(ports, tx, { request, delivery: { channel: 'api', result: 'available', atMs: now } })
    return 'moved'
  }
  if (request.delivery !== null) return 'waiting'
  await announceEvent(ports, tx, { request, name: 'request.completed' })
  await tx.request.update(request.id, {
    delivery: { channel: 'callback', result: 'available', atMs: now },
    nextActionAtMs: null,
  })
  return 'waiting'
}

/** Records that the person's portal was informed, and closes the request unless rechecks are still to come. */
export async function recordAnswer(
  ports: Ports,
  tx: Tx,
  { request, delivery }: { request: RequestRow; delivery: Delivery },
): Promise<void> {
  const answered = await moveRequest(ports, tx, {
    request,
    event: 'answer_recorded',
    patch: { delivery, answeredAtMs: delivery.atMs, nextActionAtMs: null },
    detail: { channel: delivery.channel, late: delivery.atMs > request.dueAtMs },
  })
  await logEvent(ports, tx, {
    request: answered,
    kind: 'answered',
    facts: { channel: delivery.channel, result: delivery.result, answered_at: instantText(delivery.atMs, 'at') },
  })
  await closeWhenOver(ports, tx, answered)
}

/** The relay gave up delivering: a person has to inform the portal another way, then `resume` answers again. */
export async function recordUndelivered(ports: Ports, tx: Tx, request: RequestRow): Promise<void> {
  await tx.request.update(request.id, {
    delivery: { channel: 'callback', result: 'failed', atMs: ports.clock.nowMs() },
  })
  await writeJournal(ports, tx, {
    requestId: request.id,
    kind: 'answer.not_delivered',
    detail: { channel: 'callback' },
  })
  await announceNotice(ports, tx, { request, about: 'not_delivered' })
}

/** Closes an answered request when no recheck is left. */
export async function closeWhenOver(ports: Ports, tx: Tx, request: RequestRow): Promise<void> {
  const [left, digests] = await Promise.all([
    tx.recheck.count({ requestId: request.id, state: { not: 'done' } }),
    tx.identifier.find({ requestId: request.id, lookupDigest: { not: null } }),
  ])
  if (left > 0) return
  await moveRequest(ports, tx, {
    request,
    event: 'close',
    patch: { closedAtMs: ports.clock.nowMs(), nextActionAtMs: null },
  })
  for (const row of digests) await tx.identifier.update(row.id, { lookupDigest: null })
}
