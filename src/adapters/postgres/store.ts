import type { Pool } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import type { TableName, Tables } from '../../ports/tables.ts'
import type { Store, Table, Tx } from '../../ports/store.ts'
import { Changes } from './changes.ts'
import { createPool, withoutCrash, type PoolOptions } from './pool.ts'
import { assertSchema } from './schema.ts'
import { Session, type SessionTimeouts } from './session.ts'
import { readSetting, replaceSetting, writeSettingOnce } from './settings.ts'
import { postgresTable } from './table.ts'

export type StoreOptions = (PoolOptions | { readonly pool: Pool }) & Partial<SessionTimeouts>

export interface PostgresStore extends Store {
  /** @throws DsrError `SCHEMA_TOO_OLD`, `SCHEMA_TOO_NEW`, `DATABASE_UNREACHABLE`. Called by every process at start. */
  assertSchema(): Promise<void>
  readSetting(name: string): Promise<string | undefined>
  /** @returns the value that holds: the given one, or the one that was first. */
  writeSettingOnce(name: string, value: string): Promise<string>
  /** @throws DsrError `STALE_EPOCH` when the value is no longer `from`. */
  replaceSetting(name: string, change: { readonly from: string; readonly to: string }): Promise<void>
  /** Waits for the transactions under way. A pool that was given stays open. */
  close(): Promise<void>
}

const TRIES = 5

/**
 * The system of record on PostgreSQL 15 or later. Transactions are READ COMMITTED: what must not change under the caller is locked
 * (`lock`, `claim`) or guarded by a unique set.
 */
export function createStore(options: StoreOptions): PostgresStore {
  const pool = 'pool' in options ? withoutCrash(options.pool) : createPool(options)
  const { statementTimeoutMs = 30_000, idleTimeoutMs = 30_000 } = options
  const timeouts = { statementTimeoutMs, idleTimeoutMs }
  return {
    transact: (work) => transact({ pool, timeouts }, work),
    assertSchema: () => assertSchema(pool),
    readSetting: (name) => readSetting(pool, name),
    writeSettingOnce: (name, value) => writeSettingOnce(pool, name, value),
    replaceSetting: (name, change) => replaceSetting(pool, name, change),
    close: async () => {
      if (!('pool' in options)) await pool.end()
    },
  }
}

async function transact<Result>(
  { pool, timeouts }: { pool: Pool; timeouts: SessionTimeouts },
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  // After an outage every pooled connection may be dead. Nothing was done on them, so each may be replaced by the next.
  let spare = pool.totalCount
  for (let tries = 1; ;) {
    const session = await Session.begin(pool, timeouts)
    try {
      const changes = new Changes(session)
      const result = await work(txOf(session, changes))
      changes.send()
      await session.commit()
      return result
    } catch (error) {
      await session.rollBack()
      if (session.isUnbegun && spare > 0) {
        spare -= 1
        continue
      }
      // Whatever the work made of the error, the server says that it was a conflict.
      if (session.failure?.kind !== 'conflict') throw error
      if (tries === TRIES) throw session.failure.error
    }
    await delay(Math.random() * 20 * tries)
    tries += 1
  }
}

function txOf(session: Session, changes: Changes): Tx {
  const table = <Name extends TableName>(name: Name): Table<Tables[Name]> => postgresTable(name, { session, changes })
  return {
    request: table('request'),
    identifier: table('identifier'),
    leg: table('leg'),
    record: table('record'),
    plan: table('plan'),
    effect: table('effect'),
    call: table('call'),
    journal: table('journal'),
    outbox: table('outbox'),
    leaf: table('leaf'),
    parcel: table('parcel'),
    seal: table('seal'),
    recheck: table('recheck'),
    stop: table('stop'),
    start: table('start'),
    cap: table('cap'),
    apiKey: table('apiKey'),
    idempotency: table('idempotency'),
    archiveLink: table('archiveLink'),
    suppression: table('suppression'),
    redaction: table('redaction'),
    identityLink: table('identityLink'),
    ledger: table('ledger'),
    dbNowMs: () => session.nowMs(),
  }
}
