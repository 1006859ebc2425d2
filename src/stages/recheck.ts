import { DsrError } from '../domain/errors.ts'
import type { Actor, RecheckRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { newLeg } from './common/discovery.ts'
import { writeJournal } from './common/journal.ts'
import { issueLeg } from './common/outbox.ts'

/**
 * Starts a due recheck: a leg of the next generation that discovers, acts where the approved plan covers it, and verifies. Its
 * sequel record is sealed when it is settled.
 */
export async function startRecheck(ports: Ports, tx: Tx, row: RecheckRow): Promise<void> {
  const request = await tx.request.lock(row.requestId)
  if (!request || (request.state !== 'answered' && request.state !== 'closed')) return
  const account = ports.accounts.get(row.accountId)
  if (!account) return
  const leg = newLeg(ports, request, { account, generation: row.generation })
  if (!(await tx.leg.insertNew(leg))) return
  await tx.recheck.update(row.id, { state: 'started' })
  await tx.request.update(request.id, { generation: Math.max(request.generation, row.generation) })
  await writeJournal(ports, tx, {
    requestId: request.id,
    legId: leg.id,
    kind: 'recheck.started',
    detail: { account: row.accountId, generation: row.generation, why: row.why },
  })
  await issueLeg(ports, tx, { leg, stage: 'discover' })
}

/** Orders another look at every account of an answered request, now. */
export async function orderRecheck(
  ports: Ports,
  tx: Tx,
  { request, actor }: { request: RequestRow; actor: Actor },
): Promise<void> {
  if (request.state !== 'answered' && request.state !== 'closed')
    throw new DsrError('ILLEGAL_TRANSITION', 'the request is not answered yet')
  const generation = request.generation + 1
  await writeJournal(ports, tx, { requestId: request.id, actor, kind: 'recheck.ordered', detail: { generation } })
  for (const account of ports.accounts.of(request.controllerId)) {
    await tx.recheck.insertNew({
      id: ports.random.uuid(),
      requestId: request.id,
      accountId: account.id,
      generation,
      why: 'ordered',
      dueAtMs: ports.clock.nowMs(),
      state: 'due',
    })
  }
}

/**
 * The generations of an answered request whose legs are all settled and that have no sequel record yet, lowest first.
 */
export async function unsealedGenerations(tx: Tx, request: RequestRow): Promise<readonly number[]> {
  const legs = await tx.leg.find({ requestId: request.id, generation: { above: 0 } })
  const seals = await tx.seal.find({ requestId: request.id })
  const sealed = new Set(seals.map((row) => row.generation))
  const generations = [...new Set(legs.map((leg) => leg.generation))].sort((a, b) => a - b)
  return generations.filter(
    (one) => !sealed.has(one) && legs.every((leg) => leg.generation !== one || leg.state === 'settled'),
  )
}

/** Marks the rechecks of a sealed generation as done. */
export async function finishRechecks(tx: Tx, request: RequestRow, generation: number): Promise<void> {
  for (const row of await tx.recheck.find({ requestId: request.id, generation, state: 'started' })) {
    await tx.recheck.update(row.id, { state: 'done' })
  }
}
