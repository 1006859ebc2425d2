import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createStore, type PostgresStore } from '../../src/adapters/postgres/store.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { codeOf } from './code-of.ts'
import { identifierRow, outboxRow } from './rows.ts'
import { Sql } from './sql.ts'

/** Opens when told to. */
class Gate {
  open!: () => void
  readonly opened = new Promise<void>((resolve) => (this.open = resolve))
}

const BLOCKED = `select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`

describeWithService('postgres', 'transactions at the same time', () => {
  let store: PostgresStore
  let sql: Sql

  beforeAll(async () => {
    const { url: databaseUrl } = await startPostgres()
    await migrate({ databaseUrl })
    store = createStore({ databaseUrl, poolSize: 4 })
    sql = await Sql.open(databaseUrl)
  }, 60_000)

  afterAll(async () => {
    await sql.close()
    await store.close()
  })

  it('claim different rows, and none waits', async () => {
    const rows = ['a', 'b', 'c', 'd'].map((letter) => outboxRow({ tries: 77, id: `${letter}-${randomUUID()}` }))
    await store.transact(async (tx) => {
      for (const row of rows) await tx.outbox.insert(row)
    })
    const [holding, done] = [new Gate(), new Gate()]
    const first = store.transact(async (tx) => {
      const claimed = await tx.outbox.claim({ tries: 77 }, { limit: 2 })
      holding.open()
      await done.opened
      return claimed
    })
    await holding.opened
    const second = await store.transact((tx) => tx.outbox.claim({ tries: 77 }, { limit: 3 }))
    done.open()
    const ids = [...(await first), ...second].map((row) => row.id)
    expect(ids).toEqual(rows.map((row) => row.id))
  })

  it('wait for a locked row and see what its holder wrote', async () => {
    const row = outboxRow()
    await store.transact((tx) => tx.outbox.insert(row))
    const [holding, done] = [new Gate(), new Gate()]
    const first = store.transact(async (tx) => {
      await tx.outbox.lock(row.id)
      holding.open()
      await done.opened
      await tx.outbox.update(row.id, { tries: 1 })
    })
    await holding.opened
    const second = store.transact((tx) => tx.outbox.lock(row.id))
    await sql.until(BLOCKED)
    done.open()
    await first
    expect((await second)?.tries).toBe(1)
  })

  it.each([
    ['loses when the other commits', false],
    ['wins when the other rolls back', true],
  ])('insertNew waits for a concurrent insertion: it %s', async (_, isRolledBack) => {
    const row = identifierRow()
    const [holding, done] = [new Gate(), new Gate()]
    const first = store.transact(async (tx) => {
      await tx.identifier.insertNew(row)
      holding.open()
      await done.opened
      if (isRolledBack) throw new DsrError('INTERNAL', 'stop')
    })
    const ended = codeOf(first)
    await holding.opened
    const second = store.transact((tx) => tx.identifier.insertNew({ ...row, id: randomUUID() }))
    await sql.until(BLOCKED)
    done.open()
    await ended
    expect(await second).toBe(isRolledBack)
  })

  it('run again after a deadlock, each to its end', async () => {
    const [one, two] = [outboxRow(), outboxRow()]
    await store.transact(async (tx) => {
      await tx.outbox.insert(one)
      await tx.outbox.insert(two)
    })
    const [firstHolds, secondHolds] = [new Gate(), new Gate()]
    let runs = 0
    const cross = ([from, to]: readonly [string, string], holds: Gate, other: Gate) =>
      store.transact(async (tx) => {
        runs += 1
        const first = await tx.outbox.lock(from)
        holds.open()
        await other.opened
        const second = await tx.outbox.lock(to)
        await tx.outbox.update(from, { tries: (first?.tries ?? NaN) + 1 })
        await tx.outbox.update(to, { tries: (second?.tries ?? NaN) + 1 })
      })
    await Promise.all([
      cross([one.id, two.id], firstHolds, secondHolds),
      cross([two.id, one.id], secondHolds, firstHolds),
    ])
    const stored = await store.transact((tx) => tx.outbox.find({ id: { in: [one.id, two.id] } }))
    expect([runs, ...stored.map((row) => row.tries)]).toEqual([3, 2, 2])
  }, 30_000)

  it.each([
    ['40001', true],
    ['40P01', false],
  ])('give up after the fifth conflict (%s), also when the work catches it: %s', async (code, isCaught) => {
    await refuseLeaves(code)
    let runs = 0
    const work = store.transact(async (tx) => {
      runs += 1
      const inserted = tx.leaf.insert(leafRow())
      await (isCaught ? codeOf(inserted) : inserted)
    })
    expect([await codeOf(work), runs]).toEqual(['DATABASE_UNREACHABLE', 5])
    await sql.run('drop trigger refuse on app.leaf')
  })

  it('run once only when the work fails by itself', async () => {
    let runs = 0
    const work = store.transact(() => {
      runs += 1
      return Promise.reject(new DsrError('PLAN_NOT_READY', 'stop'))
    })
    expect([await codeOf(work), runs]).toEqual(['PLAN_NOT_READY', 1])
  })

  function leafRow() {
    const { id, controllerId } = outboxRow()
    const { requestId } = identifierRow()
    return {
      id,
      controllerId,
      requestId,
      kind: 'receipt',
      recordSha256: 'ab',
      body: {},
      createdAtMs: 1,
      sequencedAtMs: null,
      seq: 0,
      logIndex: null,
    }
  }

  async function refuseLeaves(code: string): Promise<void> {
    await sql.run(`create or replace function pg_temp.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'conflict' using errcode = '${code}'; end $$`)
    await sql.run('create trigger refuse before insert on app.leaf for each row execute function pg_temp.refuse()')
  }
})
