import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { createStore, type PostgresStore } from '../../src/adapters/postgres/store.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { effectRow, journalRow, legRow, requestRow } from './rows.ts'
import { Sql } from './sql.ts'

describeWithService('postgres', 'an operator with SQL in hand', () => {
  let store: PostgresStore
  let sql: Sql
  const [request, leg, effect] = [requestRow(), legRow(), effectRow()]
  const [entry, neighbour] = [journalRow(), journalRow()]

  beforeAll(async () => {
    const { url: databaseUrl } = await startPostgres()
    await migrate({ databaseUrl })
    store = createStore({ databaseUrl })
    sql = await Sql.open(databaseUrl)
    await store.transact(async (tx) => {
      await tx.request.insert(request)
      await tx.leg.insert(leg)
      await tx.effect.insert(effect)
      await tx.journal.insert(entry)
      await tx.journal.insert(neighbour)
    })
  }, 60_000)

  afterAll(async () => {
    await sql.close()
    await store.close()
  })

  it.each([
    ['request', request.id, 'closed'],
    ['leg', leg.id, 'settling'],
    ['effect', effect.id, 'done'],
    ['request', request.id, 'no-such-state'],
  ])('cannot move a %s past its state table', async (table, id, state) => {
    expect(await sql.codeOf(`update app.${table} set state = $2 where id = $1`, [id, state])).toBe('HB001')
  })

  it('cannot change, delete or empty the journal', async () => {
    expect(await sql.codeOf(`update app.journal set kind = 'x' where id = $1`, [entry.id])).toBe('HB002')
    expect(await sql.codeOf('delete from app.journal where id = $1', [entry.id])).toBe('HB002')
    expect(await sql.codeOf('delete from app.journal')).toBe('HB002')
    expect(await sql.codeOf('truncate app.journal')).toBe('HB002')
    expect(await store.transact((tx) => tx.journal.count({}))).toBe(2)
  })

  it('shreds a whole request, and cannot delete its neighbours in the same breath', async () => {
    await sql.run('begin')
    await sql.run('select app.shred_journal($1)', [entry.requestId])
    expect(await sql.codeOf('delete from app.journal')).toBe('HB002')
    await sql.run('rollback')
  })

  it('cannot delete what a shredded request says afterwards', async () => {
    await sql.run('begin')
    await sql.run('select app.shred_journal($1)', [entry.requestId])
    await sql.run(
      `insert into app.journal (id, request_id, at_ms, actor, kind, detail) values ('later', $1, 1, '{}', 'key.destroyed', '{}')`,
      [entry.requestId],
    )
    expect(await sql.codeOf('delete from app.journal where request_id = $1', [entry.requestId])).toBe('HB002')
    await sql.run('rollback')
  })

  it('leaves the neighbours of a shredded request', async () => {
    await sql.run('select app.shred_journal($1)', [entry.requestId])
    const left = await store.transact((tx) => tx.journal.find({}))
    expect(left).toMatchObject([{ id: neighbour.id }])
  })
})
