import { recoverLostCalls, dueLanes } from '../src/effects/recover.ts'
import type { Engine } from '../src/effects/engine.ts'
import type { JobQueue } from '../src/ports/queue.ts'
import { forget } from '../src/flow/watch/forget.ts'
import { watchDue } from '../src/flow/watch/due.ts'
import { remindOwners } from '../src/flow/watch/remind.ts'
import { reviewSuppressions } from '../src/flow/watch/review-suppressions.ts'

export interface Watchdog {
  readonly engine: Engine
  readonly queue: JobQueue
}

// Effects of one lane are announced at most once in so long, however often the watchdog looks.
const LANE_WINDOW_MS = 2000

/**
 * One turn of the watchdog. It reads Postgres only: what is due, what was issued and got lost, which calls lost their sender. The
 * queue may forget anything at any moment; this brings it back.
 */
export async function watchTurn({ engine, queue }: Watchdog): Promise<void> {
  const { ports } = engine
  const report = await watchDue(ports)
  const lanes = [...(await recoverLostCalls(engine)), ...(await dueLanes(engine))]
  const now = await ports.store.transact(async (tx) => tx.dbNowMs())
  for (const lane of lanes) await queue.add({ kind: 'effects', ...lane, issue: Math.floor(now / LANE_WINDOW_MS) })
  if (report.legs + report.requests + report.rechecks + lanes.length > 0) {
    ports.events.emit('watchdog.issued', { ...report, lanes: lanes.length })
  }
}

/** The slower chores: reminders before due, and forgetting what need not be kept. */
export async function choresTurn({ engine }: Watchdog): Promise<void> {
  await remindOwners(engine.ports)
  await reviewSuppressions(engine.ports)
  await forget(engine.ports)
}
