import type { MemoryStore } from '../kit/memory-store.ts'
import { SECOND } from '../kit/sim/clock.ts'

const REISSUE_MS = 31 * SECOND

/**
 * The next instant at which something in the store wants attention, read by eye and not by the code under test. Undefined when
 * nothing ever will by itself: then all is over, or waits for a person.
 */
export function nextDueMs(store: MemoryStore): number | undefined {
  const due = [...legs(store), ...requests(store), ...effects(store), ...others(store)]
  return due.length === 0 ? undefined : Math.min(...due)
}

function legs(store: MemoryStore): readonly number[] {
  return store.rows('leg').flatMap((leg) => {
    if (leg.state === 'settled' || leg.state === 'parked') return []
    if (leg.admittedAtDbMs !== null) return [Math.max(leg.admittedAtDbMs + REISSUE_MS, (leg.leaseUntilDbMs ?? 0) + 1)]
    return leg.stage !== null && leg.nextActionAtMs !== null && leg.issuedAtDbMs === null ? [leg.nextActionAtMs] : []
  })
}

function requests(store: MemoryStore): readonly number[] {
  return store.rows('request').flatMap((request) => {
    if (request.issuedAtDbMs !== null) return [request.issuedAtDbMs + REISSUE_MS]
    return request.nextActionAtMs === null ? [] : [request.nextActionAtMs]
  })
}

function effects(store: MemoryStore): readonly number[] {
  return store.rows('effect').flatMap((effect) => {
    switch (effect.state) {
      case 'ready':
        return effect.isReleased ? [Math.max(effect.readyAtMs, effect.nextActionAtMs ?? 0)] : []
      case 'unknown':
      case 'accepted':
        return effect.nextActionAtMs === null ? [] : [effect.nextActionAtMs]
      default:
        return []
    }
  })
}

function others(store: MemoryStore): readonly number[] {
  const calls = store.rows('call').filter((call) => call.state === 'sent')
  const rechecks = store.rows('recheck').filter((recheck) => recheck.state === 'due')
  return [
    ...calls.map((call) => call.leaseUntilDbMs + 1),
    ...rechecks.map((recheck) => recheck.dueAtMs),
    ...waitingRows(store).map((row) => row.notBeforeMs ?? row.createdAtDbMs),
  ]
}

/** Rows that the relay has still to announce. */
export function waitingRows(store: MemoryStore) {
  return store.rows('outbox').filter((row) => row.publishedAtDbMs === null)
}
