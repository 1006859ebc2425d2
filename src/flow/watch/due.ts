import type { LegRow, RequestRow } from '../../ports/rows.ts'
import type { RequestStage } from '../../ports/queue.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { issueLeg, issueRequest } from '../../stages/common/outbox.ts'
import { startRechecks } from '../../stages/recheck.ts'

/** A job that was issued so long ago and is held by nobody is taken for lost (design §4: FLUSHALL costs time, never a request). */
export const REISSUE_AFTER_MS = 30_000
const ROWS_A_TURN = 200

/** What one turn of the watchdog issued again. */
export interface WatchReport {
  readonly legs: number
  readonly requests: number
  readonly rechecks: number
}

/** Reads Postgres only: what is due and not out, what is out for too long, and what promised to be looked at today. */
export async function watchDue(ports: Ports): Promise<WatchReport> {
  const legs = (await issueDueLegs(ports)) + (await issueLostLegs(ports))
  const requests = (await issueDueRequests(ports)) + (await issueLostRequests(ports))
  const rechecks = await startDueRechecks(ports)
  return { legs, requests, rechecks }
}

async function issueDueLegs(ports: Ports): Promise<number> {
  return ports.store.transact(async (tx) => {
    const due = await tx.leg.claim(
      { nextActionAtMs: { atMost: ports.clock.nowMs() }, issuedAtDbMs: null, stage: { not: null } },
      { orderBy: ['nextActionAtMs'], limit: ROWS_A_TURN },
    )
    return reissue(ports, tx, due)
  })
}

/** Legs that wait in our own outbox are not lost; those admitted to the queue and run by nobody are. */
async function issueLostLegs(ports: Ports): Promise<number> {
  return ports.store.transact(async (tx) => {
    const now = await tx.dbNowMs()
    const old = await tx.leg.claim(
      { admittedAtDbMs: { atMost: now - REISSUE_AFTER_MS } },
      { orderBy: ['admittedAtDbMs'], limit: ROWS_A_TURN },
    )
    return reissue(
      ports,
      tx,
      old.filter((leg) => (leg.leaseUntilDbMs ?? 0) < now),
    )
  })
}

async function reissue(ports: Ports, tx: Tx, legs: readonly LegRow[]): Promise<number> {
  for (const leg of legs) if (leg.stage !== null) await issueLeg(ports, tx, { leg, stage: leg.stage })
  return legs.length
}

async function issueDueRequests(ports: Ports): Promise<number> {
  return ports.store.transact(async (tx) => {
    const due = await tx.request.claim(
      { nextActionAtMs: { atMost: ports.clock.nowMs() }, issuedAtDbMs: null },
      { orderBy: ['nextActionAtMs'], limit: ROWS_A_TURN },
    )
    for (const request of due) await issueRequest(ports, tx, { request, stage: stageFor(request) })
    return due.length
  })
}

async function issueLostRequests(ports: Ports): Promise<number> {
  return ports.store.transact(async (tx) => {
    const old = await tx.request.claim(
      { issuedAtDbMs: { atMost: (await tx.dbNowMs()) - REISSUE_AFTER_MS } },
      { orderBy: ['issuedAtDbMs'], limit: ROWS_A_TURN },
    )
    for (const request of old) await issueRequest(ports, tx, { request, stage: stageFor(request) })
    return old.length
  })
}

function stageFor(request: RequestRow): RequestStage {
  switch (request.state) {
    case 'sealing':
      return 'seal'
    case 'answered':
    case 'closed':
      return 'recheck'
    case 'awaiting_approval':
    case 'acting':
    case 'awaiting_review':
    case 'plan_expired':
      return 'act'
    case 'received':
    case 'awaiting_identity':
    case 'discovering':
    case 'awaiting_decision':
    case 'refused':
    case 'withdrawn':
      return 'discover'
  }
}

async function startDueRechecks(ports: Ports): Promise<number> {
  const due = await ports.store.transact(async (tx) =>
    tx.recheck.find(
      { state: 'due', dueAtMs: { atMost: ports.clock.nowMs() } },
      { orderBy: ['dueAtMs'], limit: ROWS_A_TURN },
    ),
  )
  let started = 0
  for (const id of new Set(due.map((row) => row.requestId))) {
    started += await ports.store.transact(async (tx) => startRechecks(ports, tx, id))
  }
  return started
}
