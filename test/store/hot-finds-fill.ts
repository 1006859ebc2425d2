import { tableShape } from '../../src/adapters/postgres/table-shape.ts'
import type { TableName, Tables } from '../../src/ports/tables.ts'

export const NOW = 1_790_000_000_000

/** A statement that makes `rows` rows; `n` counts them from 1. Columns that are not named get something of their kind. */
function fill<Name extends TableName>(
  name: Name,
  rows: number,
  expressions: Partial<Record<keyof Tables[Name], string>>,
): string {
  const given = new Map(Object.entries<string | undefined>(expressions))
  const shape = tableShape(name)
  const values = shape.insertable.map(({ field, kind, isNullable }) => {
    const something = field === 'id' ? `'${name}-' || n` : isNullable ? 'null' : SOMETHING[kind]
    return given.get(field) ?? something
  })
  const columns = shape.insertable.map(({ sql }) => sql).join(', ')
  return `insert into ${shape.sql} (${columns}) select ${values.join(', ')} from generate_series(1, ${String(rows)}) n`
}

const SOMETHING = { text: `'x'`, bigint: '0', int: '0', bool: 'true', jsonb: `'{}'`, bytea: `''`, 'text[]': `'{}'` }
const BEFORE = `${String(NOW)} - n`
const AFTER = `${String(NOW)} + n`
const LONG_AFTER = `${String(NOW)} + n * 1000`

/**
 * 100,000 requests of which half are answered, two legs each, an effect, a journal entry and an outbox row each. Of the open ones
 * few are due, as on any day: their next action lies ahead.
 */
export const FILL = [
  fill('request', 100_000, {
    controllerId: `'c-' || n % 10`,
    state: `case when n > 50000 then 'answered' when n % 500 = 0 then 'awaiting_review' else 'discovering' end`,
    receivedAtMs: BEFORE,
    dueAtMs: AFTER,
    nextActionAtMs: `case when n > 50000 then null when n % 200 = 0 then ${BEFORE} else ${LONG_AFTER} end`,
  }),
  fill('leg', 200_000, {
    requestId: `'request-' || n / 2`,
    accountId: `'a-' || n % 20`,
    state: `case when n > 100000 then 'settled' when n % 1000 = 0 then 'parked' else 'discovering' end`,
    nextActionAtMs: `case when n > 100000 or n % 1000 = 0 then null when n % 201 = 3 then ${BEFORE} else ${LONG_AFTER} end`,
    issuedAtDbMs: `case when n <= 100000 and n % 300 = 1 then ${BEFORE} end`,
    admittedAtDbMs: `case when n % 401 = 3 then ${BEFORE} end`,
    leaseUntilDbMs: `case when n % 400 = 7 then ${String(NOW)} + case when n > 50000 then -30000 else 30000 end end`,
  }),
  fill('identifier', 100_000, { requestId: `'request-' || n`, lookupDigest: `'lookup-' || n` }),
  fill('record', 100_000, { requestId: `'request-' || n / 2`, legId: `'leg-' || n` }),
  fill('effect', 100_000, {
    requestId: `'request-' || n / 2`,
    legId: `'leg-' || n`,
    accountId: `'a-' || n % 20`,
    step: `'delete-contact'`,
    state: `case when n % 50 <> 3 then 'done' else 'ready' end`,
    callId: `'call-' || n / 10`,
    readyAtMs: `${String(NOW)} + case when n % 400 = 3 then -n else n end`,
    nextActionAtMs: `case when n % 1000 = 5 then ${BEFORE} end`,
    settledAtMs: `case when n % 50 <> 3 then ${BEFORE} end`,
  }),
  fill('call', 10_000, {
    accountId: `'a-' || n % 20`,
    state: `case when n % 100 = 0 then 'sent' else 'settled' end`,
    leaseUntilDbMs: BEFORE,
  }),
  fill('journal', 100_000, { requestId: `'request-' || n`, atMs: AFTER }),
  fill('outbox', 100_000, {
    accountId: `'a-' || n / 100 % 20`,
    kind: `case when n % 2 = 0 then 'leg' else 'flow' end`,
    createdAtDbMs: AFTER,
    publishedAtDbMs: `case when n % 100 > 1 then ${AFTER} end`,
  }),
  fill('leaf', 100_000, {
    controllerId: `'c-' || n % 10`,
    requestId: `'request-' || n`,
    createdAtMs: AFTER,
    sequencedAtMs: `case when n < 99000 then ${AFTER} end`,
  }),
  fill('recheck', 50_000, {
    requestId: `'request-' || n`,
    dueAtMs: `${LONG_AFTER} - 50000`,
    state: `case when n % 2 = 0 then 'done' else 'due' end`,
  }),
]
