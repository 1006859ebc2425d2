import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'

const project = path.resolve(import.meta.dirname, '../..')
const programs = ['go', 'redis-server', 'chromium', 'radosgw', 'ceph-mon', 'ceph-osd', 'ceph']
const shellTools = [
  'bash',
  'sh',
  'cat',
  'dirname',
  'env',
  'id',
  'kill',
  'mktemp',
  'rm',
  'sed',
  'seq',
  'sleep',
  'tail',
  'touch',
]

/** What the programs that .ci/run calls would do; a line of shell each, absent ones do nothing and succeed. */
interface World {
  readonly missing?: readonly string[]
  readonly npmCi?: string
  readonly check?: string
  readonly test?: string
  readonly demo?: string
  readonly stack?: string
}

const allPassed = results({ status: 'passed', tests: ['passed', 'passed', 'pending'] })
let directory = ''

afterEach(() => rm(directory, { recursive: true }))

describe('.ci/run', () => {
  it('counts tests and steps, and says little when all went well', async () => {
    const run = await runIn({ test: write(allPassed) })
    // Packages, npm ci, check, stack and two demos are six steps; the tests run once for each queue.
    expect(run).toMatchObject({ status: 0, lastLine: '10 passed, 0 failed' })
    expect(run.lines.length).toBeLessThan(12)
  })

  it('runs all tests on PostgreSQL and the queue folders again on Redis, with every service required', async () => {
    await runIn({ test: `echo "$QUEUE_BACKEND $REQUIRE_SERVICES $*" >>"$CALLS"; ${write(allPassed)}` })
    const [first, second] = (await calls()).map((line) => line.replace(/--outputFile=\S+/, ''))
    expect(first).toMatch(/^postgres 1 test -s -- --json *$/)
    expect(second).toMatch(/^redis 1 test -s -- --json +test\/queue$/)
  })

  it('gives the second demo the stores that it started, and the first none', async () => {
    await runIn({ test: write(allPassed), demo: 'echo "demo ${DATABASE_URL-embedded}" >>"$CALLS"' })
    expect(await calls()).toEqual(['demo embedded', 'demo postgres://here'])
  })

  it('installs from Debian only what is missing', async () => {
    const run = await runIn({ test: write(allPassed), missing: ['radosgw', 'ceph', 'go'] })
    expect(run.status).toBe(0)
    expect((await calls()).map((line) => line.split(' ').sort().join(' '))).toEqual([
      'update',
      '--no-install-recommends --yes ceph-common golang-go golang-golang-x-mod-dev install radosgw',
    ])
  })

  it('shows a failing test and fails', async () => {
    const failing = results({ status: 'failed', tests: ['passed', 'failed'] })
    const run = await runIn({ test: `${write(failing)}; exit 1` })
    expect(run).toMatchObject({ status: 1, lastLine: '8 passed, 2 failed' })
    expect(run.lines.join('\n')).toContain('test/a.test.ts: behaviour 1')
    expect(run.lines.join('\n')).toContain('why it failed')
  })

  it.each([
    {
      fault: 'a test file cannot start',
      test: `${write(results({ status: 'failed', tests: [] }))}; exit 1`,
      passed: 6,
    },
    { fault: 'the tests end without results', test: 'exit 0', passed: 6 },
    { fault: 'the tests pass but their process fails', test: `${write(allPassed)}; exit 1`, passed: 10 },
  ])('fails when $fault', async ({ test, passed }) => {
    expect(await runIn({ test })).toMatchObject({ status: 1, lastLine: `${passed} passed, 2 failed` })
  })

  it.each([
    { step: 'the check', world: { check: 'exit 1' }, lastLine: '9 passed, 1 failed' },
    { step: 'the demo', world: { demo: 'exit 1' }, lastLine: '8 passed, 2 failed' },
    { step: 'the start of the stores', world: { stack: 'exit 1' }, lastLine: '8 passed, 1 failed' },
    { step: 'the installation', world: { npmCi: 'exit 1' }, lastLine: '1 passed, 1 failed' },
  ])('fails when $step fails', async ({ world, lastLine }) => {
    expect(await runIn({ test: write(allPassed), ...world })).toMatchObject({ status: 1, lastLine })
  })
})

async function runIn(world: World) {
  directory = await mkdtemp(path.join(tmpdir(), 'habeas-ci-'))
  const bin = path.join(directory, 'path')
  await cp(path.join(project, '.ci'), path.join(directory, '.ci'), { recursive: true })
  for (const folder of [bin, path.join(directory, 'bin'), path.join(directory, 'test/queue')]) {
    await mkdir(folder, { recursive: true })
  }
  for (const tool of shellTools) await symlink(whereIs(tool), path.join(bin, tool))
  for (const program of programs.filter((one) => !world.missing?.includes(one))) await script(bin, program, 'exit 0')
  await script(bin, 'apt-get', 'echo "$*" >>"$CALLS"')
  await script(bin, 'sudo', 'exec "$@"')
  await script(bin, 'npm', npmOf(world))
  await script(path.join(directory, 'bin'), 'node', launcherOf(world))
  const { status, stdout } = spawnSync(path.join(directory, '.ci/run'), {
    encoding: 'utf8',
    env: { PATH: bin, CALLS: path.join(directory, 'calls'), REAL_NODE: process.execPath },
  })
  const lines = stdout.trimEnd().split('\n')
  return { status, lines, lastLine: lines.at(-1) }
}

function npmOf({ npmCi = '', check = '', test = '', demo = '' }: World): string {
  return `
case "$*" in
  ci*) ${npmCi} ;;
  'run -s check') ${check} ;;
  'run -s demo') ${demo} ;;
  test*) for argument in "$@"; do case $argument in --outputFile=*) file=\${argument#*=} ;; esac; done; ${test} ;;
  *) exit 9 ;;
esac`
}

/** Runs the report with the real Node; stands in for the stores. */
function launcherOf({ stack = '' }: World): string {
  return `
case $1 in
  test/kit/stack.ts) ${stack}
    echo "export DATABASE_URL='postgres://here'" >"$2"
    trap 'exit 0' TERM
    while :; do sleep 0.1; done ;;
  *) exec "$REAL_NODE" "$@" ;;
esac`
}

async function calls(): Promise<string[]> {
  return (await readFile(path.join(directory, 'calls'), 'utf8')).trimEnd().split('\n')
}

async function script(folder: string, name: string, body: string): Promise<void> {
  await writeFile(path.join(folder, name), `#!/bin/sh\n${body}\n`)
  await chmod(path.join(folder, name), 0o755)
}

function whereIs(tool: string): string {
  return spawnSync('sh', ['-c', `command -v -- "$0" | grep / || echo /bin/"$0"`, tool], {
    encoding: 'utf8',
  }).stdout.trim()
}

function write(json: string): string {
  return `printf '%s' '${json}' >"$file"`
}

/** Jest's results of one file, as far as the report reads them. */
function results({ status, tests }: { readonly status: string; readonly tests: readonly string[] }): string {
  const count = (wanted: string): number => tests.filter((one) => one === wanted).length
  const assertionResults = tests.map((one, index) => ({
    status: one,
    fullName: `behaviour ${index}`,
    failureMessages: one === 'failed' ? ['why it failed'] : [],
  }))
  return JSON.stringify({
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: 0,
    testResults: [{ name: path.resolve('test/a.test.ts'), status, message: 'it did not start', assertionResults }],
  })
}
