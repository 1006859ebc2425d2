import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { tableShape } from '../../src/adapters/postgres/table-shape.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'
import { askableColumn } from '../../src/adapters/postgres/conditions.ts'
import { countByStatement, findStatement, type Statement } from '../../src/adapters/postgres/statements.ts'
import type { TableName, Tables } from '../../src/ports/tables.ts'
import type { FindOptions, Where } from '../../src/ports/store.ts'
import { describeWithService, startPostgres } from '../kit/services.ts'
import { FILL, NOW } from './hot-finds-fill.ts'

const REQUEST = 'request-30000'
const LEG = 'leg-60001'

const DUE = { nextActionAtMs: { atMost: NOW }, issuedAtDbMs: null } as const
const OPEN_LEGS = { ...DUE, state: { in: ['open', 'discovering', 'found', 'acting', 'settling'] } } as const
const READY = {
  accountId: id('a-3'),
  step: 'delete-contact',
  state: 'ready',
  isReleased: true,
  readyAtMs: { atMost: NOW },
} as const

/** The rows below have short names in the place of ids. */
function id(text: string): never {
  return text as never
}

function find<Name extends TableName>(
  name: Name,
  where: Where<Tables[Name]>,
  options: FindOptions<Tables[Name]> & { readonly lock?: ' for update skip locked' } = {},
): { name: TableName; statement: Statement } {
  return { name, statement: findStatement(tableShape(name), where, { lock: '', ...options }) }
}

function admitted(): { name: TableName; statement: Statement } {
  const where = { accountId: { in: ['a-3', 'a-4'] }, admittedAtDbMs: { above: 0 } }
  return {
    name: 'leg',
    statement: countByStatement(tableShape('leg'), [askableColumn(tableShape('leg'), 'accountId')], where),
  }
}

describeWithService('postgres', 'with 50,000 open requests', () => {
  let client: Client

  beforeAll(async () => {
    const { url: databaseUrl } = await startPostgres()
    await migrate({ databaseUrl })
    client = new Client({ connectionString: databaseUrl })
    await client.connect()
    // Triggers off: rows are filled in at any state.
    await client.query('set session_replication_role = replica')
    for (const text of FILL) await client.query(text)
    await client.query('analyze')
  }, 120_000)

  afterAll(() => client.end())

  it.each([
    ['due legs', find('leg', OPEN_LEGS, { orderBy: ['nextActionAtMs'], limit: 100 })],
    ['due legs without their state', find('leg', DUE, { orderBy: ['nextActionAtMs'], limit: 100 })],
    [
      'due legs to be claimed',
      find('leg', OPEN_LEGS, { orderBy: ['nextActionAtMs'], limit: 100, lock: ' for update skip locked' }),
    ],
    [
      'legs admitted long ago',
      find('leg', { admittedAtDbMs: { atMost: NOW - 60_000 } }, { limit: 100, orderBy: ['admittedAtDbMs'] }),
    ],
    ['parked legs', find('leg', { state: 'parked' }, { limit: 100 })],
    ['legs of a request and generation', find('leg', { requestId: id(REQUEST), generation: 0 })],
    ['legs of a request', find('leg', { requestId: id(REQUEST) })],
    ['due requests', find('request', DUE, { orderBy: ['nextActionAtMs'], limit: 100 })],
    ['requests by state', find('request', { state: 'awaiting_review' }, { orderBy: ['dueAtMs'], limit: 100 })],
    [
      'the latest requests of a controller',
      find('request', { controllerId: id('c-3') }, { orderBy: ['-receivedAtMs'], limit: 50 }),
    ],
    ['identifiers of a request', find('identifier', { requestId: id(REQUEST) })],
    ['an identifier across requests', find('identifier', { lookupDigest: 'lookup-30000' })],
    ['records of a leg', find('record', { legId: id(LEG) })],
    [
      'ready effects of an account and step',
      find('effect', READY, { orderBy: ['readyAtMs'], limit: 100, lock: ' for update skip locked' }),
    ],
    ['ready effects without order', find('effect', READY, { limit: 100 })],
    ['effects of a leg', find('effect', { legId: id(LEG) })],
    ['effects of a leg by state', find('effect', { legId: id(LEG), state: { in: ['ready', 'sent'] } })],
    [
      'effects to be polled',
      find('effect', { nextActionAtMs: { atMost: NOW } }, { orderBy: ['nextActionAtMs'], limit: 100 }),
    ],
    ['effects of a call', find('effect', { callId: id('call-7') })],
    ['calls that lost their lease', find('call', { state: 'sent', leaseUntilDbMs: { atMost: NOW } }, { limit: 100 })],
    ['the journal of a request', find('journal', { requestId: id(REQUEST) }, { orderBy: ['-seq'] })],
    [
      'the unpublished of a kind',
      find('outbox', { publishedAtDbMs: null, kind: 'leg' }, { orderBy: ['createdAtDbMs'], limit: 100 }),
    ],
    [
      'messages to be delivered',
      find(
        'outbox',
        { kind: { in: ['event', 'notice'] }, publishedAtDbMs: null, notBeforeMs: null },
        { orderBy: ['createdAtDbMs'], limit: 100 },
      ),
    ],
    [
      'leaves that await the log',
      find('leaf', { sequencedAtMs: null, controllerId: id('c-3') }, { orderBy: ['createdAtMs'], limit: 100 }),
    ],
    [
      'rechecks that are due',
      find('recheck', { state: 'due', dueAtMs: { atMost: NOW } }, { orderBy: ['dueAtMs'], limit: 100 }),
    ],
    [
      'what waits for an account',
      find(
        'outbox',
        { kind: 'leg', publishedAtDbMs: null, accountId: id('a-3') },
        { orderBy: ['createdAtDbMs'], limit: 50 },
      ),
    ],
    ['what accounts have in the queue', admitted()],
    [
      'effects of an account and step to be polled',
      find(
        'effect',
        { accountId: id('a-5'), step: 'delete-contact', state: 'done', nextActionAtMs: { atMost: NOW } },
        { orderBy: ['nextActionAtMs'], limit: 50 },
      ),
    ],
  ])('finds %s by index, reading few pages', async (_, asked) => {
    const plan = await explain(client, asked)
    expect(plan.tableScans).toEqual([])
    expect(plan.pages).toBeLessThan(400)
    expect(plan.rowsRead).toBeLessThanOrEqual(500)
  })
})

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly PlanNode[]
}

async function explain(client: Client, { statement }: { statement: Statement }) {
  const literals = statement.values.map((value) =>
    client.escapeLiteral(Array.isArray(value) ? `{${value.join()}}` : String(value)),
  )
  await client.query('begin; set local statement_timeout = 10000')
  // As a session does: planned once for all values.
  await client.query('set local plan_cache_mode = force_generic_plan')
  await client.query(`prepare asked as ${statement.text}`)
  const execute = literals.length === 0 ? 'execute asked' : `execute asked (${literals.join(', ')})`
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, buffers, format json) ${execute}`,
  )
  await client.query('deallocate asked; rollback')
  const top = rows[0]!['QUERY PLAN'][0].Plan
  const nodes = nodesOf(top)
  return {
    tableScans: nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']),
    pages: top['Shared Hit Blocks'] + top['Shared Read Blocks'],
    rowsRead: Math.max(...nodes.map((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0))),
  }
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}
