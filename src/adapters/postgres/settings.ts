import type { Pool } from 'pg'
import { DsrError } from '../../domain/errors.ts'
import { failureOf } from './failure.ts'

/** What can run a statement outside a transaction: a pool or one connection. */
export type Queryable = Pick<Pool, 'query'>

/** What the installation decided once, such as the check value of its master key; undefined when it was never written. */
export async function readSetting(database: Queryable, name: string): Promise<string | undefined> {
  const rows = await ask(database, 'select value from app.setting where name = $1', [name])
  return rows[0]?.value
}

/** Writes the value unless there is one. @returns the value that holds: the given one, or the one that was first. */
export async function writeSettingOnce(database: Queryable, name: string, value: string): Promise<string> {
  await ask(database, 'insert into app.setting (name, value) values ($1, $2) on conflict do nothing', [name, value])
  return (await readSetting(database, name)) ?? value
}

/** Replaces the value that was read. @throws DsrError `STALE_EPOCH` when another process changed it since. */
export async function replaceSetting(
  database: Queryable,
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const text = 'update app.setting set value = $3 where name = $1 and value = $2 returning value'
  const rows = await ask(database, text, [name, from, to])
  if (rows.length === 0) throw new DsrError('STALE_EPOCH', 'another process changed this setting meanwhile')
}

async function ask(database: Queryable, text: string, values: string[]): Promise<{ value: string }[]> {
  try {
    return (await database.query<{ value: string }>(text, values)).rows
  } catch (cause) {
    throw failureOf(cause).error
  }
}
