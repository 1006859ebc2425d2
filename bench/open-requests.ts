import type { RequestId } from '../src/domain/ids.ts'
import { runSql } from './services.ts'

/** Tables that hold rows of a request, parents first. */
const TABLES = ['request', 'identifier', 'leg', 'record', 'plan', 'journal', 'outbox', 'leaf'] as const

/** Columns that must differ from copy to copy; the same text becomes the same copy, so that rows still refer to each other. */
const IDS: ReadonlySet<string> = new Set(['id', 'request_id', 'leg_id', 'digest', 'lookup_digest', 'ref_digest'])

/**
 * Fills a database with copies of one request that waits for approval: its identifiers, legs, records, plan, journal lines,
 * published outbox rows and leaves, with ids of their own.
 */
export async function fillWithOpen(databaseUrl: string, template: RequestId, count: number): Promise<void> {
  const statements: string[] = []
  for (const table of TABLES) statements.push(await copyStatement(databaseUrl, { table, template, count }))
  // Copies begin in the middle of their way, which the state triggers would refuse.
  const sql = [
    'set session_replication_role = replica',
    ...statements,
    'set session_replication_role = origin',
    'analyze',
  ]
  await runSql(databaseUrl, sql.join(';\n'))
}

export async function countOpen(databaseUrl: string): Promise<number> {
  const [row] = await runSql(
    databaseUrl,
    `select count(*)::int as count from app.request where state = 'awaiting_approval'`,
  )
  return Number(row?.count)
}

async function copyStatement(
  databaseUrl: string,
  { table, template, count }: { table: string; template: RequestId; count: number },
): Promise<string> {
  const columns = await runSql(
    databaseUrl,
    `select column_name as name from information_schema.columns where table_schema = 'app' and table_name = '${table}'
     order by ordinal_position`,
  )
  const names = columns.map((one) => String(one.name))
  const values = names.map((name) => (IDS.has(name) ? copyOf(`"${name}"`) : `"${name}"`))
  const quoted = names.map((name) => `"${name}"`).join(', ')
  const own = table === 'request' ? 'id' : 'request_id'
  return `insert into app.${table} (${quoted})
    select ${values.join(', ')} from app.${table}, generate_series(1, ${count}) as copy where ${own} = '${template}'`
}

/** A UUID made of the original and the number of the copy. */
function copyOf(column: string): string {
  return `case when ${column} is null then null else
    overlay(overlay(md5(${column} || '/' || copy)::uuid::text placing '4' from 15) placing '8' from 20) end`
}
