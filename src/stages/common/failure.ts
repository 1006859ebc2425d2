import { isDsrError, type ErrorCode } from '../../domain/errors.ts'
import type { ParkReason } from '../../domain/leg.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { LegRow } from '../../ports/rows.ts'
import type { Tx } from '../../ports/store.ts'
import type { Lease } from './lease.ts'
import { parkLeg } from './moves.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
// First retry within a minute unless the vendor says longer (design §4).
const FIRST_RETRY_MS = 20 * SECOND
const LONGEST_RETRY_MS = HOUR
const GIVE_UP_AFTER_MS = 72 * HOUR
const FEWEST_TRIES = 6
// The owner needs time to act before the answer is due.
const RESERVE_BEFORE_DUE_MS = 5 * 24 * HOUR

/** The leg is nobody's and in no queue. */
const HANDED_BACK = { leaseUntilDbMs: null, issuedAtDbMs: null, admittedAtDbMs: null }

/** Failures that waiting does not mend: they go to a person at once. */
const PARKS: Readonly<Partial<Record<ErrorCode, ParkReason>>> = {
  VENDOR_CREDENTIALS_REJECTED: 'credentials_rejected',
  VENDOR_SCOPE_MISSING: 'scope_missing',
  VENDOR_REFUSED: 'vendor_refused',
  VENDOR_ADDRESS_REFUSED: 'vendor_refused',
  CONNECTOR_BUG: 'vendor_refused',
  LIMIT_REACHED: 'limit_reached',
  CORRUPT_CIPHERTEXT: 'answer_unreadable',
}

/** The wait before the next try, doubling from the first. The vendor's own word wins when it is longer. */
export function retryAfter(tries: number, vendorMs: number | undefined): number {
  const ours = Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 20), LONGEST_RETRY_MS)
  return Math.max(ours, vendorMs ?? 0)
}

/**
 * Records a failed run: the leg goes back to Postgres with its next time, or to a person when waiting does not help or the
 * deadline for retries has come. A limit is not a failure: it only says when to come back.
 */
export async function recordFailure(ports: Ports, lease: Lease, error: unknown): Promise<void> {
  const code: ErrorCode = isDsrError(error) ? error.code : 'INTERNAL'
  const now = ports.clock.nowMs()
  await whenStillOurs(ports, lease, async (tx, leg) => {
    const released = { ...HANDED_BACK, lastAtMs: now }
    if (code === 'RATE_LIMITED' || code === 'VENDOR_QUOTA_EXHAUSTED') {
      const waitMs = (isDsrError(error) ? error.retryAfterMs : undefined) ?? FIRST_RETRY_MS
      await tx.leg.update(leg.id, { ...released, errorCode: code, nextActionAtMs: now + waitMs })
      return
    }
    const failingSinceMs = leg.failingSinceMs ?? now
    const deadlineMs = Math.min(
      failingSinceMs + GIVE_UP_AFTER_MS,
      Math.max(lease.request.dueAtMs - RESERVE_BEFORE_DUE_MS, failingSinceMs + HOUR),
    )
    // A deadline that passed while nobody tried (an outage of ours, one slow answer) says nothing of the vendor.
    const isExhausted = now >= deadlineMs && leg.tries + 1 >= FEWEST_TRIES
    const reason = PARKS[code] ?? (isExhausted ? 'retries_exhausted' : undefined)
    await tx.leg.update(leg.id, {
      ...released,
      errorCode: code,
      failingSinceMs,
      tries: leg.tries + 1,
      nextActionAtMs: now + retryAfter(leg.tries, isDsrError(error) ? error.retryAfterMs : undefined),
    })
    if (reason)
      await parkLeg(ports, tx, {
        leg: { ...leg, failingSinceMs },
        reason,
        returnTo: returnState(leg.state),
        errorCode: code,
      })
  })
  ports.events.emit('leg.failed', { legId: lease.leg.id, accountId: lease.account.id, stage: lease.leg.stage, code })
}

/** Gives the leg back untried, for another worker to take at once. */
export async function handBack(ports: Ports, lease: Lease): Promise<void> {
  await whenStillOurs(ports, lease, async (tx, leg) => {
    await tx.leg.update(leg.id, { ...HANDED_BACK, nextActionAtMs: ports.clock.nowMs() })
  })
}

/**
 * Nothing is written when another run took over: what it finds is what counts. Nor when the lease was given back: the run's result
 * is stored, and only the answer of the commit was lost.
 */
async function whenStillOurs(ports: Ports, lease: Lease, write: (tx: Tx, leg: LegRow) => Promise<void>): Promise<void> {
  await ports.store.transact(async (tx) => {
    const leg = await tx.leg.lock(lease.leg.id)
    const isOurs = leg?.epoch === lease.leg.epoch && leg.leaseUntilDbMs !== null
    if (isOurs && leg.state !== 'parked' && leg.state !== 'settled') await write(tx, leg)
  })
}

function returnState(state: Lease['leg']['state']): Exclude<Lease['leg']['state'], 'settled' | 'parked'> {
  // holdLease has refused parked and settled legs already.
  return state === 'settled' || state === 'parked' ? 'open' : state
}
