import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { freePorts } from '../kit/services/child.ts'
import { startPostgres } from '../kit/services.ts'
import { withClient } from '../kit/stack/lose-queue.ts'
import { running } from '../kit/services/running.ts'

const KEY = Buffer.alloc(32, 1).toString('base64')
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64')
const CONFIG = `controllers:
  - id: alpha
    name: Example SA
    country: BE
    languages: [en]
    accounts:
      - { id: crm, connector: hubspot, token: \${HUBSPOT_TOKEN} }
`

let directory: string
let env: Record<string, string>

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-start-'))
  await mkdir(path.join(directory, 'work'))
  await writeFile(path.join(directory, 'habeas.config.yaml'), CONFIG)
  const { url } = await startPostgres()
  env = {
    DATABASE_URL: url,
    HABEAS_CONFIG: path.join(directory, 'habeas.config.yaml'),
    HABEAS_DATA: path.join(directory, 'data'),
    HABEAS_MASTER_KEY: KEY,
    HUBSPOT_TOKEN: 'a-token-that-nobody-prints',
    PORT: '0',
    LOG_LEVEL: 'silent',
  }
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Ended {
  readonly exitCode: unknown
  readonly lines: readonly string[]
}

function start(command: readonly string[], given: Readonly<Record<string, string>>) {
  const child = spawn('sh', [path.resolve('bin/habeas'), ...command], {
    // Where no configuration lies about.
    cwd: path.join(directory, 'work'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...given },
  })
  const ended = once(child, 'close')
  running.add(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { child, ended }
}

function without(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)))
}

/** Runs a command that must refuse, and gives what it said on its error output. */
async function refused(command: string, given: Readonly<Record<string, string>>): Promise<Ended> {
  const { child, ended } = start([command], given)
  const lines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  const [exitCode] = (await ended) as unknown[]
  return { exitCode, lines: lines.filter((line) => line !== '') }
}

/** One clear line with its code, no secret in it, and an exit code that says so. */
function oneLine(code: string) {
  return {
    exitCode: 2,
    lines: [expect.stringMatching(new RegExp(`^habeas: (?!.*a-token).*[(]${code}; see docs/errors.md[)]$`))],
  }
}

/** Everything in the database that a start could have written. */
async function schemaOf(url: string): Promise<unknown> {
  return withClient(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select table_schema || '.' || table_name as name from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema') order by 1`,
    )
    const isThere = tables.some(({ name }) => name === 'app.setting')
    const { rows: settings } = isThere ? await client.query('select * from app.setting order by 1') : { rows: [] }
    return { tables, settings }
  })
}

describe('a start that cannot be', () => {
  it('names an older database, and makes no table in it', async () => {
    const before = await schemaOf(env.DATABASE_URL!)
    const ended = await Promise.all(['api', 'coordinator', 'connector'].map((command) => refused(command, env)))
    expect(ended).toEqual([oneLine('SCHEMA_TOO_OLD'), oneLine('SCHEMA_TOO_OLD'), oneLine('SCHEMA_TOO_OLD')])
    await expect(schemaOf(env.DATABASE_URL!)).resolves.toEqual(before)
  }, 60_000)

  it('names a master key that is not the one of the database, and writes nothing under it', async () => {
    const { ended } = start(['migrate'], env)
    await expect(ended).resolves.toEqual([0, null])
    const before = await schemaOf(env.DATABASE_URL!)
    for (const command of ['migrate', 'coordinator'])
      await expect(refused(command, { ...env, HABEAS_MASTER_KEY: OTHER_KEY })).resolves.toEqual(
        oneLine('MASTER_KEY_WRONG'),
      )
    await expect(schemaOf(env.DATABASE_URL!)).resolves.toEqual(before)
  }, 60_000)

  it('names a database that is two releases newer', async () => {
    await withClient(env.DATABASE_URL!, (client) =>
      client.query(
        `insert into app.schema_version (version, name, checksum)
         select max(version) + step, 'later', 'of a later release' from app.schema_version, generate_series(1, 2) step group by step`,
      ),
    )
    await expect(refused('coordinator', env)).resolves.toEqual(oneLine('SCHEMA_TOO_NEW'))
  }, 60_000)

  it('names a database that nobody answers for', async () => {
    const [port = 0] = await freePorts(1)
    const away = { ...env, DATABASE_URL: `postgres://habeas:a-token@127.0.0.1:${port}/habeas` }
    await expect(refused('coordinator', away)).resolves.toEqual(oneLine('DATABASE_UNREACHABLE'))
  }, 60_000)

  it('names the key of the configuration that is wrong, and the secret that is missing', async () => {
    await expect(refused('coordinator', without('HUBSPOT_TOKEN'))).resolves.toEqual(oneLine('CONFIG_INVALID'))
    const file = path.join(directory, 'unknown-key.yaml')
    await writeFile(file, `${CONFIG}    colour: blue\n`)
    await expect(refused('coordinator', { ...env, HABEAS_CONFIG: file })).resolves.toEqual(oneLine('CONFIG_INVALID'))
  }, 60_000)

  it('names the data directory that another start holds, and leaves that one at work', async () => {
    const here = without('DATABASE_URL', 'HABEAS_MASTER_KEY', 'HABEAS_CONFIG')
    const first = start(['start'], here)
    const up = new Promise<string>((resolve) => {
      createInterface({ input: first.child.stdout }).on('line', (line) => {
        const address = /http:\/\/[^/]+/.exec(line)?.[0]
        if (address !== undefined) resolve(address)
      })
    })
    const early = first.ended.then(() => Promise.reject(new Error('the first start ended')))
    const address = await Promise.race([up, early])
    early.catch(() => undefined)
    await expect(refused('start', here)).resolves.toEqual(oneLine('DATA_DIRECTORY_IN_USE'))
    await expect(fetch(`${address}/health/ready`).then((reply) => reply.status)).resolves.toBe(200)
    first.child.kill('SIGTERM')
    await expect(first.ended).resolves.toEqual([0, null])
  }, 120_000)
})
