import { DsrError } from '../domain/errors.ts'
import { isWithdrawable, type RequestEvent } from '../domain/request.ts'
import type { Commands, IdentityOrder, Order, ReviewOrder } from '../ports/commands.ts'
import type { RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { sealEnd } from '../stages/common/end-record.ts'
import { KEY_KEPT_MS } from '../stages/common/key-kept.ts'
import { moveLeg, moveRequest } from '../stages/common/moves.ts'
import { issueRequest } from '../stages/common/outbox.ts'
import { giveBackStart } from '../stages/common/start.ts'
import { signedBy } from '../stages/common/signed-by.ts'
import { acceptIdentity } from '../stages/intake.ts'
import { orderRecheck } from '../stages/recheck.ts'
import { approve } from './approve.ts'
import { decide } from './decide.ts'
import { createCopyCommands, requireSameCopy } from './copy.ts'
import { resume } from './resume.ts'

/** The orders that people and the portal give, each one transaction on a locked request. */
export function createCommands(ports: Ports): Commands {
  const run = async <One extends Order>(order: One, work: (tx: Tx, request: RequestRow, order: One) => Promise<void>) =>
    ports.store.transact(async (tx) => {
      const request = await lockRequest(tx, order)
      await work(tx, request, order)
      return lockRequest(tx, order)
    })
  return {
    ...createCopyCommands(ports),
    verifyIdentity: async (order) => run(order, async (tx, request) => verifyIdentity(ports, tx, { request, order })),
    decide: async (order) => run(order, async (tx, request) => decide(ports, tx, { request, order })),
    approve: async (order) => run(order, async (tx, request) => approve(ports, tx, { request, order })),
    refuse: async (order) => run(order, async (tx, request) => end(ports, tx, { request, order, event: 'refuse' })),
    withdraw: async (order) => run(order, async (tx, request) => withdraw(ports, tx, { request, order })),
    resume: async (order) => run(order, async (tx, request) => resume(ports, tx, { request, order })),
    review: async (order) => run(order, async (tx, request) => review(ports, tx, { request, order })),
    recheck: async (order) =>
      run(order, async (tx, request) => orderRecheck(ports, tx, { request, by: signedBy(ports, request, order) })),
  }
}

async function lockRequest(tx: Tx, order: Order): Promise<RequestRow> {
  const request = await tx.request.lock(order.requestId)
  if (!request) throw new DsrError('NOT_FOUND', 'no such request')
  return request
}

interface Given<One extends Order> {
  readonly request: RequestRow
  readonly order: One
}

async function verifyIdentity(ports: Ports, tx: Tx, { request, order }: Given<IdentityOrder>): Promise<void> {
  if (request.state !== 'awaiting_identity')
    throw new DsrError('ILLEGAL_TRANSITION', 'the request does not wait for an identity check')
  const accepted = ports.policies.of(request.controllerId).byRight[request.right].identity
  // A portal asserts what its policy accepts and nothing else; a person of the controller may look at other evidence.
  if (order.actor.role === 'portal' && !accepted.includes(order.method))
    throw new DsrError('FORBIDDEN', 'the policy does not accept this identity check from a portal', { field: 'method' })
  // Art. 12(6) GDPR: a document is asked for on reasonable doubt alone, so whoever looks at one says why.
  if (order.method === 'document' && order.actor.role === 'portal')
    throw new DsrError('FORBIDDEN', 'a document is looked at by a person', { field: 'method' })
  if (order.method === 'document' && (order.reason ?? '').trim() === '')
    throw new DsrError('FIELD_INVALID', 'looking at a document needs a written reason', { field: 'reason' })
  await acceptIdentity(ports, tx, {
    request,
    check: { method: order.method, level: order.level },
    by: signedBy(ports, request, order),
  })
}

async function withdraw(ports: Ports, tx: Tx, given: Given<Order>): Promise<void> {
  const { state } = given.request
  if (state === 'withdrawn') return
  if (!isWithdrawable(state)) throw new DsrError('WITHDRAW_TOO_LATE', 'acting has begun')
  await end(ports, tx, { ...given, event: 'withdraw' })
}

async function end(
  ports: Ports,
  tx: Tx,
  given: Given<Order> & { event: Extract<RequestEvent, 'refuse' | 'withdraw'> },
): Promise<void> {
  const { request, order, event } = given
  const result = event === 'refuse' ? 'refused' : 'withdrawn'
  if (request.state === result) return
  const ended = await moveRequest(ports, tx, {
    request,
    event,
    ...signedBy(ports, request, order),
    patch: { result, heldBy: null, closedAtMs: ports.clock.nowMs(), nextActionAtMs: null },
  })
  await giveBackStart(tx, request)
  for (const leg of await tx.leg.find({ requestId: request.id, state: { not: 'settled' } })) {
    await moveLeg(ports, tx, { leg, event: 'settle', actor: order.actor })
  }
  for (const row of await tx.identifier.find({ requestId: request.id, lookupDigest: { not: null } })) {
    await tx.identifier.update(row.id, { lookupDigest: null })
  }
  await sealEnd(ports, tx, { request: ended, result, keyKeptMs: KEY_KEPT_MS[result] })
}

async function review(ports: Ports, tx: Tx, given: Given<ReviewOrder>): Promise<void> {
  const { request, order } = given
  await requireSameCopy(tx, request, order.copyHash)
  const reviewed = await moveRequest(ports, tx, {
    request,
    event: 'reviewed',
    ...signedBy(ports, request, order),
  })
  await issueRequest(ports, tx, { request: reviewed, stage: 'seal' })
}
