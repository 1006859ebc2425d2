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
