import type { Order } from '../../ports/commands.ts'
import type { Actor, RequestRow } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'

/** Who gave an order and why, as journal lines take it: the words are sealed under the request's key. */
export interface SignedBy {
  readonly actor: Actor
  readonly sealedReason?: Uint8Array
}

export function signedBy(ports: Ports, request: RequestRow, { actor, reason }: Order): SignedBy {
  return reason === null ? { actor } : { actor, sealedReason: ports.vault.open(request).seal(reason, 'reason') }
}
