import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
  /** The answer never comes. */
  readonly isSilent?: boolean
}

/** A portal that takes webhooks and answers what the test wants. */
export class Receiver {
  readonly received: Received[] = []
  answer: Answer = { status: 204 }
  readonly #server: Server

  private constructor() {
    this.#server = createServer((httpRequest, reply) => {
      const chunks: Buffer[] = []
      httpRequest.on('data', (chunk: Buffer) => chunks.push(chunk))
      httpRequest.on('end', () => {
        const { method, url, headers } = httpRequest
        this.received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') })
        if (this.answer.isSilent === true) return
        reply.writeHead(this.answer.status, this.answer.headers).end(this.answer.body)
      })
    })
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/dsr/callback`
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}
