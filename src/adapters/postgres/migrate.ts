import { Client } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { failureOf } from './failure.ts'
import { countNewer, loadMigrations, readApplied, type AppliedMigration, type Migration } from './schema.ts'
import { writeSettingOnce } from './settings.ts'
import { stateEdges } from './state-edges.ts'

export interface MigrateOptions {
  /** A direct address: a pooler that shares sessions would lose the lock. */
  readonly databaseUrl: string
  /** Check values of the master key and of previous ones: the first is stored the first time, and one of them must be there ever after. */
  readonly masterKeyChecks?: readonly string[]
  /** Brings the queue's own schema up to date, under the same lock; called when the queue lives in this database. */
  readonly migrateQueue?: () => Promise<void>
}

export interface MigrateReport {
  /** File names of the migrations that this call applied. */
  readonly applied: readonly string[]
}

/** Any constant will do; it must never change. */
const LOCK_KEY = 4_825_174_660_931
const MASTER_KEY_CHECK = 'master_key_check'

/**
 * Brings the database to this release: the only code that changes the schema. Calls at the same time wait for each other, and
 * what was applied is not applied again. Each migration is one transaction.
 *
 * @throws DsrError `SCHEMA_TOO_NEW`; `MASTER_KEY_WRONG` when the database was made under another master key; `INTERNAL` when an applied
 *   migration was edited; `DATABASE_UNREACHABLE`.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateReport> {
  const client = new Client({ connectionString: options.databaseUrl, application_name: 'habeas migrate' })
  // A connection that breaks fails the statement under way; its event must not end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    // Ends with the connection, also when this process dies.
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    return await migrateLocked(client, options)
  } catch (cause) {
    throw cause instanceof DsrError ? cause : failureOf(cause).error
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function migrateLocked(client: Client, options: MigrateOptions): Promise<MigrateReport> {
  await client.query(SCHEMA_VERSION)
  const known = await loadMigrations()
  const applied = await readApplied(client)
  refuseEdited(known, applied)
  const isNewer = countNewer(known, applied) > 0
  const versions = new Set(applied.map(({ version }) => version))
  const pending = known.filter(({ version }) => !versions.has(version))
  for (const migration of pending) await inTransaction(client, () => apply(client, migration))
  // The edges of a newer release stay: its processes may be running.
  if (!isNewer) await inTransaction(client, () => writeEdges(client))
  if (options.masterKeyChecks !== undefined) await checkMasterKey(client, options.masterKeyChecks)
  await callQueue(options)
  return { applied: pending.map(({ name }) => name) }
}

const SCHEMA_VERSION = `
  create schema if not exists app;
  create table if not exists app.schema_version (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`

function refuseEdited(known: readonly Migration[], applied: readonly AppliedMigration[]): void {
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]))
  const edited = known.find(({ version, checksum }) => (checksums.get(version) ?? checksum) !== checksum)
  if (edited !== undefined) throw new DsrError('INTERNAL', `${edited.name} was edited after it was applied`)
}

async function apply(client: Client, { version, name, sql, checksum }: Migration): Promise<void> {
  await client.query(sql)
  const text = 'insert into app.schema_version (version, name, checksum) values ($1, $2, $3)'
  await client.query(text, [version, name, checksum])
}

async function writeEdges(client: Client): Promise<void> {
  const edges = stateEdges()
  await client.query('delete from app.state_edge')
  await client.query(
    `insert into app.state_edge (machine, from_state, to_state, is_return)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::boolean[])`,
    [edges.map((e) => e.machine), edges.map((e) => e.from), edges.map((e) => e.to), edges.map((e) => e.isReturn)],
  )
}

async function checkMasterKey(client: Client, values: readonly string[]): Promise<void> {
  const [present] = values
  if (present === undefined) return
  const stored = await writeSettingOnce(client, MASTER_KEY_CHECK, present)
  if (!values.includes(stored)) throw new DsrError('MASTER_KEY_WRONG', 'the database was made under another master key')
}

async function callQueue({ migrateQueue }: MigrateOptions): Promise<void> {
  try {
    await migrateQueue?.()
  } catch (cause) {
    if (cause instanceof DsrError) throw cause
    throw new DsrError('QUEUE_UNREACHABLE', 'the schema of the queue could not be brought up to date', { cause })
  }
}

async function inTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
