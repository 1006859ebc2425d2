import { accountId, connectorId, legId, requestId, type AccountId, type LegId } from '../src/domain/ids.ts'
import type { JsonValue } from '../src/domain/json.ts'
import type { JobQueue, LegJob, RequestJob, RequestStage } from '../src/ports/queue.ts'
import type { LegRow, OutboxRow } from '../src/ports/rows.ts'
import type { Ports } from '../src/ports/runtime.ts'
import type { Tx } from '../src/ports/store.ts'
import { findAll } from '../src/ports/find-all.ts'
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
  const announced = await announce(relay, async (tx) => [
    ...(await freeRows(relay, tx)),
    ...(await admittedRows(relay, tx)),
  ])
  return announced + (await deliver(relay))
}

async function announce(relay: Relay, take: (tx: Tx) => Promise<readonly Announcement[]>): Promise<number> {
  const taken = await relay.ports.store.transact(take)
  const told = await Promise.allSettled(
    taken.map((one) =>
      one.kind === 'flow' ? relay.queue.addFlow(one.parent, one.children) : relay.queue.add(one.job),
    ),
  )
  const causes = told.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
  const failed = taken.filter((_, at) => told[at]?.status === 'rejected').map((one) => one.row)
  if (failed.length > 0) {
    await relay.ports.store.transact(async (tx) => {
      for (const row of failed) await tx.outbox.update(row.id, { publishedAtDbMs: null, tries: row.tries + 1 })
    })
    throw causes[0]
  }
  return taken.length
}

const FREE_KINDS = ['flow', 'request', 'effects'] as const

/** Flows, coordinator jobs and effect jobs pass without admission; a flow takes along the legs that are admitted now. */
async function freeRows({ ports }: Relay, tx: Tx): Promise<readonly Announcement[]> {
  const rows = await claimDue(ports, tx)
  if (rows.length === 0) return []
  const now = await tx.dbNowMs()
  for (const row of rows) await tx.outbox.update(row.id, { publishedAtDbMs: now })
  const legs = await legsOf(tx, rows.flatMap(legIdsOf))
  const room = await Room.of(
    tx,
    [...legs.values()].map((leg) => leg.accountId),
  )
  const announcements: Announcement[] = []
  for (const row of rows) {
    if (row.kind === 'flow') announcements.push(await flowOf({ ports, tx, room, now }, { row, legs }))
    else announcements.push({ row, kind: 'job', job: row.kind === 'request' ? requestJob(row) : effectsJob(row, now) })
  }
  return announcements
}

async function claimDue(ports: Ports, tx: Tx): Promise<readonly OutboxRow[]> {
  const options = { orderBy: ['createdAtDbMs'], limit: ROWS_A_TURN } as const
  const at = { kind: { in: FREE_KINDS }, publishedAtDbMs: null }
  const due = await Promise.all([
    tx.outbox.claim({ ...at, notBeforeMs: null }, options),
    tx.outbox.claim({ ...at, notBeforeMs: { atMost: ports.clock.nowMs() } }, options),
  ])
  return due.flat()
}

interface Admitting {
  readonly ports: Ports
  readonly tx: Tx
  readonly room: Room
  readonly now: number
}

async function flowOf(
  { ports, tx, room, now }: Admitting,
  { row, legs }: { row: OutboxRow; legs: ReadonlyMap<LegId, LegRow> },
): Promise<Announcement> {
  const parent: RequestJob = { ...requestJob(row), stage: row.body.stage === 'act' ? 'act' : 'discover' }
  const children: LegJob[] = []
  for (const id of legIdsOf(row)) {
    const leg = legs.get(id)
    if (!leg) continue
    if (!isWanted(ports, leg)) await leaveForLater(tx, leg)
    else if (room.take(leg.accountId)) {
      await tx.leg.update(leg.id, { admittedAtDbMs: now })
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
  const counts = await tx.outbox.countBy('accountId', { kind: 'leg', publishedAtDbMs: null })
  const waiting = counts.flatMap(({ value }) => (value === null ? [] : [value]))
  if (waiting.length === 0) return []
  const room = await Room.of(tx, waiting)
  const claimed = await Promise.all(waiting.map((accountId) => claimLegs(tx, accountId, room.left(accountId))))
  const rows = claimed.flat()
  const legs = await legsOf(tx, rows.flatMap(legIdsOf))
  const now = await tx.dbNowMs()
  const announcements: Announcement[] = []
  for (const row of rows) {
    await tx.outbox.update(row.id, { publishedAtDbMs: now })
    const leg = legs.get(legId(textOf(row.body.leg)))
    if (!leg) continue
    if (!isWanted(ports, leg)) {
      await leaveForLater(tx, leg)
      continue
    }
    await tx.leg.update(leg.id, { admittedAtDbMs: now })
    announcements.push({ row, kind: 'job', job: legJob(leg) })
  }
  if (announcements.length > 0)
    ports.events.emit('relay.admitted', { accounts: waiting.length, legs: announcements.length })
  return announcements
}

async function claimLegs(tx: Tx, accountId: AccountId, room: number): Promise<readonly OutboxRow[]> {
  if (room <= 0) return []
  const where = { kind: 'leg', publishedAtDbMs: null, accountId } as const
  return tx.outbox.claim(where, { orderBy: ['createdAtDbMs'], limit: room })
}

/** The legs that a row speaks of: many for a flow, one for a leg. */
function legIdsOf({ kind, body }: OutboxRow): readonly LegId[] {
  if (kind === 'leg') return [legId(textOf(body.leg))]
  const ids: readonly JsonValue[] = kind === 'flow' && Array.isArray(body.legs) ? body.legs : []
  return ids.map((id) => legId(textOf(id)))
}

async function legsOf(tx: Tx, ids: readonly LegId[]): Promise<ReadonlyMap<LegId, LegRow>> {
  const legs = ids.length === 0 ? [] : await findAll(tx.leg, { id: { in: ids } })
  return new Map(legs.map((leg) => [leg.id, leg]))
}

/** What each account may still have in the queue, counted once a turn. */
class Room {
  readonly #left: Map<AccountId, number>

  private constructor(left: Map<AccountId, number>) {
    this.#left = left
  }

  static async of(tx: Tx, accounts: readonly AccountId[]): Promise<Room> {
    const left = new Map(accounts.map((id) => [id, ADMITTED_PER_ACCOUNT]))
    if (left.size === 0) return new Room(left)
    const admitted = await tx.leg.countBy('accountId', {
      accountId: { in: [...left.keys()] },
      admittedAtDbMs: { above: 0 },
    })
    for (const { value, count } of admitted) left.set(value, ADMITTED_PER_ACCOUNT - count)
    return new Room(left)
  }

  left(accountId: AccountId): number {
    return this.#left.get(accountId) ?? 0
  }

  /** Takes one place, if there is one. */
  take(accountId: AccountId): boolean {
    const left = this.left(accountId)
    if (left <= 0) return false
    this.#left.set(accountId, left - 1)
    return true
  }
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
