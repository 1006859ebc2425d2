import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../adapters/clock.ts'
import type { RequestId } from '../../domain/ids.ts'
import type { RequestState } from '../../domain/request.ts'
import type { EffectState } from '../../domain/effect.ts'
import type { JournalRow, LegRow, RecheckRow, RecordRow, RequestRow, SealRow } from '../../ports/rows.ts'
import type { Store } from '../../ports/store.ts'

const LOOK_EVERY_MS = 60
const LONGEST_MS = 240_000

/** A step of the story that did not come. */
export class DemoStuck extends Error {
  constructor(what: string) {
    super(`waited ${LONGEST_MS / 1000} seconds in vain for this: ${what}`)
  }
}

/** Looks until there is something, and gives up at last. @throws DemoStuck. */
export async function until<Seen>(what: string, look: () => Promise<Seen | undefined>): Promise<Seen> {
  const clock = systemClock()
  const giveUpAtMs = clock.nowMs() + LONGEST_MS
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (clock.nowMs() > giveUpAtMs) throw new DemoStuck(what)
    await sleep(LOOK_EVERY_MS)
  }
}

/** What the database says of one request. */
export interface Seen {
  readonly request: RequestRow
  readonly legs: readonly LegRow[]
  readonly records: readonly RecordRow[]
  readonly journal: readonly JournalRow[]
  readonly rechecks: readonly RecheckRow[]
  readonly seal: SealRow | undefined
}

export async function see(store: Store, id: RequestId): Promise<Seen> {
  return store.transact(async (tx) => {
    const request = await tx.request.get(id)
    if (!request) throw new DemoStuck('a request that was received')
    const [seal] = await tx.seal.find({ requestId: id, generation: 0 })
    return {
      request,
      legs: await tx.leg.find({ requestId: id, generation: 0 }, { orderBy: ['accountId'] }),
      records: await tx.record.find({ requestId: id }, { limit: 10_000 }),
      journal: await tx.journal.find({ requestId: id }, { limit: 10_000 }),
      rechecks: await tx.recheck.find({ requestId: id }),
      seal,
    }
  })
}

/** Where the request and its systems stand: what is looked at often. */
export async function glance(
  store: Store,
  id: RequestId,
): Promise<Pick<Seen, 'legs'> & Partial<Pick<Seen, 'request'>>> {
  return store.transact(async (tx) => {
    const request = await tx.request.get(id)
    return { ...(request && { request }), legs: await tx.leg.find({ requestId: id, generation: 0 }) }
  })
}

/** Waits until the request stands at one of the states. */
export async function untilState(store: Store, id: RequestId, states: readonly RequestState[]): Promise<Seen> {
  return until(`the request to be ${states.join(' or ')}`, async () => {
    const request = await store.transact((tx) => tx.request.get(id))
    return request && states.includes(request.state) ? see(store, id) : undefined
  })
}

export const ANSWERED: readonly RequestState[] = ['answered', 'closed']

/** How far one system is. */
export interface Step {
  readonly leg: LegRow
  readonly changes: Readonly<Partial<Record<EffectState, number>>>
}

export async function stepsOf(store: Store, id: RequestId): Promise<readonly Step[]> {
  return store.transact(async (tx) => {
    const legs = await tx.leg.find({ requestId: id, generation: 0 }, { orderBy: ['accountId'] })
    const steps: Step[] = []
    for (const leg of legs) {
      const counts = await tx.effect.countBy('state', { legId: leg.id })
      steps.push({ leg, changes: Object.fromEntries(counts.map(({ value, count }) => [value, count])) })
    }
    return steps
  })
}
