import { accountId, connectorId, legId, requestId, type AccountId } from '../src/domain/ids.ts'
import type { JsonValue } from '../src/domain/json.ts'
import type { JobQueue, LegJob, RequestJob, RequestStage } from '../src/ports/queue.ts'
import type { LegRow, OutboxRow } from '../src/ports/rows.ts'
import type { Ports } from '../src/ports/runtime.ts'
import type { Tx } from '../src/ports/store.ts'
import { deliver, type Outside } from './deliver.ts'

/** How many legs of one account may be in the queue or running at once; the rest wait in Postgres (design §4, fair). */
export const ADMITTED_PER_ACCOUNT = 20
const ROWS_A_TURN = 200

export interface Relay {
  readonly ports: Ports
  readonly queue: JobQueue
  readonly outside: Outside
}

type Announcement =
  | {
      readonly row: OutboxRow
      readonly kind: 'flow'
      readonly parent: RequestJob
      readonly children: readonly LegJob[]
    }
  | { readonly row: OutboxRow; readonly kind: 'job'; readonly job: Parameters<JobQueue['add']>[0] }

/**
 * One turn of the relay: what was decided in Postgres is announced to the queue, and messages go out. Rows are marked before the
 * queue is told, since a hint that is lost is issued again by the watchdog and one that is doubled does nothing.
 *
 * @returns how many rows went out.
 */
export async function relayTurn(relay: Relay): Promise<number> {
  const free = await announce(relay, async (tx) => freeRows(relay, tx))
  const admitted = await announce(relay, async (tx) => admittedRows(relay, tx))
  return free + admitted + (await deliver(relay))
}

async function announce(relay: Relay, take: (tx: Tx) => Promise<readonly Announcement[]>): Promise<number> {
  const taken = await relay.ports.store.transact(take)
  const failed: OutboxRow[] = []
  let cause: unknown
  for (const one of taken) {
    try {
      await (one.kind === 'flow' ? relay.queue.addFlow(one.parent, one.children) : relay.queue.add(one.job))
    } catch (error) {
      failed.push(one.row)
      cause = error
    }
  }
  if (failed.length > 0) {
    await relay.ports.store.transact(async (tx) => {
      for (const row of failed) await tx.outbox.update(row.id, { publishedAtDbMs: null, tries: row.tries + 1 })
    })
    throw cause
  }
  return taken.length
}

/** Flows, coordinator jobs and effect jobs pass without admission; a flow takes along the legs that are admitted now. */
async function freeRows({ ports }: Relay, tx: Tx): Promise<readonly Announcement[]> {
  const rows = [
    ...(await claimDue(ports, tx, 'flow')),
    ...(await claimDue(ports, tx, 'request')),
    ...(await claimDue(ports, tx, 'effects')),
  ]
  const now = await tx.dbNowMs()
  const announcements: Announcement[] = []
  for (const row of rows) {
    await tx.outbox.update(row.id, { publishedAtDbMs: now })
    if (row.kind === 'flow') announcements.push(await flowOf(ports, tx, row))
    else announcements.push({ row, kind: 'job', job: row.kind === 'request' ? requestJob(row) : effectsJob(row, now) })
  }
  return announcements
}

async function claimDue(ports: Ports, tx: Tx, kind: OutboxRow['kind']): Promise<readonly OutboxRow[]> {
  const options = { orderBy: ['createdAtDbMs'], limit: ROWS_A_TURN } as const
  const at = { kind, publishedAtDbMs: null }
  const now = await tx.outbox.claim({ ...at, notBeforeMs: null }, options)
  const later = await tx.outbox.claim({ ...at, notBeforeMs: { atMost: ports.clock.nowMs() } }, options)
  return [...now, ...later]
}

async function flowOf(ports: Ports, tx: Tx, row: OutboxRow): Promise<Announcement> {
  const parent: RequestJob = { ...requestJob(row), stage: row.body.stage === 'act' ? 'act' : 'discover' }
  const children: LegJob[] = []
  const ids: readonly JsonValue[] = Array.isArray(row.body.legs) ? row.body.legs : []
  const legs = await tx.leg.find({ id: { in: ids.map((id) => legId(textOf(id))) } })
  for (const leg of legs) {
    if (!isWanted(ports, leg)) await leaveForLater(tx, leg)
    else if ((await roomOf(tx, leg.accountId)) > 0) {
      await tx.leg.update(leg.id, { admittedAtDbMs: await tx.dbNowMs() })
      children.push(legJob(leg))
    } else {
      await tx.outbox.insert({
        ...row,
        id: ports.random.uuid(),
        kind: 'leg',
        accountId: leg.accountId,
        body: { leg: leg.id },
      })
    }
  }
  return { row, kind: 'flow', parent, children }
}

/** Legs that wait for admission, account by account, so that one with a long line holds up nobody else's. */
async function admittedRows({ ports }: Relay, tx: Tx): Promise<readonly Announcement[]> {
  const waiting = await tx.outbox.countBy('accountId', { kind: 'leg', publishedAtDbMs: null })
  const announcements: Announcement[] = []
  for (const { value } of waiting) {
    const room = value === null ? 0 : await roomOf(tx, value)
    if (room <= 0) continue
    const rows = await tx.outbox.claim(
      { kind: 'leg', publishedAtDbMs: null, accountId: value },
      { orderBy: ['createdAtDbMs'], limit: room },
    )
    for (const row of rows) {
      const now = await tx.dbNowMs()
      await tx.outbox.update(row.id, { publishedAtDbMs: now })
      const leg = await tx.leg.get(legId(textOf(row.body.leg)))
      if (!leg) continue
      if (!isWanted(ports, leg)) {
        await leaveForLater(tx, leg)
        continue
      }
      await tx.leg.update(leg.id, { admittedAtDbMs: now })
      announcements.push({ row, kind: 'job', job: legJob(leg) })
    }
  }
  if (announcements.length > 0)
    ports.events.emit('relay.admitted', { accounts: waiting.length, legs: announcements.length })
  return announcements
}

/** A doubled announcement of a leg that has gone on since, or that is not due yet, goes nowhere. */
function isWanted(ports: Ports, leg: LegRow): boolean {
  if (leg.state === 'parked' || leg.state === 'settled' || leg.stage === null) return false
  return leg.nextActionAtMs === null || leg.nextActionAtMs <= ports.clock.nowMs()
}

/** Not out any more: the watchdog announces it when it is due by the clock that it reads, whose ever clock set the time. */
async function leaveForLater(tx: Tx, leg: LegRow): Promise<void> {
  if (leg.admittedAtDbMs === null) await tx.leg.update(leg.id, { issuedAtDbMs: null })
}

async function roomOf(tx: Tx, accountId: AccountId): Promise<number> {
  return ADMITTED_PER_ACCOUNT - (await tx.leg.count({ accountId, admittedAtDbMs: { above: 0 } }))
}

function legJob(leg: LegRow): LegJob {
  const { requestId, accountId, connectorId, stage, generation, round, issue } = leg
  return {
    kind: 'leg',
    requestId,
    legId: leg.id,
    accountId,
    connectorId,
    stage: stage ?? 'discover',
    generation,
    round,
    issue,
  }
}

function requestJob(row: OutboxRow): RequestJob {
  return {
    kind: 'request',
    requestId: requestId(row.requestId ?? ''),
    stage: stageOf(row.body.stage),
    generation: Number(row.body.generation),
    round: Number(row.body.round),
    issue: Number(row.body.issue),
  }
}

const STAGES: readonly RequestStage[] = ['discover', 'plan', 'act', 'seal', 'answer', 'recheck']

function stageOf(text: unknown): RequestStage {
  return STAGES.find((stage) => stage === text) ?? 'discover'
}

function effectsJob(row: OutboxRow, now: number): Parameters<JobQueue['add']>[0] {
  const { account, connector, step } = row.body
  return {
    kind: 'effects',
    accountId: accountId(textOf(account)),
    connectorId: connectorId(textOf(connector)),
    step: textOf(step),
    issue: now,
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
