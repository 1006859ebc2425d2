import { DsrError } from '../domain/errors.ts'
import { type LogFiles, readTile } from './append.ts'
import { bundleOf, readBundle, TILE_WIDTH, tilePath, tileReader, tilesTouched } from './tile.ts'
import { consistencyProof, inclusionProof, type NodeReader } from './tree.ts'

/** Proofs made from the files of a log: a handful of tiles each, however long the log is. */

/**
 * The hashes that lead an entry to the root of the log of `size`.
 *
 * @throws DsrError `NOT_FOUND` for an index outside, `LEDGER_CORRUPT` for a missing tile.
 */
export async function proveEntry(
  files: LogFiles,
  { index, size }: { index: number; size: number },
): Promise<Uint8Array[]> {
  requireInside(index, size)
  return fromTiles(files, size, (read) => inclusionProof(read, index, size))
}

/** The hashes that show the log of `oldSize` to be the beginning of the log of `size`. @throws as `proveEntry`. */
export async function proveGrowth(
  files: LogFiles,
  { oldSize, size }: { oldSize: number; size: number },
): Promise<Uint8Array[]> {
  requireInside(oldSize - 1, size)
  return fromTiles(files, size, (read) => consistencyProof(read, oldSize, size))
}

/** One entry of the log of `size`. @throws as `proveEntry`. */
export async function readEntry(
  files: LogFiles,
  { index, size }: { index: number; size: number },
): Promise<Uint8Array> {
  requireInside(index, size)
  const entries = readBundle(await readTile(files, bundleOf(index, size)))
  return entries?.[index % TILE_WIDTH] ?? notThere()
}

async function fromTiles<T>(files: LogFiles, size: number, work: (read: NodeReader) => T): Promise<T> {
  const loaded = new Map<string, Uint8Array>()
  for (const name of tilesTouched(size, work)) loaded.set(tilePath(name), await readTile(files, name))
  return work(tileReader(size, (name) => loaded.get(tilePath(name)) ?? notThere()))
}

function requireInside(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) notThere()
}

function notThere(): never {
  throw new DsrError('NOT_FOUND', 'the log has no such entry')
}
