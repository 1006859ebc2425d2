import type { LegId } from '../../src/domain/ids.ts'
import type { Approval, LegRow, OutboxRow, RequestRow } from '../../src/ports/rows.ts'
import type { Store, Table, Tx } from '../../src/ports/store.ts'

/** A table that is read as before, and what was read is changed. */
export function reading<Row extends { readonly id: string }>(table: Table<Row>, change: (row: Row) => Row): Table<Row> {
  const changed = (row: Row | undefined): Row | undefined => row && change(row)
  return {
    ...table,
    get: async (id) => changed(await table.get(id)),
    lock: async (id) => changed(await table.lock(id)),
  }
}

/** A run believes that the present epoch is its own. */
export function epochIgnored(): (tx: Tx) => Tx {
  const mine = new Map<LegId, number>()
  return (tx) => ({
    ...tx,
    leg: {
      ...reading(tx.leg, (leg) => ({ ...leg, epoch: mine.get(leg.id) ?? leg.epoch })),
      update: async (id, patch) => {
        if (patch.epoch !== undefined) mine.set(id, patch.epoch)
        await tx.leg.update(id, patch)
      },
    },
  })
}

/** The caller has its answer while the commit is still on its way. */
export function acknowledgedEarly(store: Store): Store {
  return {
    transact: async (work) => {
      const result = await undone(store, work)
      store.transact(work).catch(() => undefined)
      return result
    },
  }
}

/** What the work would return; nothing of it stays. */
async function undone<Result>(store: Store, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const undo = new Error('undo')
  let returned: { readonly result: Result } | undefined
  try {
    await store.transact(async (tx) => {
      returned = { result: await work(tx) }
      throw undo
    })
  } catch (error) {
    if (error !== undo || returned === undefined) throw error
  }
  if (returned === undefined) throw undo
  return returned.result
}

/** The legs of a request are those that were there some time before its row was locked. */
export function countedEarly(store: Store): Store {
  return {
    transact: async (work) => {
      const before = await store.transact(async (tx) => tx.leg.find({}))
      return store.transact(async (tx) =>
        work({
          ...tx,
          leg: {
            ...tx.leg,
            find: async (where, options) => {
              const now = await tx.leg.find(where, options)
              return now.map((leg) => before.find((old) => old.id === leg.id) ?? leg)
            },
          },
        }),
      )
    },
  }
}

/** The transaction that writes a call is only pretended; what follows from it is sent. */
export function sentEarly(store: Store): Store {
  return {
    transact: async (work) => {
      const claims: string[] = []
      const result = await undone(store, async (tx) =>
        work({
          ...tx,
          call: {
            ...tx.call,
            insert: async (row) => {
              claims.push(row.id)
              await tx.call.insert(row)
            },
          },
        }),
      )
      return claims.length > 0 ? result : store.transact(work)
    },
  }
}

export function forgingApproval(approvalOf: (request: RequestRow) => Approval | null): (tx: Tx) => Tx {
  const forge = (request: RequestRow): RequestRow => ({ ...request, approval: approvalOf(request) })
  return (tx) => ({
    ...tx,
    request: reading(tx.request, forge),
  })
}

export function forged(request: RequestRow): Approval | null {
  if (request.planHash === null) return null
  const by = { role: 'system', id: 'nobody' } as const
  const times = { atMs: 0, actNotBeforeMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER }
  return { by, planHash: request.planHash, planVersion: request.planVersion, ...times }
}

/** What was decided is stored, and what announces it is stored thereafter, if at all. */
export function announcedLate(store: Store): Store {
  return {
    transact: async (work) => {
      const rows: OutboxRow[] = []
      const insert = (row: OutboxRow): Promise<void> => {
        rows.push(row)
        return Promise.resolve()
      }
      const result = await store.transact(async (tx) => {
        rows.length = 0
        return work({ ...tx, outbox: { ...tx.outbox, insert } })
      })
      if (rows.length > 0) {
        await store.transact(async (tx) => {
          for (const row of rows) await tx.outbox.insert(row)
        })
      }
      return result
    },
  }
}

/** What a person should decide on is taken for a part of the plan. */
export function reappearedIsActedOn(): (tx: Tx) => Tx {
  return (tx) => {
    const update = async (id: LegId, patch: Partial<Omit<LegRow, 'id'>>): Promise<void> => {
      if (patch.parkedReason !== 'reappeared') {
        await tx.leg.update(id, patch)
        return
      }
      for (const row of await tx.record.find({ legId: id })) await tx.record.update(row.id, { planVersion: 1 })
      const free = { leaseUntilDbMs: null, issuedAtDbMs: null, admittedAtDbMs: null }
      await tx.leg.update(id, { ...free, stage: 'act', nextActionAtMs: 0 })
    }
    return { ...tx, leg: { ...tx.leg, update } }
  }
}
