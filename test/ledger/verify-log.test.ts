import { beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { sha256Hex } from '../../src/crypto/digest.ts'
import { documentPath } from '../../src/ledger/document.ts'
import { verifyLog, type LogAuditOptions } from '../../src/ledger/verify-log.ts'
import { erasure } from './record-facts.ts'
import { erasureOf, FIRST_MS, Folder, requestIdOf, sampleLog, SampleLog, text } from './sample-log.ts'

const DAY_MS = 86_400_000
let log: SampleLog

beforeAll(async () => {
  log = await sampleLog(600, [1, 100, 255, 256, 257, 511])
})

async function auditOf(sample: SampleLog, folder: Folder = sample.folder, more: Partial<LogAuditOptions> = {}) {
  return verifyLog(folder, { trust: sample.trust, nowText: text(FIRST_MS + DAY_MS), documents: 'all', ...more })
}

async function codeOf(sample: SampleLog, folder?: Folder, more?: Partial<LogAuditOptions>): Promise<string> {
  const verdict = await auditOf(sample, folder, more)
  return verdict.kind === 'valid' ? 'valid' : verdict.code
}

describe('a whole log', () => {
  it('is valid with all that it keeps, and says what it holds', async () => {
    const verdict = await auditOf(log)
    expect(verdict).toMatchObject({
      kind: 'valid',
      head: { size: 600 },
      checkpoints: 7,
      kinds: { received: 200, completed: 200, answered: 200, refused: 0 },
      documents: { checked: 600, missing: 0 },
      isAnchored: true,
    })
    expect(verdict.kind === 'valid' && verdict.requests).toHaveLength(200)
  })

  it.each([1, 2, 3, 7, 255, 256, 257])('of %i entries is valid', async (entries) => {
    expect(await codeOf(await sampleLog(entries))).toBe('valid')
  })

  it('is refused whatever bit is flipped in whatever file', async () => {
    const small = await sampleLog(7, [2])
    const wide = [...log.folder.files.keys()].filter((path) => !path.startsWith('records/'))
    const flips = (sample: SampleLog, paths: readonly string[], documents: 'all' | 'none') =>
      fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(7), async (which, where, bit) => {
          const path = paths[which % paths.length]!
          const copy = sample.folder.copy()
          const bytes = Uint8Array.from(copy.files.get(path)!)
          bytes[where % bytes.length]! ^= 1 << bit
          copy.files.set(path, bytes)
          expect([path, await codeOf(sample, copy, { documents })]).not.toEqual([path, 'valid'])
        }),
        { numRuns: 250 },
      )
    await flips(small, [...small.folder.files.keys()], 'all')
    await flips(log, wide, 'none')
  })

  it('is refused when a file has bytes too many', async () => {
    for (const path of ['tile/0/000', 'tile/entries/002.p/88', 'tile/0/002.p/88', 'tile/0/000.p/100']) {
      const copy = log.folder.copy()
      copy.files.set(path, Buffer.concat([copy.files.get(path)!, Buffer.alloc(32)]))
      expect([path, await codeOf(log, copy)]).toEqual([path, 'TILE_WRONG'])
    }
  })

  it('may lack the partial files that full ones have replaced', async () => {
    const copy = log.folder.copy()
    for (const path of ['tile/0/000.p/100', 'tile/0/000.p/255', 'tile/entries/000.p/1', 'tile/1/000.p/1'])
      expect(copy.files.delete(path)).toBe(true)
    expect(await codeOf(log, copy)).toBe('valid')
  })

  it('is refused when a file is gone or none of its own', async () => {
    for (const path of ['tile/0/001', 'tile/entries/001', 'tile/1/000.p/2', 'tile/entries/002.p/88']) {
      const copy = log.folder.copy()
      copy.files.delete(path)
      expect([path, await codeOf(log, copy)]).toEqual([path, 'TILE_MISSING'])
    }
    const stray = log.folder.copy()
    stray.files.set('tile/0/notes.txt', Buffer.from('x'))
    expect(await codeOf(log, stray)).toBe('FILE_UNEXPECTED')
    expect(await codeOf(log, new Folder())).toBe('CHECKPOINT_MISSING')
  })

  it('is valid while its next files are being written', async () => {
    const grown = await sampleLog(600, [257])
    const copy = grown.folder.copy()
    copy.files.set('checkpoint', grown.folder.files.get('checkpoints/00000000000000000257')!)
    copy.files.delete('checkpoints/00000000000000000600')
    expect(await auditOf(grown, copy)).toMatchObject({ kind: 'valid', head: { size: 257 } })
  })

  it('is judged by its largest checkpoint when the copy lags behind', async () => {
    const copy = log.folder.copy()
    copy.files.set('checkpoint', copy.files.get('checkpoints/00000000000000000257')!)
    expect(await auditOf(log, copy)).toMatchObject({ kind: 'valid', head: { size: 600 } })
  })

  it('is refused when a kept checkpoint tells another history', async () => {
    const other = await sampleLog(600, [1, 100, 255, 256, 257, 511])
    const twin = Object.assign(new SampleLog(), { logSigningKey: log.logSigningKey, logKey: log.logKey })
    for (const file of other.documents.slice(0, 100)) twin.log('received', file)
    await twin.sequence()
    const copy = log.folder.copy()
    const path = 'checkpoints/00000000000000000100'
    copy.files.set(path, twin.folder.files.get(path)!)
    expect(await codeOf(log, copy)).toBe('CHECKPOINT_CONTRADICTED')
    const misplaced = log.folder.copy()
    misplaced.files.set('checkpoints/00000000000000000099', misplaced.files.get(path)!)
    expect(await codeOf(log, misplaced)).toBe('FILE_UNEXPECTED')
  })

  it('is refused when a document is gone, unless its time is over', async () => {
    const copy = log.folder.copy()
    for (const file of log.documents.slice(0, 30)) copy.files.delete(documentPath(sha256Hex(file)))
    expect(await codeOf(log, copy)).toBe('DOCUMENT_MISSING')
    const verdict = await auditOf(log, copy, { documentsFrom: 30 })
    expect(verdict).toMatchObject({ kind: 'valid', documents: { checked: 570, missing: 30 } })
    expect(verdict).toMatchObject({ notProven: expect.arrayContaining(['documents_not_kept']) as unknown })
  })

  it('is refused when an entry stands twice, or under another kind', async () => {
    const twice = await sampleLog(6)
    twice.log('answered', twice.documents[5]!)
    await twice.sequence()
    expect(await codeOf(twice)).toBe('ENTRY_TWICE')
    const disguised = await sampleLog(3)
    disguised.log('complaint', await (await sampleLog(1)).receive(requestIdOf(9), { atMs: FIRST_MS }))
    await disguised.sequence()
    expect(['KEY_NOT_TRUSTED', 'DOCUMENT_WRONG']).toContain(await codeOf(disguised))
  })

  it('shows a receipt that was never logged', async () => {
    const receipt = sha256Hex(log.documents[3]!)
    expect(await codeOf(log, undefined, { expected: [receipt] })).toBe('valid')
    const dropped = sha256Hex(await (await sampleLog(1)).receive(requestIdOf(7), { atMs: FIRST_MS }))
    expect(await codeOf(log, undefined, { expected: [receipt, dropped] })).toBe('RECEIPT_NOT_LOGGED')
  })
})

describe('the requests of a log', () => {
  const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(requestIdOf) as [string, string, string, string, string]
  const at = (days: number) => FIRST_MS + days * DAY_MS

  async function standings(sample: SampleLog, days: number) {
    await sample.sequence()
    const verdict = await auditOf(sample, undefined, { nowText: text(at(days)) })
    if (verdict.kind === 'invalid') return verdict.code
    return Object.fromEntries(verdict.requests.map((one) => [one.request, one.standing]))
  }

  it('are answered, late, open or overdue by what the law counts: informing the person', async () => {
    const sample = new SampleLog()
    for (const request of [a, b, c, d]) await sample.receive(request, { atMs: FIRST_MS })
    await sample.receive(e, { atMs: at(20) })
    for (const request of [a, b, c]) sample.record('completed', erasureOf(request, FIRST_MS))
    await sample.answer(a, at(30))
    await sample.answer(b, at(30) + 1)
    expect(await standings(sample, 31)).toEqual({
      [a]: 'answered',
      [b]: 'answered_late',
      [c]: 'overdue',
      [d]: 'overdue',
      [e]: 'open',
    })
  })

  it('have more time when the person was told so before the time was over', async () => {
    const sample = new SampleLog()
    for (const request of [a, b]) await sample.receive(request, { atMs: FIRST_MS })
    const facts = (told: number) => ({ due_at: text(at(90)), reason: 'complexity', told_at: text(told) })
    await sample.event('extended', { request: a, atMs: at(29), facts: facts(at(29)) })
    await sample.event('extended', { request: b, atMs: at(31), facts: facts(at(31)) })
    await sample.answer(a, at(60))
    await sample.answer(b, at(60))
    expect(await standings(sample, 61)).toEqual({ [a]: 'answered', [b]: 'answered_late' })
  })

  it('need no answer when withdrawn', async () => {
    const sample = new SampleLog()
    await sample.receive(a, { atMs: FIRST_MS })
    sample.record('withdrawn', { ...erasureOf(a, FIRST_MS), result: 'withdrawn', legs: [], depth: [] })
    expect(await standings(sample, 100)).toEqual({ [a]: 'withdrawn' })
  })

  it('are a contradiction when received twice, ended twice or never received', async () => {
    const twice = new SampleLog()
    await twice.receive(a, { atMs: FIRST_MS })
    await twice.receive(a, { atMs: FIRST_MS })
    expect(await standings(twice, 1)).toBe('RECEIVED_TWICE')
    const ended = new SampleLog()
    await ended.receive(a, { atMs: FIRST_MS })
    ended.record('completed', erasureOf(a, FIRST_MS))
    ended.record('completed', erasureOf(a, FIRST_MS))
    expect(await standings(ended, 1)).toBe('ENDED_TWICE')
    const never = new SampleLog()
    await never.answer(a, at(1))
    expect(await standings(never, 1)).toBe('EVENT_BEFORE_RECEIVED')
  })

  it('may have sequels', async () => {
    const sample = new SampleLog()
    await sample.receive(a, { atMs: FIRST_MS })
    sample.record('completed', erasureOf(a, FIRST_MS))
    await sample.answer(a, at(3))
    sample.record('sequel', { ...erasureOf(a, FIRST_MS), sequence: 2 })
    expect(await standings(sample, 4)).toEqual({ [a]: 'answered' })
  })

  it('are a contradiction when another thing was done than was asked', async () => {
    const sample = new SampleLog()
    await sample.receive(a, { atMs: FIRST_MS })
    sample.record('completed', {
      ...erasureOf(a, FIRST_MS),
      action: 'restriction',
      legs: [],
      depth: [],
      result: 'refused',
    })
    expect(await standings(sample, 1)).toBe('DOCUMENT_WRONG')
    const changed = new SampleLog()
    await changed.receive(a, { atMs: FIRST_MS })
    changed.record('refused', { ...erasureOf(a, FIRST_MS), action: 'access', legs: [], depth: [], result: 'refused' })
    expect(await standings(changed, 1)).toBe('ACTION_CHANGED')
  })

  it('belong to one controller', async () => {
    const sample = new SampleLog()
    await sample.receive(a, { atMs: FIRST_MS })
    sample.record('completed', { ...erasureOf(a, FIRST_MS), controllerId: 'somebody-else' })
    expect(await standings(sample, 1)).toBe('CONTROLLER_CHANGED')
    expect(erasure.controllerId).toBe('cooperlink')
  })
})
