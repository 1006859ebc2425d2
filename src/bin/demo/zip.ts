import { inflateRawSync } from 'node:zlib'

/** A file of an archive, read from its directory at the end. */
export interface ZipEntry {
  readonly name: string
  readonly bytes: number
  readonly content: () => Buffer
}

const END = 0x06054b50
const ENTRY = 0x02014b50
const END_BYTES = 22
const STORED = 0
const ANY_TEXT = 0xffff

/** The entries of a small archive (no ZIP64). @throws RangeError or Error when the bytes are no such archive. */
export function zipEntries(zip: Buffer): readonly ZipEntry[] {
  const end = findEnd(zip)
  const entries: ZipEntry[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error('not an entry of an archive')
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    const [nameBytes = 0] = lengths
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameBytes),
      bytes: zip.readUInt32LE(at + 24),
      content: contentOf(zip, at),
    })
    at += 46 + lengths.reduce((sum, length) => sum + length, 0)
  }
  return entries
}

function findEnd(zip: Buffer): number {
  for (let at = zip.length - END_BYTES; at >= Math.max(0, zip.length - END_BYTES - ANY_TEXT); at -= 1) {
    if (zip.readUInt32LE(at) === END) return at
  }
  throw new Error('not an archive')
}

function contentOf(zip: Buffer, at: number): () => Buffer {
  const method = zip.readUInt16LE(at + 10)
  const packedBytes = zip.readUInt32LE(at + 20)
  const local = zip.readUInt32LE(at + 42)
  return () => {
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(start, start + packedBytes)
    return method === STORED ? packed : inflateRawSync(packed)
  }
}
