import { concatBytes, equalBytes } from '../crypto/bytes.ts'
import type { LogFiles } from './append.ts'
import { Fault } from './fault.ts'
import { type Leaf, readLeaf } from './leaf.ts'
import {
  bundleBytes,
  HASH_BYTES,
  readBundle,
  readTilePath,
  TILE_WIDTH,
  type TileLevel,
  type TileName,
  tilePath,
  tilesOf,
} from './tile.ts'
import { EMPTY_FRONTIER, extendFrontier, type Frontier, leafHash, rootOf, type TreeHead } from './tree.ts'

/** Checks every file below `tile/` of a log against its entries, and every checkpoint against the tree at its size. */
export interface TreeAudit {
  readonly files: LogFiles
  /** Signed heads in ascending order of size, each size once; the last is the head of the log. */
  readonly heads: readonly TreeHead[]
  /** Every path that the store has below `tile/`. */
  readonly paths: readonly string[]
}

/** One row of tiles while it fills: its hashes or entries since the last full tile. */
interface Row {
  index: number
  cells: Uint8Array[]
}

interface Course {
  readonly audit: TreeAudit
  readonly stored: ReadonlyMap<string, readonly TileName[]>
  readonly rows: Map<TileLevel, Row>
  /** Tiles that are complete and not yet compared with what is stored. */
  readonly due: { readonly name: TileName; readonly cells: readonly Uint8Array[] }[]
  frontier: Frontier
  heads: readonly TreeHead[]
}

/**
 * Goes through the log once, a bundle at a time, and keeps no more than the right edge of the tree.
 *
 * Partial tiles of older sizes lie outside the newest root, so a change in one would show nowhere: each that is stored is
 * compared with the beginning of the tile that it grew into.
 *
 * @returns the entries, in the order of the log.
 * @throws Fault a `LogFault`.
 */
export async function* auditTree(audit: TreeAudit): AsyncGenerator<{ readonly index: number; readonly leaf: Leaf }> {
  const size = audit.heads.at(-1)?.size ?? 0
  const course: Course = {
    audit,
    stored: storedTiles(audit.paths, size),
    rows: new Map(),
    due: [],
    frontier: EMPTY_FRONTIER,
    heads: audit.heads,
  }
  const seen = new Set<string>()
  checkHeads(course)
  for (const name of tilesOf(size).filter(({ level }) => level === 'entries')) {
    const entries = await bundleEntries(audit.files, name)
    takeBundle(course, entries)
    for (const due of course.due.splice(0)) await compare(course, due.name, due.cells)
    for (const [at, entry] of entries.entries()) {
      const index = name.index * TILE_WIDTH + at
      yield { index, leaf: leafAt(entry, { index, seen }) }
    }
  }
  for (const [level, { index, cells }] of course.rows)
    if (cells.length > 0) await compare(course, { level, index, width: cells.length }, cells)
}

/**
 * The stored files by row and place. Wider ones than this size has belong to a log that is just growing; no checkpoint covers
 * them yet, and nobody may rely on them.
 *
 * @throws Fault `FILE_UNEXPECTED` for a path that no log has.
 */
function storedTiles(paths: readonly string[], size: number): Map<string, TileName[]> {
  const widest = new Map(tilesOf(size).map((name) => [placeOf(name), name.width]))
  const stored = new Map<string, TileName[]>()
  for (const path of paths) {
    const name = readTilePath(path)
    if (!name) throw new Fault('FILE_UNEXPECTED', `${path} is no file of a log`)
    if (name.width > (widest.get(placeOf(name)) ?? 0)) continue
    const there = stored.get(placeOf(name)) ?? []
    there.push(name)
    stored.set(placeOf(name), there)
  }
  return stored
}

function placeOf({ level, index }: TileName): string {
  return `${level}/${index}`
}

async function bundleEntries(files: LogFiles, name: TileName): Promise<readonly Uint8Array[]> {
  const entries = readBundle(await bytesAt(files, name))
  if (entries?.length !== name.width)
    throw new Fault('TILE_WRONG', `${tilePath(name)} does not hold ${name.width} entries`)
  return entries
}

/** A partial file whose full one has come may have been deleted; the full one begins with it. */
async function bytesAt(files: LogFiles, name: TileName): Promise<Uint8Array> {
  const own = await files.read(tilePath(name))
  if (own) return own
  const full = (await files.read(tilePath({ ...name, width: TILE_WIDTH }))) ?? missing(tilePath(name))
  return bytesOf(
    name,
    name.level === 'entries' ? (readBundle(full) ?? []) : [full.subarray(0, name.width * HASH_BYTES)],
  )
}

/** Lets the tree grow by the entries, and compares its root at each size that was signed. */
function takeBundle(course: Course, entries: readonly Uint8Array[]): void {
  for (const entry of entries) push(course, 'entries', entry)
  let at = 0
  while (at < entries.length) {
    const next = course.heads[0]?.size ?? Infinity
    const end = Math.min(entries.length, at + next - course.frontier.size)
    course.frontier = extendFrontier(course.frontier, entries.slice(at, end).map(leafHash), (level, hash) => {
      if (level % 8 === 0) push(course, level / 8, hash)
    })
    at = end
    checkHeads(course)
  }
}

function checkHeads(course: Course): void {
  const { frontier } = course
  const [next, ...later] = course.heads
  if (next?.size !== frontier.size) return
  if (!equalBytes(next.root, rootOf(frontier)))
    throw new Fault('CHECKPOINT_CONTRADICTED', `the entries do not add up to the checkpoint of size ${next.size}`)
  course.heads = later
}

function push(course: Course, level: TileLevel, cell: Uint8Array): void {
  const row = course.rows.get(level) ?? { index: 0, cells: [] }
  course.rows.set(level, row)
  if (row.cells.push(cell) < TILE_WIDTH) return
  course.due.push({ name: { level, index: row.index, width: TILE_WIDTH }, cells: row.cells })
  course.rows.set(level, { index: row.index + 1, cells: [] })
}

/** Compares a tile, and every narrower one that is stored in its place, with what the entries make of it. */
async function compare(course: Course, name: TileName, cells: readonly Uint8Array[]): Promise<void> {
  const narrower = (course.stored.get(placeOf(name)) ?? []).filter(({ width }) => width < name.width)
  for (const one of [name, ...narrower]) {
    if (!equalBytes(await bytesAt(course.audit.files, one), bytesOf(one, cells)))
      throw new Fault('TILE_WRONG', `${tilePath(one)} is not what the entries make of it`)
  }
}

function bytesOf({ level, width }: TileName, cells: readonly Uint8Array[]): Uint8Array {
  return level === 'entries' ? bundleBytes(cells.slice(0, width)) : concatBytes(...cells.slice(0, width))
}

function leafAt(entry: Uint8Array, { index, seen }: { index: number; seen: Set<string> }): Leaf {
  const leaf = leafOrFault(entry, index)
  if (seen.has(leaf.record_sha256)) throw new Fault('ENTRY_TWICE', `entry ${index} stands in the log twice`)
  seen.add(leaf.record_sha256)
  return leaf
}

function leafOrFault(entry: Uint8Array, index: number): Leaf {
  try {
    return readLeaf(entry)
  } catch {
    throw new Fault('ENTRY_INVALID', `entry ${index} is none of this ledger`)
  }
}

function missing(path: string): never {
  throw new Fault('TILE_MISSING', `${path} is missing`)
}
