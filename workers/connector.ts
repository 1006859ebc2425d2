import { runSender } from '../src/effects/sender.ts'
import type { Engine } from '../src/effects/engine.ts'
import type { EffectsJob, LegJob } from '../src/ports/queue.ts'
import type { Heartbeat } from '../src/stages/common/lease.ts'
import { runLeg } from '../src/flow/run-leg.ts'

/** One job of a connector: a try at a leg, or a turn of the effect sender of an account and step. */
export async function connect(
  engine: Engine,
  job: LegJob | EffectsJob,
  { signal, every }: { signal: AbortSignal; every: Heartbeat },
): Promise<void> {
  switch (job.kind) {
    case 'leg':
      return runLeg(engine.ports, job, { signal, every })
    case 'effects':
      return runSender(engine, { accountId: job.accountId, connectorId: job.connectorId, step: job.step }, signal)
  }
}
