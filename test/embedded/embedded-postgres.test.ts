import { afterAll, describe, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'

const opened: { servers: EmbeddedPostgres[]; directories: string[]; children: ChildProcess[] } = {
  servers: [],
  directories: [],
  children: [],
}

afterAll(async () => {
  for (const child of opened.children) child.kill('SIGKILL')
  for (const server of opened.servers) await server.stop()
  for (const directory of opened.directories) await rm(directory, { recursive: true, force: true })
})

async function makeDirectory(mode = 0o755): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'habeas-test-embedded-'))
  await chmod(directory, mode)
  opened.directories.push(directory)
  return directory
}

async function start(directory: string, isThrowAway = true): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, isThrowAway })
  opened.servers.push(server)
  return server
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>({ text: sql })
    return rows
  } finally {
    await client.end()
  }
}

/** Runs the server in a process of its own, which prints the url. */
async function startInChild(directory: string): Promise<{ child: ChildProcess; url: string }> {
  const module = path.resolve('src/adapters/postgres/embedded.ts')
  const script = `const { startEmbeddedPostgres } = await import(${JSON.stringify(module)})
    console.log((await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, isThrowAway: true })).url)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  opened.children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, url: line.toString().trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function readPostmaster(directory: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(directory, 'cluster', 'pgdata', 'postmaster.pid'), 'utf8'), 10)
}

/** The supervising shell of a server and everything that the shell started. */
async function readFamily(postmaster: number): Promise<number[]> {
  const shell = (await readFile(`/proc/${String(postmaster)}/stat`, 'utf8')).split(') ')[1]!.split(' ')[1]!
  const children = await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8')
  return [shell, ...children.trim().split(' ')].map(Number)
}

async function untilRefused(url: string): Promise<void> {
  for (;;) {
    try {
      await query(url, 'select 1')
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('the embedded database', () => {
  it('keeps what was written over a restart, and asks for its password', async () => {
    const directory = await makeDirectory()
    const first = await start(directory)
    await query(first.url, "create table kept as select 'yes' as word")
    await first.stop()

    const second = await start(directory)
    const stranger = new URL(second.url)
    stranger.password = 'wrong'

    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'yes' }])
    await expect(query(stranger.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('listens on the loopback address only and opens no socket file', async () => {
    const server = await start(await makeDirectory())

    expect(
      await query(
        server.url,
        "select setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name",
      ),
    ).toEqual([{ setting: '127.0.0.1' }, { setting: '' }])
  })

  it('keeps the password outside the database directory, readable by its owner only', async () => {
    const directory = await makeDirectory()
    const server = await start(directory)

    expect((await stat(path.join(directory, 'password'))).mode & 0o777).toBe(0o600)
    expect((await readFile(path.join(directory, 'password'), 'utf8')).trim()).toBe(new URL(server.url).password)
    expect((await stat(path.join(directory, 'cluster'))).mode & 0o777).toBe(0o700)
  })

  it('refuses a second start in the same directory and leaves the first one running', async () => {
    const directory = await makeDirectory()
    const server = await start(directory)

    await expect(start(directory)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' })
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('lets only one of many simultaneous starts through after a crash', async () => {
    const directory = await makeDirectory()
    await writeFile(path.join(directory, 'lock'), '999999999 gone\n')

    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => start(directory)))

    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(
      starts
        .filter(({ status }) => status === 'rejected')
        .map((each) => (each as PromiseRejectedResult).reason as unknown),
    ).toEqual(Array.from({ length: 7 }, () => expect.objectContaining({ code: 'DATA_DIRECTORY_IN_USE' })))
  })

  it('is not kept out by the lock of a process whose number was given to another', async () => {
    const directory = await makeDirectory()
    await writeFile(path.join(directory, 'lock'), `${String(process.pid)} an earlier birth\n`)

    const server = await start(directory)

    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('ends when its owner is killed, and starts again with everything committed', async () => {
    const directory = await makeDirectory()
    const { child, url } = await startInChild(directory)
    await query(url, "create table kept as select 'committed' as word")

    await kill(child)
    await untilRefused(url)
    const server = await start(directory)

    expect(await query(server.url, 'select word from kept')).toEqual([{ word: 'committed' }])
  })

  it('takes over a server that outlived its owner', async () => {
    const directory = await makeDirectory()
    const { child, url } = await startInChild(directory)
    await query(url, "create table kept as select 'committed' as word")
    const postmaster = await readPostmaster(directory)
    for (const pid of await readFamily(postmaster)) if (pid !== postmaster) process.kill(pid, 'SIGKILL')
    await kill(child)
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])

    const server = await start(directory)

    expect(await query(server.url, 'select word from kept')).toEqual([{ word: 'committed' }])
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('recovers when the server itself was killed, and says that it ended', async () => {
    const directory = await makeDirectory()
    const first = await start(directory, false)
    await query(first.url, "create table kept as select 'committed' as word")
    process.kill(await readPostmaster(directory), 'SIGKILL')
    await first.ended
    const second = await start(directory)

    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'committed' }])
  })

  it('makes a half-made database afresh', async () => {
    const directory = await makeDirectory()
    await mkdir(path.join(directory, 'cluster', 'pgdata.new'), { recursive: true })
    await writeFile(path.join(directory, 'cluster', 'pgdata.new', 'PG_VERSION'), '18')

    const server = await start(directory)

    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('works in a directory that only its owner can walk through', async () => {
    const home = await makeDirectory(0o700)

    const first = await start(path.join(home, 'habeas', 'data'))
    await query(first.url, "create table kept as select 'yes' as word")
    await first.stop()
    const second = await start(path.join(home, 'habeas', 'data'))

    expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'yes' }])
  })

  it('names the setting when the directory cannot be made', async () => {
    const directory = await makeDirectory()
    await writeFile(path.join(directory, 'file'), '')

    await expect(start(path.join(directory, 'file', 'data'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'HABEAS_DATA',
    })
  })
})
