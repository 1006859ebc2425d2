import { DsrError } from '../../domain/errors.ts'
import type { LegId } from '../../domain/ids.ts'
import type { LegJob } from '../../ports/queue.ts'
import type { IdentifierRow, LegRow, RequestRow } from '../../ports/rows.ts'
import type { Account, Ports, RequestVault } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'
import { parkLeg } from './moves.ts'

// A run that ended without a word (crash, kill, out of memory) shows as an expired lease; after so many in a row a person gets it.
const CRASHES_TOLERATED = 5

/** A run's hold on its leg. Every write of the run checks the epoch, since a stalled job can run twice. */
export interface Lease {
  readonly request: RequestRow
  readonly leg: LegRow
  /** The request's certain ones when the lease was taken. */
  readonly identifiers: readonly IdentifierRow[]
  readonly account: Account
  readonly vault: RequestVault
}

/**
 * Takes the leg of a job for one run.
 *
 * @returns undefined when there is nothing to do: another run holds it, the job is stale, the leg is parked or settled.
 */
export async function takeLease(
  ports: Ports,
  job: Pick<LegJob, 'requestId' | 'legId' | 'stage'>,
): Promise<Lease | undefined> {
  return ports.store.transact(async (tx) => {
    const [leg, request, identifiers] = await Promise.all([
      tx.leg.lock(job.legId),
      tx.request.get(job.requestId),
      tx.identifier.find({ requestId: job.requestId, isCertain: true }),
    ])
    if (leg?.stage !== job.stage || leg.state === 'parked' || leg.state === 'settled') return undefined
    const now = await tx.dbNowMs()
    if (leg.leaseUntilDbMs !== null && leg.leaseUntilDbMs > now) return undefined
    if (leg.nextActionAtMs !== null && leg.nextActionAtMs > ports.clock.nowMs()) {
      // A late job of an earlier issue: the leg waits for its time and is announced again then.
      await tx.leg.update(leg.id, { admittedAtDbMs: null, issuedAtDbMs: null })
      return undefined
    }
    if (request?.id !== leg.requestId) throw new DsrError('INTERNAL', 'a leg without its request')
    const crashes = crashesInARow(leg)
    if (crashes > CRASHES_TOLERATED) {
      await parkLeg(ports, tx, { leg, reason: 'crashing', returnTo: leg.state })
      return undefined
    }
    const account = ports.accounts.get(leg.accountId)
    if (!account) {
      await parkLeg(ports, tx, { leg, reason: 'account_missing', returnTo: leg.state })
      return undefined
    }
    const patch = {
      epoch: leg.epoch + 1,
      leaseUntilDbMs: now + ports.leaseMs,
      attempts: leg.attempts + 1,
      ...(crashes > 0 && { tries: crashes, errorCode: null }),
      firstAtMs: leg.firstAtMs ?? ports.clock.nowMs(),
    }
    await tx.leg.update(leg.id, patch)
    return { request, leg: { ...leg, ...patch }, identifiers, account, vault: ports.vault.open(request) }
  })
}

/** A lease that nobody gave back is a crash. A run that failed in good order left its code: then the count begins anew. */
function crashesInARow(leg: LegRow): number {
  if (leg.leaseUntilDbMs === null) return 0
  return leg.errorCode === null ? leg.tries + 1 : 1
}

/** Lengthens the lease; called while a long run works. @throws DsrError `STALE_EPOCH` when another run took over. */
export async function renewLease(ports: Ports, lease: Lease): Promise<void> {
  await ports.store.transact(async (tx) => {
    const leg = await holdLease(tx, lease)
    await tx.leg.update(leg.id, { leaseUntilDbMs: (await tx.dbNowMs()) + ports.leaseMs })
  })
}

/**
 * Locks the leg inside a transaction of the run and checks that the run still owns it.
 *
 * @throws DsrError `STALE_EPOCH` when another run took over; nothing may be written then.
 */
export async function holdLease(tx: Tx, lease: Lease): Promise<LegRow> {
  const leg = await lockLeg(tx, lease.leg.id)
  if (leg.epoch !== lease.leg.epoch || leg.state === 'parked' || leg.state === 'settled') {
    throw new DsrError('STALE_EPOCH', 'another run took over')
  }
  return leg
}

export async function lockLeg(tx: Tx, id: LegId): Promise<LegRow> {
  const leg = await tx.leg.lock(id)
  if (!leg) throw new DsrError('NOT_FOUND', 'no such leg')
  return leg
}

/** What a run writes when it ends well, besides its own results: the lease is given back and the failures are forgotten. */
export const RELEASED = {
  leaseUntilDbMs: null,
  issuedAtDbMs: null,
  admittedAtDbMs: null,
  tries: 0,
  errorCode: null,
  failingSinceMs: null,
} as const

/** Runs `work` while the lease is renewed; `work` is aborted when the lease is lost. */
export async function whileLeased<Result>(
  ports: Ports,
  lease: Lease,
  { signal, every, work }: { signal: AbortSignal; every: Heartbeat; work: (signal: AbortSignal) => Promise<Result> },
): Promise<Result> {
  const lost = new AbortController()
  const beat = every(ports.leaseMs / 3, async () => {
    try {
      await renewLease(ports, lease)
    } catch (error) {
      lost.abort(error)
    }
  })
  try {
    return await work(AbortSignal.any([signal, lost.signal]))
  } finally {
    beat.stop()
  }
}

/** Calls `beat` again and again until stopped; real timers in workers, none in the simulation. */
export type Heartbeat = (everyMs: number, beat: () => Promise<void>) => { stop(): void }
