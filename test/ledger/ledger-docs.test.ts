import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { publicKeyPem, trustedKeyOf } from '../../src/crypto/signature.ts'
import { CHECKPOINT_FAULTS, LOG_FAULTS, PROOF_FAULTS } from '../../src/ledger/fault.ts'
import { LEAF_KINDS } from '../../src/ledger/leaf.ts'
import { vkeyText } from '../../src/ledger/note.ts'
import { sampleLog } from './sample-log.ts'

const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8')
const chapter = page.slice(page.indexOf('## The log'), page.indexOf('## The completion record'))

describe('the log chapter of the ledger page', () => {
  it('lists every fault and every kind of event', () => {
    const section = chapter.slice(chapter.indexOf('| fault |'), chapter.indexOf('### Who else'))
    const rows = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
    expect(rows.sort()).toEqual([...CHECKPOINT_FAULTS, ...LOG_FAULTS, ...PROOF_FAULTS].sort())
    for (const kind of LEAF_KINDS) expect(chapter).toContain(`\`${kind}\``)
  })

  it('holds a verifier of at most 40 lines that accepts every entry and no changed one', async () => {
    const [, program = ''] = /```js\n([^]*?)```/.exec(chapter) ?? []
    const lines = program.split('\n').filter((line) => line !== '' && !line.startsWith('//'))
    expect(lines.length).toBeLessThanOrEqual(40)
    const folder = await mkdtemp(path.join(tmpdir(), 'habeas-forty-'))
    const log = await sampleLog(13)
    const file = (name: string) => path.join(folder, name)
    await writeFile(file('verify.mjs'), program)
    await writeFile(file('record-key.pem'), publicKeyPem(trustedKeyOf(log.recordKey)))
    const run = async (proof: Uint8Array) => {
      await writeFile(file('request.tlog-proof'), proof)
      const words = [file('verify.mjs'), file('request.tlog-proof'), vkeyText(log.logKey), file('record-key.pem')]
      return spawnSync(process.execPath, words).status
    }
    for (const index of [0, 1, 5, 8, 11, 12]) expect([index, await run(await log.proofOf(index))]).toEqual([index, 0])
    const proof = Buffer.from(await log.proofOf(8))
    const text = proof.toString()
    const index = text.replace('index 8', 'index 9')
    const shorter = text.replace(/(index 8\n)[^\n]+\n/, '$1')
    for (const changed of [index, shorter]) expect(await run(Buffer.from(changed))).toBe(1)
    for (const at of [60, 400, proof.length - 400, proof.length - 150, proof.length - 30]) {
      const copy = Buffer.from(proof)
      copy[at]! ^= 1
      expect([at, await run(copy)]).not.toEqual([at, 0])
    }
  })
})
