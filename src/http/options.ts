import type { Readable } from 'node:stream'
import type { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestId } from '../domain/ids.ts'
import type { Commands } from '../ports/commands.ts'
import type { Suppressions } from '../ports/suppressions.ts'
import type { RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { ByteRange } from './byte-range.ts'
import type { Stopping } from '../ports/stopping.ts'
import type { Metrics } from './metrics.ts'

/** The server with routes typed by their schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** A BullMQ queue as the board shows it; ours come from adapters/queue. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0]

export interface HttpSettings {
  /** Where people reach the server; links are made of it, and cookies are `Secure` when it is https. */
  readonly publicUrl: string
  /** Version of the product, for the API document. */
  readonly version: string
  /** Addresses and networks whose `X-Forwarded-For` says who calls; from others it is not read. */
  readonly trustedProxies?: readonly string[]
  readonly limits?: Partial<RateLimits>
}

/** Calls in one minute. */
export interface RateLimits {
  readonly perSource: number
  readonly perKey: number
  /** Wrong keys and links of one source. */
  readonly failures: number
}

/** One thing that the server needs before it can serve. `code` says what is wrong, in fixed words. */
export interface ReadyCheck {
  readonly name: string
  readonly isOk: boolean
  readonly code?: string
}

export interface OpenedArchive {
  /** Of the plain ZIP. */
  readonly bytes: number
  /** The whole ZIP, or the range that was asked for. */
  readonly stream: Readable
}

/** One event a line, as the kit's log writes them; pino fits. */
export interface HttpLog {
  info(facts: object, event: string): void
  warn(facts: object, event: string): void
  error(facts: object, event: string): void
}

export interface ServerOptions {
  readonly ports: Ports
  readonly commands: Commands
  readonly suppressions: Suppressions
  readonly stopping: Stopping
  readonly settings: HttpSettings
  readonly log: HttpLog
  readonly checks: { ready(): Promise<readonly ReadyCheck[]> }
  /** The decrypted archive of a sealed request. @throws DsrError `ARCHIVE_NOT_READY`, `NOT_FOUND`, `ARCHIVE_CORRUPT`. */
  openArchive(requestId: RequestId, range?: ByteRange): Promise<OpenedArchive>
  /** The proof file of a request's record. @throws DsrError `RECORD_NOT_READY`, `PROOF_NOT_READY`. */
  openProof(request: RequestRow, sequence?: number): Promise<Uint8Array>
  readonly metrics: Metrics
  /** Queues that /ops/queues shows, read-only. Absent: no board. */
  readonly board?: readonly BoardQueue[]
}
