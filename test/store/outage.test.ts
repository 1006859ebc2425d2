import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createStore, type PostgresStore } from '../../src/adapters/postgres/store.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { Wire } from '../kit/services/wire.ts'
import { codeOf } from './code-of.ts'
import { identifierRow, outboxRow } from './rows.ts'
import { Sql } from './sql.ts'

const OURS = `datname = current_database() and application_name = 'habeas'`
const KILL = `select pg_terminate_backend(pid) from pg_stat_activity where ${OURS}`
const GONE = `select 1 where not exists (select 1 from pg_stat_activity where ${OURS})`

describeWithService('postgres', 'when the database fails', () => {
  let databaseUrl: string
  let store: PostgresStore
  let sql: Sql

  beforeAll(async () => {
    databaseUrl = (await startPostgres()).url
    await migrate({ databaseUrl })
    store = createStore({ databaseUrl, poolSize: 2 })
    sql = await Sql.open(databaseUrl)
  }, 60_000)

  afterAll(async () => {
    await sql.close()
    await store.close()
  })

  it('answers DATABASE_UNREACHABLE when the connection breaks between two statements, and stores nothing', async () => {
    const row = outboxRow()
    const work = store.transact(async (tx) => {
      await tx.outbox.insert(row)
      await sql.run(KILL)
      await sql.until(GONE)
      await tx.outbox.insert(outboxRow())
    })
    expect(await codeOf(work)).toBe('DATABASE_UNREACHABLE')
    expect(await store.transact((tx) => tx.outbox.get(row.id))).toBeUndefined()
  })

  it('answers DATABASE_UNREACHABLE when the connection breaks before the commit', async () => {
    const row = outboxRow()
    const work = store.transact(async (tx) => {
      await tx.outbox.insert(row)
      await sql.run(KILL)
      await sql.until(GONE)
    })
    expect(await codeOf(work)).toBe('DATABASE_UNREACHABLE')
    expect(await store.transact((tx) => tx.outbox.get(row.id))).toBeUndefined()
  })

  it('answers DATABASE_UNREACHABLE when the connection breaks during a statement', async () => {
    const row = outboxRow()
    await store.transact((tx) => tx.outbox.insert(row))
    await sql.run('begin')
    await sql.run('select 1 from app.outbox where id = $1 for update', [row.id])
    const work = codeOf(store.transact((tx) => tx.outbox.lock(row.id)))
    await sql.until(`select 1 from pg_stat_activity where ${OURS} and wait_event_type = 'Lock'`)
    await sql.run(KILL)
    await sql.run('rollback')
    expect(await work).toBe('DATABASE_UNREACHABLE')
  })

  it('goes on with a new connection when the idle ones were broken', async () => {
    for (let outage = 0; outage < 10; outage += 1) {
      await Promise.all([store.transact((tx) => tx.dbNowMs()), store.transact((tx) => tx.dbNowMs())])
      await sql.run(KILL)
      expect(await store.transact((tx) => tx.outbox.count({ id: 'nobody' }))).toBe(0)
    }
  })

  it('gives every connection back, whatever happened in the transaction', async () => {
    for (let count = 0; count < 5; count += 1) {
      await codeOf(store.transact((tx) => tx.leg.update(identifierRow().requestId as never, {})))
      await codeOf(store.transact((tx) => tx.journal.delete({})))
      await codeOf(store.transact(() => sql.run(KILL)))
    }
    expect(await store.transact((tx) => tx.outbox.count({ id: 'nobody' }))).toBe(0)
  })

  it('ends a statement that waits too long, and a transaction that does nothing for too long', async () => {
    const hasty = createStore({ databaseUrl, statementTimeoutMs: 50, idleTimeoutMs: 50 })
    const row = outboxRow()
    await store.transact((tx) => tx.outbox.insert(row))
    const waits = store.transact(async (tx) => {
      await tx.outbox.lock(row.id)
      return codeOf(hasty.transact((other) => other.outbox.lock(row.id)))
    })
    expect(await waits).toBe('DATABASE_UNREACHABLE')
    const idles = hasty.transact(async (tx) => {
      await tx.outbox.lock(row.id)
      // Ends only once the server took the lock away.
      await store.transact((other) => other.outbox.lock(row.id))
      await tx.outbox.update(row.id, { tries: 1 })
    })
    expect(await codeOf(idles)).toBe('DATABASE_UNREACHABLE')
    expect((await store.transact((tx) => tx.outbox.get(row.id)))?.tries).toBe(0)
    await hasty.close()
  })

  // A peer that died without a word, or a gateway that forgot us, sends nothing: transactions waited for a quarter of an hour.
  it('gives up connections that fell silent, and goes on over new ones', async () => {
    const wire = await Wire.to(databaseUrl)
    const far = createStore({ databaseUrl: wire.url, poolSize: 2, answerTimeoutMs: 400 })
    const row = outboxRow()
    const work = far.transact(async (tx) => {
      await tx.outbox.insert(row)
      wire.silence()
    })
    expect(await codeOf(work)).toBe('DATABASE_UNREACHABLE')
    await wire.mend()
    expect(await far.transact((tx) => tx.outbox.get(row.id))).toBeUndefined()
    await far.close()
  })

  it('answers DATABASE_UNREACHABLE when no connection comes free', async () => {
    const small = createStore({ databaseUrl, poolSize: 1, connectTimeoutMs: 50 })
    const code = await small.transact(() => codeOf(small.transact((tx) => tx.dbNowMs())))
    expect(code).toBe('DATABASE_UNREACHABLE')
    await small.close()
  })

  it('answers DATABASE_UNREACHABLE while the server is a read-only replica', async () => {
    const [database] = await sql.run<{ name: string }>('select current_database() as name')
    await sql.run(`alter database ${String(database?.name)} set default_transaction_read_only = on`)
    const replica = createStore({ databaseUrl })
    const code = await codeOf(replica.transact((tx) => tx.outbox.insert(outboxRow())))
    await replica.close()
    await sql.run(`alter database ${String(database?.name)} reset default_transaction_read_only`)
    expect(code).toBe('DATABASE_UNREACHABLE')
  })

  it('names no value of a row in what it throws', async () => {
    const row = identifierRow({ digest: 'digest-of-somebody' })
    await store.transact((tx) => tx.identifier.insert(row))
    const taken = store.transact((tx) => tx.identifier.insert({ ...row, id: 'other-id' }))
    const error: unknown = await taken.catch((caught: unknown) => caught)
    expect(await codeOf(taken)).toBe('INTERNAL')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('digest-of-somebody')
    const unstorable = store.transact((tx) => tx.identifier.insert({ ...row, digest: 'digest-of-somebody\0' }))
    const refused: unknown = await unstorable.catch((caught: unknown) => caught)
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('digest-of-somebody')
  })
})

describe('without a database', () => {
  it('answers DATABASE_UNREACHABLE from every door', async () => {
    const port = await freePort()
    const databaseUrl = `postgres://habeas:secret-word@127.0.0.1:${String(port)}/habeas`
    const store = createStore({ databaseUrl, connectTimeoutMs: 2000 })
    const doors = [
      migrate({ databaseUrl }),
      store.transact((tx) => tx.dbNowMs()),
      store.assertSchema(),
      store.readSetting('name'),
    ]
    expect(await Promise.all(doors.map(codeOf))).toEqual(doors.map(() => 'DATABASE_UNREACHABLE'))
    await store.close()
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
