import { expect, it } from '@jest/globals'
import { COLUMNS } from '../../src/adapters/postgres/columns.ts'
import { snakeCase, TABLE_NAMES, tableShape } from '../../src/adapters/postgres/table-shape.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { loadMigrations } from '../../src/adapters/postgres/schema.ts'
import { stateEdges } from '../../src/adapters/postgres/state-edges.ts'
import { createStore } from '../../src/adapters/postgres/store.ts'
import { DsrError } from '../../src/domain/errors.ts'
import { UNIQUE } from '../../src/ports/tables.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { codeOf } from './code-of.ts'
import { Sql } from './sql.ts'

const NEWER = `insert into app.schema_version (version, name, checksum) values ($1, 'newer.sql', 'ab')`
const EDGES = 'select machine, from_state as "from", to_state as "to", is_return as "isReturn" from app.state_edge'
const EDGE = `insert into app.state_edge values ('request', 'closed', 'received', false)`

/** A fresh database; closes its connections when `test` is over. */
async function withDatabase(test: (databaseUrl: string, sql: Sql) => Promise<void>): Promise<void> {
  const { url } = await startPostgres()
  const sql = await Sql.open(url)
  try {
    await test(url, sql)
  } finally {
    await sql.close()
  }
}

/** What a process that starts on this database is told. */
async function startOn(databaseUrl: string): Promise<string | undefined> {
  const store = createStore({ databaseUrl })
  const code = await codeOf(store.assertSchema())
  await store.close()
  return code
}

describeWithService('postgres', 'habeas migrate', () => {
  it('makes an empty database ready, and a second time changes nothing', () =>
    withDatabase(async (databaseUrl, sql) => {
      expect(await startOn(databaseUrl)).toBe('SCHEMA_TOO_OLD')
      const names = (await loadMigrations()).map(({ name }) => name)
      expect((await migrate({ databaseUrl })).applied).toEqual(names)
      expect(await startOn(databaseUrl)).toBeUndefined()
      expect((await migrate({ databaseUrl })).applied).toEqual([])
      expect(await sql.run('select version from app.schema_version')).toHaveLength(names.length)
    }))

  it('applies each migration once when several run at the same time', () =>
    withDatabase(async (databaseUrl) => {
      const reports = await Promise.all([1, 2, 3, 4].map(() => migrate({ databaseUrl })))
      const counts = reports.map(({ applied }) => applied.length).sort((a, b) => a - b)
      expect(counts).toEqual([0, 0, 0, (await loadMigrations()).length])
    }))

  it('undoes a migration that fails half-way, and goes on from there the next time', () =>
    withDatabase(async (databaseUrl, sql) => {
      await sql.run('create schema app')
      // The name of the last index of 0003-hot-finds.sql.
      await sql.run('create table app.idempotency_expiry (id text)')
      expect(await codeOf(migrate({ databaseUrl }))).toBe('INTERNAL')
      await sql.run('drop table app.idempotency_expiry')
      expect((await migrate({ databaseUrl })).applied[0]).toBe('0003-hot-finds.sql')
      expect(await startOn(databaseUrl)).toBeUndefined()
    }))

  it('makes the tables that the code reads, with the same kinds and unique sets', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      const columns = await sql.run(
        `select table_name || '.' || column_name || ' ' || udt_name || case is_nullable when 'YES' then '?' else '' end as line
         from information_schema.columns where table_schema = 'app' and table_name = any($1)`,
        [TABLE_NAMES.map(snakeCase)],
      )
      expect(new Set(columns)).toEqual(new Set(TABLE_NAMES.flatMap(expectedColumns).map((line) => ({ line }))))
      const uniques = await sql.run(
        `select t.relname || ' ' || string_agg(a.attname, ',' order by k.position) as line
         from pg_index i join pg_class t on t.oid = i.indrelid cross join unnest(i.indkey) with ordinality as k(number, position)
           join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
         where i.indisunique and not i.indisprimary and t.relnamespace = 'app'::regnamespace and t.relname = any($1)
         group by t.relname, i.indexrelid`,
        [TABLE_NAMES.map(snakeCase)],
      )
      const sets = Object.entries(UNIQUE).flatMap(([name, of]) =>
        of.map((fields) => ({ line: `${snakeCase(name)} ${fields.map(snakeCase).join()}` })),
      )
      expect(new Set(uniques)).toEqual(new Set(sets))
    }))

  it('compares all text by its bytes', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      const others = await sql.run(
        `select table_name, column_name from information_schema.columns
         where table_schema = 'app' and table_name = any($1) and data_type = 'text' and collation_name is distinct from 'C'`,
        [TABLE_NAMES.map(snakeCase)],
      )
      expect(others).toEqual([])
    }))

  it('brings the state edges in step with the code, whatever was there', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      await sql.run(EDGE)
      await sql.run(`delete from app.state_edge where machine = 'leg'`)
      await migrate({ databaseUrl })
      expect(new Set(await sql.run(EDGES))).toEqual(new Set(stateEdges()))
    }))

  it('refuses a database in which an applied migration is another one', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      await sql.run(`update app.schema_version set checksum = 'ab' where version = 1`)
      expect(await codeOf(migrate({ databaseUrl }))).toBe('INTERNAL')
    }))

  it('refuses another master key than the first', () =>
    withDatabase(async (databaseUrl) => {
      await migrate({ databaseUrl })
      await migrate({ databaseUrl, masterKeyChecks: ['check-1'] })
      await migrate({ databaseUrl, masterKeyChecks: ['check-1'] })
      expect(await codeOf(migrate({ databaseUrl, masterKeyChecks: ['check-2'] }))).toBe('MASTER_KEY_WRONG')
    }))

  it('brings the queue up to date one at a time, and tells when that fails', () =>
    withDatabase(async (databaseUrl) => {
      let running = 0
      const seen: number[] = []
      const migrateQueue = async () => {
        seen.push((running += 1))
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
      }
      await Promise.all([migrate({ databaseUrl, migrateQueue }), migrate({ databaseUrl, migrateQueue })])
      expect(seen).toEqual([1, 1])
      const fails = migrate({ databaseUrl, migrateQueue: () => Promise.reject(new Error('no')) })
      expect(await codeOf(fails)).toBe('QUEUE_UNREACHABLE')
      const refuses = migrate({ databaseUrl, migrateQueue: () => Promise.reject(new DsrError('CONFIG_INVALID', 'no')) })
      expect(await codeOf(refuses)).toBe('CONFIG_INVALID')
    }))
})

describeWithService('postgres', 'a process of another release', () => {
  it('refuses to start while a migration is missing', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      await sql.run('delete from app.schema_version where version = 2')
      expect(await startOn(databaseUrl)).toBe('SCHEMA_TOO_OLD')
    }))

  it('starts on a schema one migration ahead, and leaves its state edges', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      await sql.run(NEWER, [9001])
      await sql.run(EDGE)
      expect(await startOn(databaseUrl)).toBeUndefined()
      expect((await migrate({ databaseUrl })).applied).toEqual([])
      expect(await sql.run(`${EDGES} where from_state = 'closed'`)).toHaveLength(1)
    }))

  it('refuses a schema that is two migrations ahead', () =>
    withDatabase(async (databaseUrl, sql) => {
      await migrate({ databaseUrl })
      await sql.run(NEWER, [9001])
      await sql.run(NEWER, [9002])
      expect(await startOn(databaseUrl)).toBe('SCHEMA_TOO_NEW')
      expect(await codeOf(migrate({ databaseUrl }))).toBe('SCHEMA_TOO_NEW')
    }))
})

describeWithService('postgres', 'settings', () => {
  it('keep the first value, whoever else writes', () =>
    withDatabase(async (databaseUrl) => {
      await migrate({ databaseUrl })
      const store = createStore({ databaseUrl })
      expect(await store.readSetting('log-key')).toBeUndefined()
      const values = await Promise.all(['a', 'b', 'c'].map((value) => store.writeSettingOnce('log-key', value)))
      expect(new Set(values).size).toBe(1)
      expect(await store.readSetting('log-key')).toBe(values[0])
      expect(await store.writeSettingOnce('log-key', 'd')).toBe(values[0])
      await store.close()
    }))
})

const UDT = {
  text: 'text',
  bigint: 'int8',
  int: 'int4',
  bool: 'bool',
  jsonb: 'jsonb',
  bytea: 'bytea',
  'text[]': '_text',
}

function expectedColumns(name: keyof typeof COLUMNS): string[] {
  return tableShape(name).columns.map(
    ({ field, kind, isNullable }) => `${snakeCase(name)}.${snakeCase(field)} ${UDT[kind]}${isNullable ? '?' : ''}`,
  )
}
