import type { JsonObject } from '../domain/json.ts'
import type { Actor, RequestRow } from '../ports/rows.ts'
import type { Ports } from '../ports/runtime.ts'
import type { Tx } from '../ports/store.ts'

export interface Line {
  readonly request: Pick<RequestRow, 'id'>
  readonly actor: Actor
  /** Past tense, dotted: `archive.opened`. */
  readonly kind: string
  readonly detail?: JsonObject
}

/** Adds a line to the history of a request for what only the HTTP side sees: who took or opened something. */
export async function noteInHistory(
  { random, clock }: Ports,
  tx: Tx,
  { request, actor, kind, detail = {} }: Line,
): Promise<void> {
  await tx.journal.insert({
    id: random.uuid(),
    seq: 0,
    requestId: request.id,
    legId: null,
    atMs: clock.nowMs(),
    actor,
    kind,
    detail,
    sealedReason: null,
  })
}
