import { describe, expect, it } from '@jest/globals'
import { PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { zipEntries } from '../../src/bin/demo/zip.ts'

async function zipOf(files: Readonly<Record<string, { text: string; compress: boolean }>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, { text, compress }] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name, { compress })
  zip.end()
  const pieces: Buffer[] = []
  for await (const piece of zip.outputStream.pipe(new PassThrough())) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

describe('the entries of an archive', () => {
  it('are read by name, size and content, packed or not', async () => {
    const zip = await zipOf({
      'a/packed.txt': { text: 'x'.repeat(1000), compress: true },
      'b/plain.txt': { text: 'é', compress: false },
    })
    expect(zipEntries(zip).map((one) => [one.name, one.bytes, one.content().toString('utf8')])).toEqual([
      ['a/packed.txt', 1000, 'x'.repeat(1000)],
      ['b/plain.txt', 2, 'é'],
    ])
  })

  it('are none for bytes that are no archive', () => {
    expect(() => zipEntries(Buffer.from('not an archive at all, of any kind'))).toThrow()
  })
})
