import { DsrError } from '../../src/domain/errors.ts'
import type { LegId } from '../../src/domain/ids.ts'
import type { LegRow, RequestRow } from '../../src/ports/rows.ts'
import type { Store, Table, Tx } from '../../src/ports/store.ts'
import type { Actor } from './actor.ts'

/** Leases that one run of one job took: which leg, under which epoch. */
export type Owned = Map<LegId, number>

export interface GateOptions {
  readonly actor: Actor
  readonly owned: Owned
  /** Told of what a store that is read by eye would show: a write of a run that lost its lease, two live leases. */
  readonly report: (violation: string) => void
}

/**
 * The store as one actor sees it: others run before each commit and after it, the answer may be lost, and the actor may be gone when
 * it comes. Within a transaction nobody else runs.
 */
export function gatedStore(store: Store, options: GateOptions): Store {
  const { actor } = options
  return {
    transact: async (work) => {
      if ((await actor.gate('before commit')) === 'refused') throw new DsrError('DATABASE_UNREACHABLE', 'no connection')
      const result = await store.transact(async (tx) => work(watched(tx, options)))
      if ((await actor.gate('after commit')) === 'lost') throw new DsrError('DATABASE_UNREACHABLE', 'no answer')
      return result
    },
  }
}

function watched(tx: Tx, options: GateOptions): Tx {
  const update: Table<LegRow>['update'] = async (id, patch) => {
    const leg = await tx.leg.get(id)
    if (leg) await checkLease(tx, { leg, patch, options })
    await tx.leg.update(id, patch)
  }
  const updateRequest: Table<RequestRow>['update'] = async (id, patch) => {
    if (patch.state !== undefined) await checkBarrier(tx, { requestId: id, state: patch.state, options })
    await tx.request.update(id, patch)
  }
  return { ...tx, leg: { ...tx.leg, update }, request: { ...tx.request, update: updateRequest } }
}

/** What a request must have behind it before it may be in a state. */
const BARRIERS: Readonly<Partial<Record<RequestRow['state'], readonly LegRow['state'][]>>> = {
  awaiting_decision: ['open', 'discovering'],
  awaiting_approval: ['open', 'discovering'],
  sealing: ['open', 'discovering', 'found', 'nothing', 'acting', 'settling', 'parked'],
}

interface Step {
  readonly requestId: RequestRow['id']
  readonly state: RequestRow['state']
  readonly options: GateOptions
}

async function checkBarrier(tx: Tx, { requestId, state, options }: Step): Promise<void> {
  const open = BARRIERS[state]
  if (open && (await tx.leg.count({ requestId, generation: 0, state: { in: open } })) > 0)
    options.report(`${state} before every leg was there`)
}

interface Write {
  readonly leg: LegRow
  readonly patch: Partial<LegRow>
  readonly options: GateOptions
}

async function checkLease(tx: Tx, { leg, patch, options }: Write): Promise<void> {
  const { owned, report } = options
  if (patch.epoch !== undefined) {
    if ((leg.leaseUntilDbMs ?? 0) > (await tx.dbNowMs())) report('a second run took a leg whose lease lived')
    owned.set(leg.id, patch.epoch)
    return
  }
  const mine = owned.get(leg.id)
  if (mine !== undefined && mine !== leg.epoch) report('a run that had lost its lease wrote')
}
