import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { running } from './running.ts'

/** A wire to a server that a test can cut, slow down or silence, and mend on the same port. */
export class Wire {
  /** The server's own address, by way of the wire. */
  readonly url: string
  readonly #target: URL
  readonly #port: number
  readonly #pairs = new Set<Pair>()
  #server: Server | undefined
  #delayMs = 0
  #isSilent = false

  private constructor(target: URL, { server, port }: Listening) {
    this.#target = target
    this.#server = server
    this.#port = port
    this.#listen(server)
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String(port)
    // A URL of a bare address would end in a slash that was not there.
    this.url = target.pathname === '/' ? url.href.replace(/\/$/, '') : url.href
  }

  static async to(target: string): Promise<Wire> {
    const wire = new Wire(new URL(target), await listening(0))
    running.add(() => wire.cut())
    return wire
  }

  /** Every connection breaks, and no new one can be had. */
  async cut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#drop()
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    await closed
  }

  /** Every connection stays open and carries nothing any more, ever; nor does a new one, until the wire is mended. */
  silence(): void {
    this.#isSilent = true
    for (const pair of this.#pairs) pair.isSilent = true
  }

  /** What is written from now on arrives so much later, in order. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
  }

  /** New connections can be had again, and what is written arrives at once; those that fell silent stay so. */
  async mend(): Promise<void> {
    this.#delayMs = 0
    this.#isSilent = false
    if (this.#server !== undefined) return
    const { server } = await listening(this.#port)
    this.#server = server
    this.#listen(server)
  }

  #listen(server: Server): void {
    server.unref()
    server.on('connection', (near) => this.#open(near))
  }

  #open(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname)
    const pair: Pair = { near, far, isSilent: this.#isSilent }
    this.#pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true)
      from.on('error', () => undefined)
      from.once('close', () => {
        // The end of a silent connection is not told either.
        if (!pair.isSilent) to.destroy()
        if (to.destroyed) this.#pairs.delete(pair)
      })
      this.#carry(pair, from, to)
    }
  }

  #carry(pair: Pair, from: Socket, to: Socket): void {
    let before = Promise.resolve()
    from.on('data', (chunk: Buffer) => {
      if (pair.isSilent) return
      if (this.#delayMs === 0) {
        before = before.then(() => void to.write(chunk))
        return
      }
      const late = pause(this.#delayMs, undefined, { ref: false })
      before = before.then(async () => {
        await late
        if (!pair.isSilent) to.write(chunk)
      })
    })
    from.on('end', () => {
      if (!pair.isSilent) before = before.then(() => void to.end())
    })
  }

  #drop(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
    this.#pairs.clear()
  }
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  isSilent: boolean
}

interface Listening {
  readonly server: Server
  readonly port: number
}

async function listening(port: number): Promise<Listening> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}
