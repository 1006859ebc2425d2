import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Notes every attempt of this process to connect, as the socket itself reports it. */
export interface Attempts {
  readonly addresses: readonly string[]
  stop(): void
}

export function watchAttempts(): Attempts {
  const addresses: string[] = []
  const onSocket = (message: unknown): void => {
    if (!isOfSocket(message)) return
    message.socket.on('connectionAttempt', (address: string) => addresses.push(address))
  }
  subscribe('net.client.socket', onSocket)
  return { addresses, stop: () => void unsubscribe('net.client.socket', onSocket) }
}

function isOfSocket(message: unknown): message is { readonly socket: Socket } {
  return typeof message === 'object' && message !== null && 'socket' in message
}
