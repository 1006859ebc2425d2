import type { KeptAsk } from '../../connector/limits.ts'
import { numberOf } from './database.ts'
import type { Query } from './database.ts'

/** Calls that this process may still spend before `untilMs`. */
export interface Block {
  left: number
  readonly untilMs: number
}

/** What this process has leased and not spent, by key. Losing it (a crash) loses calls that could have been made, no more. */
export type Leases = Map<string, readonly Block[]>

const LEASES_A_WINDOW = 10

/** Unspent calls of live leases. */
export function leasedLeft(leases: Leases, key: string, nowMs: number): number {
  return live(leases, key, nowMs).reduce((sum, { left }) => sum + left, 0)
}

export interface Lacking {
  readonly lacking: number
  readonly nowMs: number
}

/** How long until a short window has room for what the leases lack; 0 = now. Under the key's lock. */
export async function blockWait(query: Query, ask: KeptAsk, { lacking, nowMs }: Lacking): Promise<number> {
  const rows = await rowsOf(query, ask, nowMs)
  let excess = amountOf(rows) + lacking - ask.most
  for (const { until_ms: untilMs, amount } of rows) {
    if (excess <= 0) return 0
    excess -= numberOf(amount)
    if (excess <= 0) return Math.max(1, numberOf(untilMs) + ask.windowMs - nowMs)
  }
  return 0
}

/**
 * Leases what is lacking, and a share of the window beyond it when there is room, so that the next calls need no row.
 * Under the key's lock, after `blockWait` said 0.
 */
export async function leaseBlock(query: Query, ask: KeptAsk, { lacking, nowMs }: Lacking): Promise<Block> {
  const room = ask.most - amountOf(await rowsOf(query, ask, nowMs))
  const amount = Math.min(room, Math.max(lacking, Math.floor(ask.most / LEASES_A_WINDOW)))
  const untilMs = nowMs + Math.max(1, Math.floor(ask.windowMs / LEASES_A_WINDOW))
  await query('insert into app.limiter_block (key, until_ms, amount) values ($1, $2, $3)', [ask.key, untilMs, amount])
  await query('delete from app.limiter_block where key = $1 and until_ms <= $2', [ask.key, nowMs - ask.windowMs])
  return { left: amount, untilMs }
}

export function addLease(leases: Leases, key: string, block: Block): void {
  leases.set(key, [...(leases.get(key) ?? []), block])
}

/** Spends from the leases that end first. The caller has made sure that there is enough. */
export function spend(leases: Leases, { key, weight }: KeptAsk, nowMs: number): void {
  let rest = weight
  for (const block of live(leases, key, nowMs)) {
    const spent = Math.min(block.left, rest)
    block.left -= spent
    rest -= spent
  }
  leases.set(
    key,
    live(leases, key, nowMs).filter(({ left }) => left > 0),
  )
}

function live(leases: Leases, key: string, nowMs: number): readonly Block[] {
  return (leases.get(key) ?? []).filter(({ untilMs }) => untilMs > nowMs)
}

function rowsOf(query: Query, ask: KeptAsk, nowMs: number): ReturnType<Query> {
  return query('select until_ms, amount from app.limiter_block where key = $1 and until_ms > $2 order by until_ms', [
    ask.key,
    nowMs - ask.windowMs,
  ])
}

function amountOf(rows: Awaited<ReturnType<Query>>): number {
  return rows.reduce((sum, { amount }) => sum + numberOf(amount), 0)
}
