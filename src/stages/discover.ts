import type { FoundRecord, Search } from '../connector/contract.ts'
import { DsrError } from '../domain/errors.ts'
import type { LegRow, RecordRow, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'
import { findAll } from '../ports/find-all.ts'
import { MOST_ROUNDS } from './common/discovery.ts'
import { keepRecord } from './common/keep-record.ts'
import { holdLease, RELEASED, type Lease } from './common/lease.ts'
import { moveLeg, moveRequest, parkLeg } from './common/moves.ts'
import { announceNotice, issueFlow, issueLeg, issueRequest } from './common/outbox.ts'
import { writeJournal } from './common/journal.ts'
import { nothingFound } from './common/parts.ts'
import { approvedRows, refusedRows } from './common/planned.ts'
import { openIdentifier, openIntake, refDigest } from './common/sealed.ts'

// More than this at one account is no longer one person's data but a mistake in the search.
const MOST_RECORDS = 50_000

/**
 * One leg's search. Streams what the vendor holds into the vault, notes learned identifiers for the next round, and leaves the
 * leg `found` or `nothing`. Nothing is written unless the search went through to its end.
 *
 * @throws DsrError of the vendor, for the caller to record; `STALE_EPOCH`.
 */
export async function runDiscover(ports: Ports, lease: Lease, signal: AbortSignal): Promise<void> {
  const capabilities = await lease.account.capabilities(signal)
  if (capabilities.credentials === 'rejected')
    throw new DsrError('VENDOR_CREDENTIALS_REJECTED', 'the vendor rejects the credential')
  const search = searchOf(lease)
  const found = await collect(lease, search, signal)
  const isRecheck = lease.leg.generation > 0
  const earlier = isRecheck ? await ports.store.transact(async (tx) => approvedRows(tx, lease)) : []
  const known = new Map(earlier.map((row) => [row.refDigest, row]))
  // A recheck is not asked again about what a person said is somebody else's.
  if (isRecheck) {
    const refused = await ports.store.transact(async (tx) => refusedRows(tx, lease))
    for (const row of refused) found.delete(row.refDigest)
  }
  await ports.store.transact(async (tx) => {
    const leg = await enterSearch(ports, tx, await holdLease(tx, lease))
    const patch = {
      ...RELEASED,
      round: search.round,
      stage: null,
      nextActionAtMs: null,
      searchedAtMs: ports.clock.nowMs(),
      lastAtMs: ports.clock.nowMs(),
      unavailable: capabilities.unavailable,
      parts: nothingFound(lease.account.connector.manifest, capabilities.unavailable),
    }
    const moved = await moveLeg(ports, tx, {
      leg,
      event: found.size > 0 ? 'found_some' : 'found_none',
      patch,
      detail: { round: search.round, records: found.size },
    })
    const keeping = [...found].map(async ([digest, record]) =>
      keepRecord(ports, tx, { lease, record, round: search.round, earlier: known.get(digest) }),
    )
    if (moved.generation === 0) keeping.push(afterSearch(ports, tx, lease))
    await Promise.all(keeping)
    if (moved.generation > 0) await afterRecheckSearch(ports, tx, { leg: moved, known, found })
  })
  ports.events.emit('leg.discovered', { legId: lease.leg.id, accountId: lease.account.id, found: found.size })
}

interface RoundSearch extends Search {
  readonly round: number
}

function searchOf({ request, identifiers: rows, vault }: Lease): RoundSearch {
  const { right, round } = request
  const identifiers = rows.filter((row) => row.round <= round).map((row) => openIdentifier(vault, row))
  return { right, identifiers, names: openIntake(vault, request).names, round }
}

async function collect(lease: Lease, search: Search, signal: AbortSignal): Promise<Map<string, FoundRecord>> {
  const found = new Map<string, FoundRecord>()
  for await (const record of lease.account.connector.discover(lease.account.context(signal), search)) {
    signal.throwIfAborted()
    found.set(refDigest(lease.vault, record), record)
    if (found.size > MOST_RECORDS) throw new DsrError('LIMIT_REACHED', 'more records than one person can have')
  }
  return found
}

async function enterSearch(ports: Ports, tx: Tx, leg: LegRow): Promise<LegRow> {
  switch (leg.state) {
    case 'open':
      return moveLeg(ports, tx, { leg, event: 'search' })
    case 'found':
    case 'nothing':
      return moveLeg(ports, tx, { leg, event: 'search_again' })
    default:
      return leg
  }
}

/** The last leg of a round wakes the coordinator; the gather parent does the same, and `advance` is idempotent. */
async function afterSearch(ports: Ports, tx: Tx, lease: Lease): Promise<void> {
  // Legs that end at the same moment would each count the other as still searching, and nobody would wake the coordinator.
  const [request, pending] = await Promise.all([
    tx.request.lock(lease.request.id),
    tx.leg.count({ requestId: lease.request.id, generation: 0, state: { in: ['open', 'discovering'] } }),
  ])
  if (pending === 0 && request) await issueRequest(ports, tx, { request, stage: 'discover' })
}

/**
 * What a recheck found decides the leg's way by itself: nothing left is looked at once more and sealed; what the approved plan
 * listed and is there still or again is acted on under the same approval; anything else is a new relation and waits for a person. A
 * match that is not certain waits for a decision, before the leg acts when there is nothing else, and before it ends otherwise.
 */
async function afterRecheckSearch(
  ports: Ports,
  tx: Tx,
  {
    leg,
    known,
    found,
  }: {
    leg: LegRow
    known: ReadonlyMap<string, RecordRow>
    found: ReadonlyMap<string, FoundRecord>
  },
): Promise<void> {
  if (found.size === 0) {
    const looking = await moveLeg(ports, tx, { leg, event: 'look' })
    await issueLeg(ports, tx, { leg: looking, stage: 'verify' })
    return
  }
  const fresh = await findAll(tx.record, { legId: leg.id, round: leg.round })
  const added = fresh.filter((row) => !known.has(row.refDigest))
  if (added.some((row) => row.decision === 'subject')) await parkLeg(ports, tx, { leg, ...DRIFTED })
  else if (added.some((row) => row.isCertain))
    await parkLeg(ports, tx, { leg, reason: 'reappeared', returnTo: 'found' })
  else if (added.length === found.size) await parkLeg(ports, tx, { leg, reason: 'undecided', returnTo: 'found' })
  else await issueLeg(ports, tx, { leg, stage: 'act' })
}

/** A person said that it is the subject's: a plan that lists it comes next. */
const DRIFTED = { reason: 'plan_drift', returnTo: 'found' } as const

/** Where discovery of a request stands. */
export type DiscoveryStep = 'waiting' | 'moved' | 'over'

/**
 * The gather of discovery: counts legs in Postgres, starts the next round when certain identifiers were learned, and stops for a
 * person when a match is ambiguous. Idempotent: whoever calls it, in whatever order, it ends at the same place.
 */
export async function advanceDiscovery(ports: Ports, tx: Tx, request: RequestRow): Promise<DiscoveryStep> {
  const [legs, learned, open] = await Promise.all([
    tx.leg.find({ requestId: request.id, generation: 0 }),
    tx.identifier.count({ requestId: request.id, isCertain: true, round: request.round + 1 }),
    tx.record.count({ requestId: request.id, isCertain: false, decision: null }),
  ])
  if (legs.some((leg) => leg.state === 'open' || leg.state === 'discovering')) return 'waiting'
  if (learned > 0 && request.round < MOST_ROUNDS) return nextRound(ports, tx, { request, legs })
  if (learned > 0) await noteUnsearched(ports, tx, { request, learned })
  if (open === 0) return 'over'
  await moveRequest(ports, tx, { request, event: 'ambiguous', detail: { candidates: open } })
  await announceNotice(ports, tx, { request, about: 'needs_decision', detail: { candidates: open } })
  return 'moved'
}

async function nextRound(
  ports: Ports,
  tx: Tx,
  { request, legs }: { request: RequestRow; legs: readonly LegRow[] },
): Promise<DiscoveryStep> {
  const next = { ...request, round: request.round + 1 }
  await tx.request.update(request.id, { round: next.round })
  await writeJournal(ports, tx, { requestId: request.id, kind: 'request.round_started', detail: { round: next.round } })
  const searching: LegRow[] = []
  for (const leg of legs.filter((one) => one.state === 'found' || one.state === 'nothing')) {
    searching.push(await moveLeg(ports, tx, { leg, event: 'search_again' }))
  }
  if (searching.length === 0) return 'over'
  await issueFlow(ports, tx, { request: next, stage: 'discover', legs: searching })
  return 'waiting'
}

async function noteUnsearched(
  ports: Ports,
  tx: Tx,
  { request, learned }: { request: RequestRow; learned: number },
): Promise<void> {
  const [noted] = await tx.journal.find({ requestId: request.id, kind: 'discovery.limit_reached' }, { limit: 1 })
  if (noted) return
  await writeJournal(ports, tx, {
    requestId: request.id,
    kind: 'discovery.limit_reached',
    detail: { code: 'LIMIT_REACHED', rounds: MOST_ROUNDS, unsearched: learned },
  })
}
