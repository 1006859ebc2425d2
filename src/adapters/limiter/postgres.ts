import type { Clock } from '../../connector/contract.ts'
import { normaliseAsks } from '../../connector/limits.ts'
import type { KeptAsk, LimiterAnswer, LimiterStore } from '../../connector/limits.ts'
import { addLease, blockWait, leaseBlock, leasedLeft, spend } from './blocks.ts'
import type { Block, Leases } from './blocks.ts'
import { BUDGET_FROM_MS, budgetWait, takeBudget } from './budget.ts'
import { inTransaction, numberOf } from './database.ts'
import type { LimiterDatabase, Query } from './database.ts'
import { oneAtATime } from './one-at-a-time.ts'

export interface PostgresLimiterOptions {
  /** A pool on the migrated database (tables of 0100-limiter.sql). */
  readonly database: LimiterDatabase
  /** The same clock in all processes, give or take what NTP leaves. */
  readonly clock: Clock
}

/**
 * The limiter without Redis, and the durable half of the limiter with it. Long windows are counted in slices, short ones
 * leased in blocks for a tenth of a window; both count a little too long, never too short. All state that matters is in
 * the database, so that a process which starts again, or another one, knows what was spent.
 *
 * @throws DsrError `DATABASE_UNREACHABLE`.
 */
export function postgresLimiter({ database, clock }: PostgresLimiterOptions): LimiterStore {
  const leases: Leases = new Map()
  const alone = oneAtATime()
  return {
    take: (asks) => alone(() => take({ database, leases, nowMs: Math.floor(clock.nowMs()) }, normaliseAsks(asks))),
    hold: (key, untilMs) =>
      inTransaction(database, async (query) => {
        await query(
          `insert into app.limiter_hold as h (key, until_ms) values ($1, $2)
           on conflict (key) do update set until_ms = greatest(h.until_ms, excluded.until_ms)`,
          [key, Math.ceil(untilMs)],
        )
      }),
  }
}

interface Desk {
  readonly database: LimiterDatabase
  readonly leases: Leases
  readonly nowMs: number
}

async function take({ database, leases, nowMs }: Desk, asks: readonly KeptAsk[]): Promise<LimiterAnswer> {
  if (asks.length === 0) return { kind: 'granted' }
  const outcome = await inTransaction(database, async (query) => {
    const lacking = asks.map((ask) => lack(ask, leases, nowMs)).filter(({ amount }) => amount > 0)
    await lock(query, lacking)
    const waits = [await holdWait(query, asks, nowMs)]
    for (const one of lacking) waits.push(await shortage(query, one, nowMs))
    const waitMs = Math.max(...waits)
    return { waitMs, fetched: waitMs > 0 ? [] : await fetchAll(query, lacking, nowMs) }
  })
  if (outcome.waitMs > 0) return { kind: 'wait', waitMs: outcome.waitMs }
  // Only what was committed may be spent.
  for (const { key, block } of outcome.fetched) addLease(leases, key, block)
  for (const ask of asks) if (!isBudget(ask)) spend(leases, ask, nowMs)
  return { kind: 'granted' }
}

interface Lack {
  readonly ask: KeptAsk
  /** What has to come from the database: all of a budget, the rest that leases do not cover of a short window. */
  readonly amount: number
}

function lack(ask: KeptAsk, leases: Leases, nowMs: number): Lack {
  return { ask, amount: isBudget(ask) ? ask.weight : ask.weight - leasedLeft(leases, ask.key, nowMs) }
}

function isBudget({ windowMs }: KeptAsk): boolean {
  return windowMs >= BUDGET_FROM_MS
}

/** In the order of the keys, so that two processes never wait for each other in a ring. */
async function lock(query: Query, lacking: readonly Lack[]): Promise<void> {
  for (const key of lacking.map(({ ask }) => ask.key).sort()) {
    await query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`limiter ${key}`])
  }
}

async function holdWait(query: Query, asks: readonly KeptAsk[], nowMs: number): Promise<number> {
  const rows = await query('select max(until_ms) as until_ms from app.limiter_hold where key = any($1)', [
    asks.map(({ key }) => key),
  ])
  return Math.max(0, numberOf(rows[0]?.until_ms ?? 0) - nowMs)
}

function shortage(query: Query, { ask, amount }: Lack, nowMs: number): Promise<number> {
  return isBudget(ask) ? budgetWait(query, ask, nowMs) : blockWait(query, ask, { lacking: amount, nowMs })
}

interface Fetched {
  readonly key: string
  readonly block: Block
}

async function fetchAll(query: Query, lacking: readonly Lack[], nowMs: number): Promise<readonly Fetched[]> {
  const fetched: Fetched[] = []
  for (const { ask, amount } of lacking) {
    if (isBudget(ask)) await takeBudget(query, ask, nowMs)
    else fetched.push({ key: ask.key, block: await leaseBlock(query, ask, { lacking: amount, nowMs }) })
  }
  return fetched
}
