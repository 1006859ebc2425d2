import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { DatabaseError } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { failureOf } from './failure.ts'
import type { Queryable } from './settings.ts'

/**
 * One file of `migrations/`. A process accepts a schema that is one migration newer than its code (a rolling upgrade), so a migration
 * adds what the previous release can live with: new columns have a default, and what is dropped was unused for a release.
 */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/

export async function loadMigrations(): Promise<readonly Migration[]> {
  const directory = new URL('./migrations/', import.meta.url)
  const names = (await readdir(directory)).filter((name) => FILE_NAME.test(name)).sort()
  const migrations = await Promise.all(names.map((name) => loadMigration(directory, name)))
  if (new Set(migrations.map(({ version }) => version)).size !== migrations.length) {
    throw new DsrError('INTERNAL', 'two migrations have one number')
  }
  return migrations
}

async function loadMigration(directory: URL, name: string): Promise<Migration> {
  const sql = await readFile(new URL(name, directory), 'utf8')
  const checksum = createHash('sha256').update(sql).digest('hex')
  return { version: Number(FILE_NAME.exec(name)?.[1]), name, sql, checksum }
}

export interface AppliedMigration {
  readonly version: number
  readonly checksum: string
}

/** What was applied so far; nothing when the database is empty. */
export async function readApplied(database: Queryable): Promise<readonly AppliedMigration[]> {
  try {
    const text = 'select version, checksum from app.schema_version order by version'
    return (await database.query<{ version: number; checksum: string }>(text)).rows
  } catch (cause) {
    const isMissing = cause instanceof DatabaseError && (cause.code === '42P01' || cause.code === '3F000')
    if (isMissing) return []
    throw failureOf(cause).error
  }
}

/** How many migrations were applied that this code does not know. @throws DsrError `SCHEMA_TOO_NEW` for more than one. */
export function countNewer(known: readonly Migration[], applied: readonly AppliedMigration[]): number {
  const versions = new Set(known.map(({ version }) => version))
  const newer = applied.filter(({ version }) => !versions.has(version)).length
  if (newer > 1) {
    throw new DsrError('SCHEMA_TOO_NEW', `the database has ${newer} migrations that this release does not know`)
  }
  return newer
}

/**
 * Every process but `migrate` calls it at start.
 *
 * @throws DsrError `SCHEMA_TOO_OLD` when a migration is missing; `SCHEMA_TOO_NEW` when the schema is more than one migration ahead;
 *   `DATABASE_UNREACHABLE`.
 */
export async function assertSchema(database: Queryable): Promise<void> {
  const known = await loadMigrations()
  const applied = await readApplied(database)
  countNewer(known, applied)
  const versions = new Set(applied.map(({ version }) => version))
  const missing = known.filter(({ version }) => !versions.has(version))
  if (missing.length > 0) {
    throw new DsrError('SCHEMA_TOO_OLD', `run "habeas migrate": ${missing.map(({ name }) => name).join(', ')}`)
  }
}
