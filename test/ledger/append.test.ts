import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { appendEntries, EMPTY_EDGE, type LogFile, type LogFiles, readEdge, readTile } from '../../src/ledger/append.ts'
import {
  bundleBytes,
  readBundle,
  readTilePath,
  tilePath,
  tileReader,
  tilesOf,
  tilesTouched,
} from '../../src/ledger/tile.ts'
import { inclusionProof, leafHash, rootOfInclusion, rootOfLeaves } from '../../src/ledger/tree.ts'
import { thrown } from '../crypto/thrown.ts'

const entriesOf = (count: number) => Array.from({ length: count }, (_, at) => Buffer.from(`entry ${at}`))

class Shelf implements LogFiles {
  readonly files = new Map<string, Uint8Array>()

  write(files: readonly LogFile[]): void {
    for (const { path, bytes } of files) this.files.set(path, bytes)
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path))
  }
}

function shelfOf(count: number): Shelf {
  const shelf = new Shelf()
  shelf.write(appendEntries(EMPTY_EDGE, entriesOf(count)).files)
  return shelf
}

describe('the files of a log', () => {
  it('have the paths of tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 'entries', index: 0, width: 112 })).toBe('tile/entries/000.p/112')
    expect(tilePath({ level: 1, index: 1000, width: 1 })).toBe('tile/1/x001/000.p/1')
  })

  it.each([
    'tile/0/x001/234.p/256',
    'tile/0/1',
    'tile/00/001',
    'tile/0/x000/001',
    'tile/0/001.p/0',
    'tile/0/001.p/01',
    'tile/data/001',
    'checkpoint',
  ])('%s is none of them', (path) => {
    expect(readTilePath(path)).toBeUndefined()
  })

  it('are those that tlog-tiles names for 70,000 entries', () => {
    const names = tilesOf(70_000)
    const ofLevel = (level: number | 'entries') => names.filter((name) => name.level === level)
    expect(ofLevel(0)).toHaveLength(274)
    expect(ofLevel(0).at(-1)).toEqual({ level: 0, index: 273, width: 112 })
    expect(ofLevel(1)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
    ])
    expect(ofLevel(2)).toEqual([{ level: 2, index: 0, width: 1 }])
    expect(ofLevel('entries')).toHaveLength(274)
    expect(tilesOf(256).filter((name) => name.level !== 'entries')).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ])
    expect(names.map((name) => readTilePath(tilePath(name)))).toEqual(names)
  })

  it('keep entries of every length apart', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 }), (entries) => {
        expect(readBundle(bundleBytes(entries))?.map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]))
      }),
    )
    const bytes = bundleBytes([Buffer.from('whole')])
    expect(readBundle(bytes.subarray(0, -1))).toBeUndefined()
    expect(readBundle(bytes.subarray(0, 1))).toBeUndefined()
  })
})

describe('appending', () => {
  it.each([1, 2, 3, 7, 255, 256, 257, 600])('makes all files of a log of %i entries', (count) => {
    const { files, head } = appendEntries(EMPTY_EDGE, entriesOf(count))
    expect(head).toEqual({ size: count, root: rootOfLeaves(entriesOf(count).map(leafHash)) })
    expect(files.map(({ path }) => path).sort()).toEqual(tilesOf(count).map(tilePath).sort())
  })

  it('ends with the same files however the entries came in', async () => {
    const whole = shelfOf(1100)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }), async (cuts) => {
        const shelf = new Shelf()
        let edge = EMPTY_EDGE
        let size = 0
        for (const cut of [...cuts, 1100]) {
          const next = appendEntries(edge, entriesOf(1100).slice(size, size + cut))
          shelf.write(next.files)
          edge = await readEdge(shelf, next.head)
          size = next.head.size
          expect(edge).toEqual(next.edge)
        }
        for (const [path, bytes] of whole.files) expect([path, shelf.files.get(path)]).toEqual([path, bytes])
      }),
      { numRuns: 15 },
    )
  })

  it('of nothing makes no file', () => {
    const { edge } = appendEntries(EMPTY_EDGE, entriesOf(300))
    expect(appendEntries(edge, []).files).toEqual([])
  })

  it('makes no more than one new file a row while no tile is filled', () => {
    const { edge } = appendEntries(EMPTY_EDGE, entriesOf(70_000))
    expect(appendEntries(edge, entriesOf(1)).files.map(({ path }) => path)).toEqual([
      'tile/entries/273.p/113',
      'tile/0/273.p/113',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
    ])
  })
})

describe('the edge', () => {
  it('is refused when a file is gone, too short or another', async () => {
    const head = { size: 600, root: rootOfLeaves(entriesOf(600).map(leafHash)) }
    for (const path of ['tile/entries/002.p/88', 'tile/0/002.p/88', 'tile/1/000.p/2']) {
      for (const change of [undefined, (bytes: Uint8Array) => bytes.subarray(1), flipLast]) {
        const shelf = shelfOf(600)
        const bytes = shelf.files.get(path)!
        shelf.files.delete(path)
        if (change) shelf.files.set(path, change(bytes))
        expect(await thrown(() => readEdge(shelf, head))).toEqual({ code: 'LEDGER_CORRUPT' })
      }
    }
  })

  it('is read from the full file when the partial one is gone', async () => {
    const shelf = shelfOf(600)
    const larger = shelfOf(1000)
    for (const path of shelf.files.keys()) if (path.includes('.p/')) shelf.files.delete(path)
    shelf.write(
      [...larger.files].map(([path, bytes]) => ({ path, bytes })).filter(({ path }) => !path.includes('tile/1')),
    )
    shelf.write([{ path: 'tile/1/000.p/2', bytes: larger.files.get('tile/1/000.p/3')!.subarray(0, 64) }])
    const head = { size: 600, root: rootOfLeaves(entriesOf(600).map(leafHash)) }
    expect(await readEdge(shelf, head)).toEqual(appendEntries(EMPTY_EDGE, entriesOf(600)).edge)
  })
})

describe('a proof from tiles', () => {
  it('needs few of them and leads to the root', async () => {
    const shelf = shelfOf(70_000)
    const { root } = appendEntries(EMPTY_EDGE, entriesOf(70_000)).head
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      const loaded = new Map<string, Uint8Array>()
      const touched = tilesTouched(70_000, (read) => inclusionProof(read, index, 70_000))
      for (const name of touched) loaded.set(tilePath(name), await readTile(shelf, name))
      const proof = inclusionProof(
        tileReader(70_000, (name) => loaded.get(tilePath(name))!),
        index,
        70_000,
      )
      expect(touched.length).toBeLessThanOrEqual(5)
      expect(rootOfInclusion(leafHash(Buffer.from(`entry ${index}`)), { index, size: 70_000 }, proof)).toEqual(root)
    }
  })
})

function flipLast(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 1]! ^= 1
  return copy
}
