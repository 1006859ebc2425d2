import type { LegId, RequestId } from '../../domain/ids.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Actor } from '../../ports/rows.ts'
import type { Ports } from '../../ports/runtime.ts'
import type { Tx } from '../../ports/store.ts'

export const SYSTEM: Actor = { role: 'system', id: 'system' }

export interface JournalLine {
  readonly requestId: RequestId
  readonly legId?: LegId
  readonly actor?: Actor
  /** Past tense, dotted. */
  readonly kind: string
  readonly detail?: JsonObject
  /** A person's words, sealed under the request's key. */
  readonly sealedReason?: Uint8Array
}

/**
 * Writes one line of the journal in the caller's transaction.
 *
 * @returns the line's id, by which records refer to it.
 */
export async function writeJournal(ports: Ports, tx: Tx, line: JournalLine): Promise<string> {
  const id = ports.random.uuid()
  await tx.journal.insert({
    id,
    seq: 0,
    requestId: line.requestId,
    legId: line.legId ?? null,
    atMs: ports.clock.nowMs(),
    actor: line.actor ?? SYSTEM,
    kind: line.kind,
    detail: line.detail ?? {},
    sealedReason: line.sealedReason ?? null,
  })
  return id
}
