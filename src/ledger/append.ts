import { equalBytes } from '../crypto/bytes.ts'
import { DsrError } from '../domain/errors.ts'
import {
  bundleBytes,
  edgeTilesOf,
  HASH_BYTES,
  readBundle,
  TILE_WIDTH,
  tilePath,
  tileReader,
  type TileLevel,
  type TileName,
} from './tile.ts'
import { EMPTY_FRONTIER, extendFrontier, type Frontier, frontierOf, leafHash, rootOf, type TreeHead } from './tree.ts'

/** How anybody reads the files of a log: a directory, a bucket, a web server. */
export interface LogFiles {
  /** The bytes under this path (`checkpoint`, `tile/0/000`, `records/ab/…`), or undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>
}

/** The right edge of a log: what appending needs, at most 256 entries and 256 hashes a level, however long the log is. */
export interface LogEdge {
  readonly frontier: Frontier
  /** The partial last file of each row, by level; a row that ends with a full file is absent. */
  readonly partial: ReadonlyMap<TileLevel, readonly Uint8Array[]>
}

export const EMPTY_EDGE: LogEdge = { frontier: EMPTY_FRONTIER, partial: new Map() }

/** One file that an append makes. Its bytes are determined by the entries alone, so writing it twice writes the same. */
export interface LogFile {
  readonly path: string
  readonly bytes: Uint8Array
}

export interface Appended {
  readonly edge: LogEdge
  readonly head: TreeHead
  /** Every file that the new size needs and the old one did not have, full ones before the partial ones. */
  readonly files: readonly LogFile[]
}

/** Appends entries. Pure: nothing is written. @throws RangeError for an entry above 65,535 bytes. */
export function appendEntries(edge: LogEdge, entries: readonly Uint8Array[]): Appended {
  const rows = new Map<TileLevel, Uint8Array[]>([...edge.partial].map(([level, row]) => [level, [...row]]))
  const full: LogFile[] = []
  const { size } = edge.frontier
  const push = (level: TileLevel, bytes: Uint8Array, index: number) => {
    const row = rows.get(level) ?? []
    rows.set(level, row)
    if (row.push(bytes) < TILE_WIDTH) return
    full.push(fileOf({ level, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH }, row))
    rows.delete(level)
  }
  entries.forEach((entry, at) => push('entries', entry, size + at))
  // Leaf hashes are made while the frontier takes them, so that a long batch is held once.
  let grown = size
  const frontier = extendFrontier(edge.frontier, leavesOf(entries), (level, hash) => {
    if (level === 0) grown++
    if (level % 8 === 0) push(level / 8, hash, Math.floor((grown - 1) / 2 ** level))
  })
  const partial = edgeTilesOf(frontier.size).map((name) => fileOf(name, rows.get(name.level) ?? []))
  return {
    edge: { frontier, partial: rows },
    head: headOf({ frontier, partial: rows }),
    files: entries.length === 0 ? [] : [...full, ...partial],
  }
}

/** Size and root of the log that ends with this edge. */
export function headOf({ frontier }: LogEdge): TreeHead {
  return { size: frontier.size, root: rootOf(frontier) }
}

/**
 * Reads the edge of a log back from its files.
 *
 * @param head - from a checkpoint that the caller trusts: the files must add up to it.
 * @throws DsrError `LEDGER_CORRUPT` when a file is missing, too short, or does not fit the root.
 */
export async function readEdge(files: LogFiles, head: TreeHead): Promise<LogEdge> {
  const loaded = new Map<string, Uint8Array>()
  for (const name of edgeTilesOf(head.size)) loaded.set(tilePath(name), await readTile(files, name))
  const partial = new Map(
    edgeTilesOf(head.size).map((name) => [name.level, rowOf(name, loaded.get(tilePath(name)))] as const),
  )
  const read = tileReader(head.size, (name) => loaded.get(tilePath(name)) ?? corrupt())
  const frontier = frontierOf(head.size, read)
  const bundle = partial.get('entries') ?? []
  const hashes = partial.get(0) ?? []
  const isWhole = bundle.length === hashes.length && bundle.every((entry, at) => isHashOf(entry, hashes[at]))
  if (!isWhole || !equalBytes(rootOf(frontier), head.root)) corrupt()
  return { frontier, partial }
}

/**
 * Reads one file of `tilesOf(size)`. A partial file whose full one has come may have been deleted: its beginning is the same.
 *
 * @throws DsrError `LEDGER_CORRUPT` when neither is there or it is too short.
 */
export async function readTile(files: LogFiles, name: TileName): Promise<Uint8Array> {
  const bytes = await files.read(tilePath(name))
  const found = bytes ?? (await files.read(tilePath({ ...name, width: TILE_WIDTH }))) ?? corrupt()
  if (name.level === 'entries') {
    const entries = readBundle(found) ?? corrupt()
    return entries.length < name.width ? corrupt() : bundleBytes(entries.slice(0, name.width))
  }
  return found.byteLength < name.width * HASH_BYTES ? corrupt() : found.subarray(0, name.width * HASH_BYTES)
}

function* leavesOf(entries: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const entry of entries) yield leafHash(entry)
}

function isHashOf(entry: Uint8Array, hash: Uint8Array | undefined): boolean {
  return hash !== undefined && equalBytes(leafHash(entry), hash)
}

function fileOf(name: TileName, row: readonly Uint8Array[]): LogFile {
  return { path: tilePath(name), bytes: name.level === 'entries' ? bundleBytes(row) : joined(row) }
}

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  hashes.forEach((hash, at) => {
    bytes.set(hash, at * HASH_BYTES)
  })
  return bytes
}

function rowOf({ level, width }: TileName, bytes: Uint8Array | undefined): readonly Uint8Array[] {
  if (bytes === undefined) return corrupt()
  if (level === 'entries') return readBundle(bytes) ?? corrupt()
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
}

function corrupt(): never {
  throw new DsrError('LEDGER_CORRUPT', 'the files of the log do not fit its checkpoint')
}
