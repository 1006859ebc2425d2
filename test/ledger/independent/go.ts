import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, it } from '@jest/globals'

// Debian's packages golang-go and golang-golang-x-mod-dev: nothing is fetched.
const GOPATH = '/usr/share/gocode'

function hasGo(): boolean {
  if (!existsSync(`${GOPATH}/src/golang.org/x/mod/sumdb/tlog`)) return false
  try {
    execFileSync('go', ['version'])
    return true
  } catch {
    return false
  }
}

/** `describe` for checks by Go: a visible skip where Debian's packages are not there, a failure when REQUIRE_SERVICES=1. */
export function describeWithGo(name: string, tests: () => void): void {
  if (hasGo()) {
    describe(name, tests)
  } else if (process.env.REQUIRE_SERVICES === '1') {
    describe(name, () => {
      it('has Go and golang.org/x/mod', () => {
        throw new Error('install golang-go and golang-golang-x-mod-dev')
      })
    })
  } else {
    describe.skip(`${name} (skipped: no Go with golang.org/x/mod)`, tests)
  }
}

export interface GoVerifier {
  /** @returns what it prints, or its complaint when it exits with 1. */
  run(args: readonly string[], input?: string): Promise<{ readonly isRight: boolean; readonly output: string }>
}

/** Builds the verifier from `main.go`. */
export async function buildGoVerifier(): Promise<GoVerifier> {
  const folder = await mkdtemp(path.join(tmpdir(), 'habeas-go-'))
  const program = path.join(folder, 'verifier')
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOPATH, GOCACHE: path.join(folder, 'cache') }
  await promisify(execFile)('go', ['build', '-o', program, path.resolve('test/ledger/independent/main.go')], { env })
  return { run: (args, input) => runProgram(program, { args, input }) }
}

function runProgram(
  program: string,
  { args, input = '' }: { args: readonly string[]; input: string | undefined },
): Promise<{ isRight: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ isRight: error === null, output: error === null ? stdout.trim() : stderr.trim() })
    })
    child.stdin?.end(input)
  })
}
