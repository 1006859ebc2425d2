import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { postgresLimiter } from '../../../../src/adapters/limiter/postgres.ts'
import { migrate } from '../../../../src/adapters/postgres/migrate.ts'
import { createPool } from '../../../../src/adapters/postgres/pool.ts'
import { describeWithService, startPostgres } from '../../../kit/services.ts'
import { limiterContract, virtualClock } from './contract.ts'

const LIMIT = { limit: 100, windowMs: 10_000, scope: 'account', source: 'test' } as const

describeWithService('postgres', 'the limiter in PostgreSQL', () => {
  let pool: ReturnType<typeof createPool>
  let postgres: Awaited<ReturnType<typeof startPostgres>>

  beforeAll(async () => {
    postgres = await startPostgres()
    await migrate({ databaseUrl: postgres.url })
    pool = createPool({ databaseUrl: postgres.url })
  })
  afterAll(async () => {
    await pool.end()
    await postgres.stop()
  })

  describe('as a limiter', () => {
    limiterContract(() => {
      const clock = virtualClock()
      const store = () => postgresLimiter({ database: pool, clock })
      return Promise.resolve({ clock, stores: [store(), store()], close: () => Promise.resolve() })
    })
  })

  it('still knows what was spent after all processes have started again', async () => {
    const clock = virtualClock()
    const ask = { key: 'restart', limit: { ...LIMIT, limit: 10 }, weight: 8 }
    expect((await postgresLimiter({ database: pool, clock }).take([ask])).kind).toBe('granted')
    expect((await postgresLimiter({ database: pool, clock }).take([{ ...ask, weight: 1 }])).kind).toBe('wait')
  })

  it('leases a tenth of a window at a time, so that most calls write nothing', async () => {
    const clock = virtualClock()
    const store = postgresLimiter({ database: pool, clock })
    for (let call = 0; call < 80; call += 1) {
      expect((await store.take([{ key: 'blocks', limit: LIMIT, weight: 1 }])).kind).toBe('granted')
    }
    expect((await store.take([{ key: 'blocks', limit: LIMIT, weight: 1 }])).kind).toBe('wait')
    const { rows } = await pool.query(`select count(*)::int as blocks from app.limiter_block where key = 'blocks'`)
    expect(rows).toEqual([{ blocks: 10 }])
  })

  it('forgets a lease that was not spent in time', async () => {
    const clock = virtualClock()
    const store = postgresLimiter({ database: pool, clock })
    expect((await store.take([{ key: 'late', limit: LIMIT, weight: 1 }])).kind).toBe('granted')
    clock.push(1_000)
    // The seven calls of the first lease are lost until it has left the window: 80 - 8 are there.
    expect((await store.take([{ key: 'late', limit: LIMIT, weight: 73 }])).kind).toBe('wait')
    expect((await store.take([{ key: 'late', limit: LIMIT, weight: 72 }])).kind).toBe('granted')
  })

  it('answers DATABASE_UNREACHABLE when there is no database, and grants nothing', async () => {
    const nowhere = createPool({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', connectTimeoutMs: 500 })
    const store = postgresLimiter({ database: nowhere, clock: virtualClock() })
    const ask = { key: 'nowhere', limit: LIMIT, weight: 1 }
    await expect(store.take([ask])).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
    await nowhere.end()
  })
})
