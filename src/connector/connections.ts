import { lookup } from 'node:dns'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { Agent, buildConnector } from 'undici'
import { isDsrError } from '../domain/errors.ts'
import { addressGuard, bare, isAddress } from './address.ts'

/** Kept-alive connections to vendors, opened only to allowed addresses. Shared by the runs of a process; close at its end. */
export interface Connections {
  readonly agent: Agent
  close(): Promise<void>
}

/** Says that a connection was never made, so that nothing of the call can have arrived. */
export class NotConnected extends Error {
  /** Whether the address guard, and not the network, refused. */
  readonly isRefusedAddress: boolean

  constructor(isRefusedAddress: boolean) {
    // The reason names host and address, so it stays here.
    super('no connection')
    this.isRefusedAddress = isRefusedAddress
  }
}

export interface ConnectionsOptions {
  /** `network.allow` of the configuration. */
  readonly allow: readonly string[]
  readonly connectTimeoutMs?: number
  /** Resolves names; the system's resolver by default. */
  readonly resolve?: typeof lookup
}

/**
 * Checks each address after resolution and connects to exactly that address, so that a name which resolves to another
 * place a moment later (DNS rebinding) leads nowhere. Every failure to connect is a `NotConnected`.
 */
export function openConnections(options: ConnectionsOptions): Connections {
  const { allow, connectTimeoutMs = 10_000, resolve = lookup } = options
  const guard = addressGuard(allow)
  const agent = new Agent({
    connect: (asked, callback) => {
      const port = Number(asked.port !== '' ? asked.port : asked.protocol === 'https:' ? 443 : 80)
      const host = { hostname: bare(asked.hostname), port }
      const fail = (error: unknown): void => callback(new NotConnected(isDsrError(error)), null)
      try {
        if (isAddress(asked.hostname)) guard.check(host.hostname, host)
      } catch (error) {
        fail(error)
        return
      }
      const check = (address: string): void => guard.check(address, host)
      buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(resolve, check) })(asked, (error, socket) =>
        error === null ? callback(null, socket) : fail(error),
      )
    },
    // Short, so that a vendor's idle close is seen before the next call and not by it.
    keepAliveTimeout: 4_000,
    maxHeaderSize: 64 * 1024,
    pipelining: 1,
  })
  return { agent, close: () => agent.destroy() }
}

type LookupDone = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

function guardedLookup(resolve: typeof lookup, check: (address: string) => void) {
  return (hostname: string, options: LookupOptions, done: LookupDone): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, '')
        return
      }
      try {
        for (const { address } of addresses) check(address)
      } catch (refusal) {
        done(refusal instanceof Error ? refusal : new Error('refused'), '')
        return
      }
      const [first] = addresses
      if (options.all === true) done(null, addresses)
      else done(null, first?.address ?? '', first?.family)
    })
  }
}
