import type { KeptAsk } from '../../connector/limits.ts'
import { numberOf } from './database.ts'
import type { Query } from './database.ts'

/** Windows from here on are budgets: counted in the database whatever else there is. */
export const BUDGET_FROM_MS = 3_600_000

const SLICES = 60

/** How long until a long window has room for the ask; 0 = now. Under the key's lock. */
export async function budgetWait(query: Query, ask: KeptAsk, nowMs: number): Promise<number> {
  const rows = await query(
    `select slice_start_ms, taken from app.limiter_budget where key = $1 and slice_start_ms > $2 order by slice_start_ms`,
    [ask.key, nowMs - ask.windowMs - sliceMsOf(ask)],
  )
  let excess = rows.reduce((sum, { taken }) => sum + numberOf(taken), 0) + ask.weight - ask.most
  for (const { slice_start_ms: startMs, taken } of rows) {
    if (excess <= 0) return 0
    excess -= numberOf(taken)
    if (excess <= 0) return Math.max(1, numberOf(startMs) + sliceMsOf(ask) + ask.windowMs - nowMs)
  }
  return 0
}

/** Counts the ask, and forgets slices that have left the window. */
export async function takeBudget(query: Query, ask: KeptAsk, nowMs: number): Promise<void> {
  const sliceMs = sliceMsOf(ask)
  await query(
    `insert into app.limiter_budget as b (key, slice_start_ms, taken) values ($1, $2, $3)
     on conflict (key, slice_start_ms) do update set taken = b.taken + excluded.taken`,
    [ask.key, Math.floor(nowMs / sliceMs) * sliceMs, ask.weight],
  )
  await query('delete from app.limiter_budget where key = $1 and slice_start_ms <= $2', [
    ask.key,
    nowMs - ask.windowMs - sliceMs,
  ])
}

function sliceMsOf({ windowMs }: KeptAsk): number {
  return Math.ceil(windowMs / SLICES)
}
