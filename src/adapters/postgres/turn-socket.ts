import { Socket } from 'node:net'

/**
 * Holds back what is written until the present turn of the event loop ends, and sends it in one piece: the statements of a
 * transaction that wait for nothing leave together.
 */
export class TurnSocket extends Socket {
  #isHeld = false

  override write(chunk: Uint8Array | string, done?: (error?: Error | null) => void): boolean
  override write(chunk: Uint8Array | string, encoding?: BufferEncoding, done?: (error?: Error | null) => void): boolean
  override write(...given: unknown[]): boolean {
    this.#hold()
    // Both forms are handed on as they came: this is the border where the overload is forgotten.
    return super.write(...(given as Parameters<Socket['write']>))
  }

  /** One piece for the system too: it takes long over many small ones. */
  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    const bytes = chunks.map(({ chunk, encoding }) =>
      chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk), encoding),
    )
    this._write(Buffer.concat(bytes), BYTES, done)
  }

  #hold(): void {
    if (this.#isHeld) return
    this.#isHeld = true
    this.cork()
    process.nextTick(() => {
      this.#isHeld = false
      this.uncork()
    })
  }
}

// What streams call it when there is no text to encode; the types know encodings of text only: this is the border.
const BYTES = 'buffer' as BufferEncoding
