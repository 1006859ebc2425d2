import { concatBytes } from '../crypto/bytes.ts'
import { nodeHash, type NodeReader } from './tree.ts'

/**
 * How a log lies in files: c2sp.org/tlog-tiles. A tile of level L holds up to 256 hashes of the nodes of level 8 L, a bundle up to
 * 256 entries. The last of each row may be partial; its width is in its name, so that a file never changes.
 */

const TILE_HEIGHT = 8
export const TILE_WIDTH = 256
export const HASH_BYTES = 32
const MAX_ENTRY_BYTES = 0xffff

export type TileLevel = number | 'entries'

/** One file of the log. `width` is 256 for a full one. */
export interface TileName {
  readonly level: TileLevel
  readonly index: number
  readonly width: number
}

/** `tile/0/x001/x234/067` or `tile/entries/000.p/12`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${place}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/

/** Reads a path that `tilePath` writes; undefined for any other. */
export function readTilePath(path: string): TileName | undefined {
  const [, level, place, width] = PATH.exec(path) ?? []
  if (level === undefined || place === undefined) return undefined
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(place.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  return name.width > 0 && tilePath(name) === path ? name : undefined
}

/** Every file that a log of this size needs, partial ones included: entry bundles first, then the tiles level by level. */
export function tilesOf(size: number): TileName[] {
  return [...rowOf('entries', size), ...levelsOf(size).flatMap((level) => rowOf(level, nodesAt(level, size)))]
}

/** The last file of each row, whole or partial: what holds the right edge of the tree. Rows that end with a full file have none. */
export function edgeTilesOf(size: number): TileName[] {
  const rows: readonly (readonly [TileLevel, number])[] = [
    ['entries', size],
    ...levelsOf(size).map((level) => [level, nodesAt(level, size)] as const),
  ]
  return rows
    .filter(([, count]) => count % TILE_WIDTH > 0)
    .map(([level, count]) => ({ level, index: Math.floor(count / TILE_WIDTH), width: count % TILE_WIDTH }))
}

/** The levels of tiles that a log of this size has. */
export function levelsOf(size: number): number[] {
  const levels: number[] = []
  for (let level = 0; nodesAt(level, size) > 0; level++) levels.push(level)
  return levels
}

/** How many hashes the tiles of a level hold together. */
function nodesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

function rowOf(level: TileLevel, count: number): TileName[] {
  const full = Math.floor(count / TILE_WIDTH)
  const rest = count % TILE_WIDTH
  const row = Array.from({ length: full }, (_, index) => ({ level, index, width: TILE_WIDTH }))
  return rest === 0 ? row : [...row, { level, index: full, width: rest }]
}

/** The file that holds an entry of a log of this size. */
export function bundleOf(index: number, size: number): TileName {
  return tileAt('entries', Math.floor(index / TILE_WIDTH), size)
}

function tileAt(level: TileLevel, index: number, count: number): TileName {
  return { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) }
}

/** The entries of a bundle: each with its length as two bytes, big-endian, before it. @throws RangeError above 65,535 bytes. */
export function bundleBytes(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.byteLength > MAX_ENTRY_BYTES) throw new RangeError('an entry is longer than 65,535 bytes')
      return [Uint8Array.of(entry.byteLength >> 8, entry.byteLength & 0xff), entry]
    }),
  )
}

/** The entries in a bundle; undefined when the bytes end inside one. */
export function readBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.byteLength) {
    const start = at + 2
    const end = start + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
    if (end > bytes.byteLength) return undefined
    entries.push(bytes.subarray(start, end))
    at = end
  }
  return entries
}

/**
 * Reads nodes of a log of `size` out of its tiles; those between the levels of tiles are hashed from the tile below.
 *
 * @param readTile - gives the bytes of a file of `tilesOf(size)`; it may throw.
 */
export function tileReader(size: number, readTile: (name: TileName) => Uint8Array): NodeReader {
  const read: NodeReader = (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT)
    const width = 2 ** (level % TILE_HEIGHT)
    const first = index * width
    const name = tileAt(tileLevel, Math.floor(first / TILE_WIDTH), nodesAt(tileLevel, size))
    const tile = readTile(name)
    const start = first % TILE_WIDTH
    return hashOfRow(tile.subarray(start * HASH_BYTES, (start + width) * HASH_BYTES))
  }
  return read
}

/** Which tiles a reading of these nodes touches: run the reading once against this, load them, then read in earnest. */
export function tilesTouched(size: number, work: (read: NodeReader) => void): TileName[] {
  const touched = new Map<string, TileName>()
  const blank = new Uint8Array(TILE_WIDTH * HASH_BYTES)
  work(
    tileReader(size, (name) => {
      touched.set(tilePath(name), name)
      return blank
    }),
  )
  return [...touched.values()]
}

function hashOfRow(hashes: Uint8Array): Uint8Array {
  if (hashes.byteLength <= HASH_BYTES) return hashes
  const middle = hashes.byteLength / 2
  return nodeHash(hashOfRow(hashes.subarray(0, middle)), hashOfRow(hashes.subarray(middle)))
}
