import type { LegJob } from '../ports/queue.ts'
import type { Ports } from '../ports/runtime.ts'
import { runAct } from '../stages/act-leg.ts'
import { handBack, recordFailure } from '../stages/common/failure.ts'
import { takeLease, whileLeased, type Heartbeat, type Lease } from '../stages/common/lease.ts'
import { runDiscover } from '../stages/discover.ts'
import { runVerify } from '../stages/verify.ts'

/**
 * One try to advance a leg, as its job asks. Any number of runs of the same job end where one ends: the lease lets one through, and
 * every write checks its epoch. What goes wrong is recorded on the leg; only a lost database throws.
 */
export async function runLeg(
  ports: Ports,
  job: LegJob,
  { signal, every }: { signal: AbortSignal; every: Heartbeat },
): Promise<void> {
  const lease = await takeLease(ports, job)
  if (!lease) return
  try {
    await whileLeased(ports, lease, { signal, every, work: async (inner) => runStage(ports, lease, inner) })
  } catch (error) {
    // A worker that drains hands its leg back; that is no failure of the vendor.
    if (signal.aborted) await handBack(ports, lease)
    else await recordFailure(ports, lease, error)
  }
}

async function runStage(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  switch (lease.leg.stage) {
    case 'discover':
      return runDiscover(ports, lease, signal)
    case 'act':
      return runAct(ports, lease, signal)
    case 'verify':
      return runVerify(ports, lease, signal)
    case null:
  }
}
