import { createHash } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { DsrError } from '../../domain/errors.ts'

export interface ZippedFile {
  readonly path: string
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

export interface NewFile {
  /** Below the root directory of the archive. */
  readonly path: string
  readonly content: AsyncIterable<Uint8Array | string>
  /** What is compressed already (photos, PDF) is stored as it is. */
  readonly isCompressed: boolean
}

/** The library's work grows with the square of the number; this many take minutes. */
const MAX_FILES = 200_000

/** Writes one ZIP file after file as a stream; memory stays at some buffers. A failure ends the stream with that error. */
export class ZipWriter {
  readonly output = new PassThrough()
  readonly #zip = new ZipFile()
  readonly #root: string
  readonly #writtenAt: Date
  readonly #failed: Promise<never>
  #fail: (cause: unknown) => void = () => undefined
  #source: Readable | undefined
  #files = 0

  constructor(root: string, writtenAtMs: number) {
    this.#root = root
    this.#writtenAt = asLocal(new Date(writtenAtMs))
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject
    })
    this.#failed.catch(() => undefined)
    this.#zip.on('error', (cause: unknown) => this.fail(cause))
    this.#zip.outputStream.pipe(this.output)
  }

  /**
   * Returns when the content was read to its end. One file at a time.
   *
   * @throws DsrError `LIMIT_REACHED`, and what the content or the reader of the output throws.
   */
  async add(file: NewFile): Promise<ZippedFile> {
    this.#files += 1
    if (this.#files > MAX_FILES) throw new DsrError('LIMIT_REACHED', 'one archive would hold too many files')
    const hash = createHash('sha256')
    let bytes = 0
    const content = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of file.content) {
        const buffer = Buffer.from(chunk)
        hash.update(buffer)
        bytes += buffer.byteLength
        yield buffer
      }
    }
    const source = Readable.from(content(), { objectMode: false })
    this.#source = source
    const end = new Promise<void>((resolve) => source.once('end', resolve))
    source.once('error', (cause) => this.fail(cause))
    const options = { mtime: this.#writtenAt, forceDosTimestamp: true, mode: 0o100444, compress: !file.isCompressed }
    this.#zip.addReadStream(source, `${this.#root}/${file.path}`, options)
    await Promise.race([end, this.#failed])
    return { path: file.path, bytes, sha256: hash.digest('hex') }
  }

  end(): void {
    this.#zip.end()
  }

  /** Breaks the archive off: whoever reads the output gets the cause, and so does a pending `add`. */
  fail(cause: unknown): void {
    this.#fail(cause)
    this.#source?.destroy()
    this.output.destroy(asError(cause))
  }
}

/** A ZIP has local times without a zone; ours are UTC, so that the zone of the machine does not show in the bytes. */
function asLocal(utc: Date): Date {
  return new Date(
    utc.getUTCFullYear(),
    utc.getUTCMonth(),
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
  )
}

function asError(cause: unknown): Error {
  const isError = typeof cause === 'object' && cause !== null && 'message' in cause && 'name' in cause
  return isError ? (Object(cause) as Error) : new DsrError('INTERNAL', 'a source of the archive broke off', { cause })
}
