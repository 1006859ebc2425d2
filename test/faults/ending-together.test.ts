import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createStore, type PostgresStore } from '../../src/adapters/postgres/store.ts'
import { accountId, connectorId, requestId } from '../../src/domain/ids.ts'
import type { LegRow } from '../../src/ports/rows.ts'
import type { Store } from '../../src/ports/store.ts'
import { settleLeg } from '../../src/stages/common/settle-leg.ts'
import { runLeg } from '../../src/flow/run-leg.ts'
import { receiveRequest } from '../../src/stages/intake.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { intakeForm, Rig } from '../kit/sim/rig.ts'
import { legRow, requestRow } from '../store/rows.ts'

const STILL = { signal: new AbortController().signal, every: () => ({ stop: () => undefined }) }

/** A store on which no transaction that ends a leg commits before each has looked whether others are left. */
function together(store: Store, parties: number): Store {
  let looking = 0
  const all = Promise.withResolvers<undefined>()
  return {
    transact: (work) =>
      store.transact(async (tx) => {
        const looks: string[] = []
        const look = (at: string) => {
          if (looks.push(at) === 1) looking += 1
          if (looking === parties) all.resolve(undefined)
        }
        const lock: typeof tx.request.lock = (id) => {
          look('request')
          return tx.request.lock(id)
        }
        const count: typeof tx.leg.count = async (where) => {
          const counted = await tx.leg.count(where)
          look('leg')
          return counted
        }
        const result = await work({ ...tx, request: { ...tx.request, lock }, leg: { ...tx.leg, count } })
        if (looks.length > 0) await all.promise
        return result
      }),
  }
}

// Each of two legs counted the other as not yet ended, so nobody woke the coordinator, and nothing was due any more: the request
// stood still for ever. First seen with 200 requests at once, in one of a hundred.
describeWithService('postgres', 'two legs of one request that end at the same moment', () => {
  let store: PostgresStore
  let rig: Rig

  beforeEach(async () => {
    const { url } = await startPostgres()
    await migrate({ databaseUrl: url })
    store = createStore({ databaseUrl: url })
    rig = new Rig({ accounts: { crm: {}, mail: {} } })
  }, 60_000)

  afterEach(() => store.close())

  it('wake the request when both have searched', async () => {
    const ports = { ...rig.ports, store }
    const { request } = await receiveRequest(ports, intakeForm('ann@example.com'))
    const legs = await store.transact((tx) => tx.leg.find({ requestId: request.id }))

    const meeting = { ...ports, store: together(store, legs.length) }
    await Promise.all(legs.map((leg) => runLeg(meeting, { ...jobOf(leg), stage: 'discover' }, STILL)))

    const woken = await store.transact((tx) => tx.outbox.count({ requestId: request.id, kind: 'request' }))
    expect(legs).toHaveLength(2)
    expect(woken).toBe(1)
  }, 60_000)

  it('wake the request when both were looked at again later', async () => {
    const id = requestId('5a9d35c5-1f6d-4c9c-8a4e-0f4f3d8f0b01')
    const of = { requestId: id, generation: 1, connectorId: connectorId('fakecrm') }
    const legs = [legRow({ ...of, accountId: accountId('crm') }), legRow({ ...of, accountId: accountId('mail') })]
    await store.transact(async (tx) => {
      await tx.request.insert(requestRow({ id }))
      for (const leg of legs) {
        await tx.leg.insert(leg)
        for (const state of ['discovering', 'nothing'] as const) await tx.leg.update(leg.id, { state })
      }
    })

    const ports = { ...rig.ports, store: together(store, legs.length) }
    await Promise.all(
      legs.map(async (leg) =>
        ports.store.transact(async (tx) => settleLeg(ports, tx, { leg: { ...leg, state: 'nothing' }, parts: [] })),
      ),
    )

    const woken = await store.transact((tx) => tx.outbox.count({ requestId: id, kind: 'request' }))
    expect(woken).toBe(1)
  }, 60_000)
})

function jobOf({ id, requestId, accountId, connectorId, generation, round, issue }: LegRow) {
  return { kind: 'leg', legId: id, requestId, accountId, connectorId, generation, round, issue } as const
}
