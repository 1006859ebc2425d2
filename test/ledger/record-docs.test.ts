import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSigningKey, publicKeyPem, trustedKeyOf } from '../../src/crypto/signature.ts'
import { LEAF_KINDS } from '../../src/ledger/leaf.ts'
import { INVARIANTS } from '../../src/ledger/record-invariants.ts'
import { buildStatement, signRecord } from '../../src/ledger/record.ts'
import { RECORD_FAULTS } from '../../src/ledger/fault.ts'
import { erasure } from './record-facts.ts'

const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8')
const chapter = page.slice(page.indexOf('## The completion record'))

function rowsOf(heading: string): string[] {
  const section = chapter.slice(chapter.indexOf(`### ${heading}`)).split('\n### ')[0] ?? ''
  return [...section.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((match) => match[1] ?? '')
}

describe('the record chapter of the ledger page', () => {
  it('lists every rule and every fault in the order in which they are looked at', () => {
    expect(rowsOf('What always holds')).toEqual(INVARIANTS)
    expect(rowsOf('Checking a record')).toEqual(RECORD_FAULTS)
  })

  it('names every member of a record and every kind of log entry', () => {
    const { predicate } = buildStatement(erasure)
    const names = Object.keys(predicate).filter((name) => name !== 'legs')
    const missing = [...names, ...LEAF_KINDS].filter((name) => !new RegExp(`\`${name}(\\[\\])?\``).test(chapter))
    expect(missing).toEqual([])
  })

  const tools = ['openssl', 'jq', 'base64'].map((tool) => spawnSync('which', [tool]).status)
  const itWithTools = tools.every((status) => status === 0) ? it : it.skip
  itWithTools('gives commands that verify a record without Habeas, and refuse a changed one', () => {
    const commands = /```sh\n([^]*?)```/.exec(chapter)?.[1] ?? 'exit 9'
    const folder = mkdtempSync(join(tmpdir(), 'habeas-record-'))
    const run = () => spawnSync('sh', ['-ec', commands], { cwd: folder }).status
    const key = newSigningKey()
    const file = signRecord(buildStatement(erasure), key)
    writeFileSync(join(folder, 'record-key.pem'), publicKeyPem(trustedKeyOf(key)))
    writeFileSync(join(folder, 'record.dsse.json'), file)
    const genuine = run()
    const payload = buildStatement({ ...erasure, controllerId: 'other' })
    const forged = JSON.parse(Buffer.from(signRecord(payload, newSigningKey())).toString()) as { signatures: unknown }
    const { signatures } = JSON.parse(Buffer.from(file).toString()) as { signatures: unknown }
    writeFileSync(join(folder, 'record.dsse.json'), JSON.stringify({ ...forged, signatures }))
    const changed = run()
    rmSync(folder, { recursive: true })
    expect({ genuine, changed }).toEqual({ genuine: 0, changed: 1 })
  })
})
