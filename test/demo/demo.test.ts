import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { openPromise } from 'yauzl'
import { trustedKeyFromPem } from '../../src/crypto/signature.ts'
import { verifyRecordFile } from '../../src/ledger/verify-record.ts'
import { freshData, runCommand, type Played } from './play.ts'

const MINUTE = 60_000

describe('npm run demo, in a pipe', () => {
  let data: Awaited<ReturnType<typeof freshData>>
  let played: Played
  let run = ''

  beforeAll(async () => {
    data = await freshData()
    played = await runCommand(['demo'], { HABEAS_DATA: data.directory })
    run = /^Files of this run: (.+)$/m.exec(played.output)?.[1] ?? ''
  }, 4 * MINUTE)
  afterAll(async () => data.remove())

  const linesWith = (start: RegExp) => played.output.split('\n').filter((line) => start.test(line))
  const recordFiles = async () =>
    (await readdir(path.join(run, 'records'))).filter((name) => name.endsWith('.json')).sort()
  const key = async () => trustedKeyFromPem(await readFile(path.join(run, 'records', 'record-key.pub.pem'), 'utf8'))

  it('ends by itself with 0, and every promise was kept', () => {
    // What it said last is what a reader of a failure needs.
    const end = played.code === 0 ? '' : played.output.slice(-2000)
    expect({ code: played.code, end }).toEqual({ code: 0, end: '' })
    expect(linesWith(/^NO /)).toEqual([])
    expect(linesWith(/^yes /).length).toBeGreaterThanOrEqual(15)
  })

  it('tells its chapters in the order that was promised', () => {
    expect(linesWith(/^\d+\. /)).toEqual([
      '1. The plan, before anything is changed',
      '2. The run',
      '3. A person of the same name',
      '4. A system that says yes and keeps the record',
      '5. A match that is not certain',
      '6. Kept until a date',
      '7. The answers',
      '8. The record verifies, a changed one does not',
      '9. The log leaves nothing out',
      '10. All of it in one table',
    ])
  })

  it('prints plain lines: nothing is drawn in place or coloured', () => {
    // The escape that begins every control sequence of a terminal.
    expect(played.output).not.toContain(String.fromCharCode(27))
  })

  it('speaks the users’ words', () => {
    expect(played.output).not.toMatch(/\b(leg|legs|parked|sealed|effects?|subject|capacity)\b/i)
  })

  it('leaves a signed record of every request, which a stranger can verify, and a changed one, which fails', async () => {
    const verdicts = await Promise.all(
      (await recordFiles()).map(async (name) => {
        const verdict = verifyRecordFile(await readFile(path.join(run, 'records', name)), [await key()])
        return [name, verdict.kind === 'valid' ? verdict.statement.predicate.action : verdict.code]
      }),
    )
    expect(verdicts).toEqual([
      ['1-erasure-one-byte-flipped.json', 'SIGNATURE_WRONG'],
      ['1-erasure.json', 'erasure'],
      ['2-erasure-kept-by-vendor.json', 'erasure'],
      ['3-erasure-after-decision.json', 'erasure'],
      ['4-erasure-of-a-contact.json', 'erasure'],
      ['5-access.json', 'access'],
      ['6-portability.json', 'portability'],
    ])
  })

  it.each(['access', 'portability'])('leaves an archive of the %s request that its record names', async (name) => {
    const file = path.join(run, 'archives', `${name}.zip`)
    const bytes = await readFile(file)
    const zip = await openPromise(file, { strictFileNames: true })
    const names: string[] = []
    for await (const entry of zip.eachEntry()) names.push(entry.fileName)
    expect(names.some((one) => one.endsWith('/index.html'))).toBe(true)
    expect(names.some((one) => /\/data\/.+[.]json$/.test(one))).toBe(true)
    const record = (await recordFiles()).find((one) => one.endsWith(`-${name}.json`)) ?? ''
    const verdict = verifyRecordFile(await readFile(path.join(run, 'records', record)), [await key()])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(JSON.stringify(verdict)).toContain(sha256)
  })

  it('throws the database away and says nothing of people in its log', async () => {
    expect(existsSync(path.join(run, 'postgres'))).toBe(false)
    const log = await readFile(path.join(run, 'habeas.log'), 'utf8')
    expect(log).toContain('request.sealed')
    expect(log).not.toMatch(/@example|Peeters|Wouters|[+]32470/)
  })
})
