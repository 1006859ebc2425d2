import { DsrError } from '../../src/domain/errors.ts'
import type { LegId } from '../../src/domain/ids.ts'
import type { LegRow } from '../../src/ports/rows.ts'
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
  return { ...tx, leg: { ...tx.leg, update } }
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
