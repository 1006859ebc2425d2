import { DsrError } from '../domain/errors.ts'
import { connectorId, type RequestId } from '../domain/ids.ts'
import type { RecheckRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { newLeg } from './common/discovery.ts'
import { writeJournal } from './common/journal.ts'
import { issueLeg } from './common/outbox.ts'
import type { SignedBy } from './common/signed-by.ts'
import { promiseRecheck } from './common/rechecks.ts'

/**
 * Starts all rechecks of a request that are due: legs of the next generation that discover, act where the approved plan covers it,
 * and verify. They start together, since a generation is sealed once, when its legs are settled.
 */
export async function startRechecks(ports: Ports, tx: Tx, id: RequestId): Promise<number> {
  const request = await tx.request.lock(id)
  if (!request || (request.state !== 'answered' && request.state !== 'closed')) return 0
  const due = await tx.recheck.find({ requestId: id, state: 'due', dueAtMs: { atMost: ports.clock.nowMs() } })
  if (due.length === 0) return 0
  const generation = request.generation + 1
  await tx.request.update(request.id, { generation })
  for (const row of due) await startLeg(ports, tx, { request, row: { ...row, generation } })
  return due.length
}

async function startLeg(
  ports: Ports,
  tx: Tx,
  { request, row }: { request: RequestRow; row: RecheckRow },
): Promise<void> {
  const { accountId, generation } = row
  const [before] = await tx.leg.find({ requestId: request.id, accountId }, { orderBy: ['-generation'], limit: 1 })
  const account = ports.accounts.get(accountId)
  // An account that is gone from the configuration gets a leg all the same, which goes to a person.
  const place = account ? { connectorId: connectorId(account.connector.manifest.id), wave: account.wave } : before
  await tx.recheck.update(row.id, { state: place ? 'started' : 'done', generation })
  if (!place) return
  const leg = newLeg(ports, request, { accountId, generation, connectorId: place.connectorId, wave: place.wave })
  await tx.leg.insert(leg)
  await writeJournal(ports, tx, {
    requestId: request.id,
    legId: leg.id,
    kind: 'recheck.started',
    detail: { account: accountId, generation, why: row.why },
  })
  await issueLeg(ports, tx, { leg, stage: 'discover' })
}

/** Orders another look at every account of an answered request, now. */
export async function orderRecheck(
  ports: Ports,
  tx: Tx,
  { request, by }: { request: RequestRow; by: SignedBy },
): Promise<void> {
  if (request.state !== 'answered' && request.state !== 'closed')
    throw new DsrError('ILLEGAL_TRANSITION', 'the request is not answered yet')
  if (request.mode === 'plan') throw new DsrError('ILLEGAL_TRANSITION', 'a dry run has nothing to look at again')
  if (request.sealedIntake === null)
    throw new DsrError('ILLEGAL_TRANSITION', 'the request was forgotten: nothing is left to look for')
  const generation = request.generation + 1
  await writeJournal(ports, tx, { requestId: request.id, ...by, kind: 'recheck.ordered', detail: { generation } })
  for (const account of ports.accounts.of(request.controllerId)) {
    await promiseRecheck(ports, tx, {
      requestId: request.id,
      accountId: account.id,
      why: 'ordered',
      dueAtMs: ports.clock.nowMs(),
    })
  }
}

/**
 * The generations of an answered request whose legs are all settled and whose sequel is not finished, lowest first: it has no record
 * yet, or whoever sealed it died before marking its rechecks as done.
 */
export async function unsealedGenerations(tx: Tx, request: RequestRow): Promise<readonly number[]> {
  const legs = await tx.leg.find({ requestId: request.id, generation: { above: 0 } })
  const seals = await tx.seal.find({ requestId: request.id })
  const started = await tx.recheck.find({ requestId: request.id, state: 'started' })
  const unfinished = new Set(started.map((row) => row.generation))
  const finished = new Set(seals.map((row) => row.generation).filter((one) => !unfinished.has(one)))
  const generations = [...new Set(legs.map((leg) => leg.generation))].sort((a, b) => a - b)
  return generations.filter(
    (one) => !finished.has(one) && legs.every((leg) => leg.generation !== one || leg.state === 'settled'),
  )
}

/** Marks the rechecks of a sealed generation as done. */
export async function finishRechecks(tx: Tx, request: RequestRow, generation: number): Promise<void> {
  for (const row of await tx.recheck.find({ requestId: request.id, generation, state: 'started' })) {
    await tx.recheck.update(row.id, { state: 'done' })
  }
}
