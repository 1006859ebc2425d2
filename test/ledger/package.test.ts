import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import * as ledger from '../../src/ledger/index.ts'

/** All that a file reaches by imports, the types left out: files of this project, and names of others. */
function reachOf(file: string, reached = new Set<string>()): Set<string> {
  if (reached.has(file)) return reached
  reached.add(file)
  if (!file.startsWith('src/')) return reached
  const source = readFileSync(file, 'utf8')
  for (const [, specifier = ''] of source.matchAll(/^(?:import|export) (?:\*|\{[^}]*\}) from '([^']+)'$/gm))
    reachOf(specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier, reached)
  return reached
}

describe('the ledger as a package of its own', () => {
  it('reaches its own folder, the cryptography and the words of the domain, and of Node the cryptography alone', () => {
    const reached = [...reachOf('src/ledger/index.ts')]
    expect(reached.filter((one) => !/^src\/(?:ledger|crypto|domain)\//.test(one))).toEqual(['node:crypto'])
  })

  it('verifies without Node: only one file below the verifiers knows its runtime', () => {
    const verifiers = ['verify-proof', 'verify-log', 'verify-record', 'root-file', 'opening']
    const reached = new Set(verifiers.flatMap((name) => [...reachOf(`src/ledger/${name}.ts`)]))
    const ofNode = [...reached].filter(
      (file) => file.startsWith('src/') && /'node:|\bBuffer\b/.test(readFileSync(file, 'utf8')),
    )
    expect(ofNode).toEqual(['src/crypto/platform.ts'])
  })

  it('offers what makes and what judges a log', () => {
    expect(Object.keys(ledger)).toEqual(
      expect.arrayContaining([
        'appendEntries',
        'signEvent',
        'proveEntry',
        'verifyProofFile',
        'verifyLog',
        'openTrustRoot',
      ]),
    )
  })
})
